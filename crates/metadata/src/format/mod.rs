//! The format of the YAML files as data: every key of everything that can be written, what it takes and what it means.
//! The JSON Schema for editors and the reference are made from it; debug builds hold it against what the parser takes.

mod json_schema;
mod keys;
mod reference;

pub use json_schema::{extension_schema, module_schema, package_schema};
pub use reference::reference;
pub(crate) use reference::type_help;

/// Something that a file describes by keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// `package.yaml`.
    Package,
    /// A file of `modules/`.
    Module,
    /// A file of `extend/`.
    Extension,
    /// An entry of `children`.
    Child,
    /// An entry of `blocks`.
    Block,
    /// An entry of `fields`.
    Field,
    /// An option of a picklist.
    Choice,
    /// An entry of `rules`.
    Rule,
    /// An entry of `consents`.
    Consent,
    /// An entry of `retention`.
    Retention,
    /// `rollup` of a field.
    Rollup,
    /// `history` of a child.
    History,
    /// `views`.
    Views,
    /// `board` of the views.
    Board,
    /// An entry of `adjust`.
    Adjustment,
}

impl Thing {
    /// In the order of the reference.
    pub(crate) const ALL: [Self; 15] = [
        Self::Package,
        Self::Module,
        Self::Child,
        Self::Block,
        Self::Field,
        Self::Choice,
        Self::Rollup,
        Self::Rule,
        Self::Consent,
        Self::Retention,
        Self::History,
        Self::Views,
        Self::Board,
        Self::Extension,
        Self::Adjustment,
    ];

    /// Its name in the JSON Schema.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Module => "module",
            Self::Extension => "extension",
            Self::Child => "child",
            Self::Block => "block",
            Self::Field => "field",
            Self::Choice => "option",
            Self::Rule => "rule",
            Self::Consent => "consent",
            Self::Retention => "retention",
            Self::Rollup => "rollup",
            Self::History => "history",
            Self::Views => "views",
            Self::Board => "board",
            Self::Adjustment => "adjustment",
        }
    }

    /// What the parser calls it.
    fn described(self) -> &'static str {
        match self {
            Self::Package => "a package",
            Self::Module => "a module",
            Self::Extension => "an extension",
            Self::Child => "a child module",
            Self::Block => "a block",
            Self::Field => "a field",
            Self::Choice => "an option",
            Self::Rule => "a rule",
            Self::Consent => "a consent",
            Self::Retention => "a rule of retention",
            Self::Rollup => "a rollup",
            Self::History => "a history",
            Self::Views => "views",
            Self::Board => "a board",
            Self::Adjustment => "an adjustment",
        }
    }

    /// Its keys, in the order of the reference.
    pub(crate) fn keys(self) -> Vec<&'static Key> {
        let own: &[&[Key]] = match self {
            Self::Package => &[keys::PACKAGE],
            Self::Module => &[keys::NAMED, keys::BODY],
            Self::Child => &[keys::CHILD, keys::BODY],
            Self::Extension => &[keys::EXTENSION],
            Self::Block => &[keys::BLOCK],
            Self::Field => &[keys::FIELD],
            Self::Choice => &[keys::CHOICE],
            Self::Rule => &[keys::RULE],
            Self::Consent => &[keys::CONSENT],
            Self::Retention => &[keys::RETENTION],
            Self::Rollup => &[keys::ROLLUP],
            Self::History => &[keys::HISTORY],
            Self::Views => &[keys::VIEWS],
            Self::Board => &[keys::BOARD],
            Self::Adjustment => &[keys::ADJUSTMENT],
        };
        own.iter().flat_map(|keys| keys.iter()).collect()
    }
}

/// Whether the parser takes the keys that are said here, of whatever it calls so.
pub(crate) fn agrees(described: &str, known: &[&str]) -> bool {
    let Some(thing) = Thing::ALL.into_iter().find(|thing| thing.described() == described) else { return true };
    let sorted = |mut names: Vec<&str>| {
        names.sort_unstable();
        names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    sorted(thing.keys().iter().map(|key| key.name).collect()) == sorted(known.to_vec())
}

/// A key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) takes: Takes,
    pub(crate) required: bool,
    /// What it means, a sentence or more in Markdown.
    pub(crate) help: &'static str,
    /// As it could stand in a file; empty where that says nothing.
    pub(crate) example: &'static str,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    /// `1`, the version of the format.
    Format,
    Boolean,
    /// The same, or `content`.
    Personal,
    Integer,
    /// A number, a date or a time, as the type of the field has it.
    Limit,
    Text,
    /// A text, or one per language.
    Label,
    /// A condition or a value in the language of expressions.
    Expression,
    /// The same, or true or false.
    Condition,
    /// Any value that the field may have.
    Value,
    /// One of some words.
    Word(&'static [&'static str]),
    /// Some of some words.
    Words(&'static [&'static str]),
    /// The name of a field type.
    Type,
    /// Names of traits.
    Traits,
    /// A name that is given here, such as that of a module.
    Name,
    /// Names of packages, or other texts.
    Names,
    /// A field of the module.
    Field,
    /// One or several fields.
    FieldOrFields,
    /// Several fields.
    Fields,
    /// Lists of fields.
    FieldLists,
    /// The module, modules or trait that a relation leads to.
    Target,
    /// Options of a picklist: names, or a map of them.
    Options,
    /// Picklists, and options for each.
    Additions,
    /// From an option to options.
    OptionMap,
    /// A picklist, and from its options to options.
    Dependence,
    /// Roles, and what they may do.
    Access,
    /// Names, and a condition for each.
    Conditions,
    /// A map from modules to maps from their fields to fields of this one.
    Conversion,
    /// One of something.
    One(Thing),
    /// Names, and something for each.
    Map(Thing),
    /// Anything: it is not used yet.
    Anything,
}
