use super::expression::{RawExpr, expression};
use super::label::{RawText, label};
use super::logic::{RawAccess, RawRollup, read_access, read_rollup};
use crate::report::{Code, Sink};
use crate::yaml::{Kind, Node, Reader, Span, Spanned, boolean, integer, name_list, text};

/// From an option to some options.
pub(crate) type RawOptionMap = Vec<(Spanned<String>, Vec<Spanned<String>>)>;

/// A field as written.
#[derive(Debug)]
pub(crate) struct RawField {
    pub(crate) name: Spanned<String>,
    /// Every key that is there and its place.
    pub(crate) keys: Vec<Spanned<String>>,
    pub(crate) ty: Option<Spanned<String>>,
    pub(crate) label: Option<RawText>,
    pub(crate) help: Option<RawText>,
    pub(crate) required: Option<RawRequired>,
    pub(crate) unique: Option<Spanned<bool>>,
    pub(crate) indexed: Option<Spanned<bool>>,
    pub(crate) search: Option<Spanned<String>>,
    pub(crate) default: Option<Node>,
    pub(crate) immutable: Option<Spanned<bool>>,
    pub(crate) secret: Option<Spanned<bool>>,
    pub(crate) personal: Option<RawPersonal>,
    pub(crate) on_erase: Option<Spanned<String>>,
    pub(crate) mentions: Option<Spanned<bool>>,
    pub(crate) deprecated: Option<Spanned<String>>,
    pub(crate) visible: Option<RawExpr>,
    pub(crate) compute: Option<RawExpr>,
    pub(crate) condition: Option<RawExpr>,
    pub(crate) copy_from: Option<Spanned<String>>,
    pub(crate) touch: Vec<Spanned<String>>,
    pub(crate) remind: Option<RawExpr>,
    pub(crate) rollup: Option<RawRollup>,
    pub(crate) to: Option<RawTarget>,
    pub(crate) inverse: Option<Spanned<String>>,
    pub(crate) inverse_label: Option<RawText>,
    pub(crate) many: Option<Spanned<bool>>,
    pub(crate) on_delete: Option<Spanned<String>>,
    pub(crate) column: Option<Spanned<String>>,
    pub(crate) min: Option<Node>,
    pub(crate) max: Option<Node>,
    pub(crate) pattern: Option<Spanned<String>>,
    pub(crate) scale: Option<Spanned<i64>>,
    pub(crate) options: Option<Spanned<Vec<RawOption>>>,
    pub(crate) flow: RawOptionMap,
    pub(crate) depends_on: Option<(Spanned<String>, RawOptionMap)>,
    pub(crate) access: Vec<RawAccess>,
    /// Former names.
    pub(crate) former: Vec<Spanned<String>>,
    /// The JSON Schema of its values.
    pub(crate) schema: Option<Node>,
    /// What records get that are there when the field is new.
    pub(crate) backfill: Option<RawExpr>,
    /// Options that are gone, and what has become of them.
    pub(crate) replace: Vec<RawReplacement>,
}

/// An option that is gone and the one that takes its place; none clears the value.
pub(crate) type RawReplacement = (Spanned<String>, Option<Spanned<String>>);

impl RawField {
    /// Whether `many: true` is written.
    pub(crate) fn is_many(&self) -> bool {
        self.many.as_ref().is_some_and(|m| m.value)
    }

    /// Whether it always has a value: what is visible at times only is required at those times only.
    pub(crate) fn is_required(&self) -> bool {
        self.says_required() && self.visible.is_none()
    }

    /// Whether `required: true` is written.
    pub(crate) fn says_required(&self) -> bool {
        matches!(&self.required, Some(RawRequired::Always(b)) if b.value)
    }

    /// Whether it holds personal data, of whichever kind.
    pub(crate) fn is_personal(&self) -> bool {
        self.personal.as_ref().is_some_and(|personal| personal.is)
    }

    /// The place of a key; of the name where the key is missing.
    pub(crate) fn key_span(&self, key: &str) -> Span {
        self.keys.iter().find(|k| k.value == key).map_or(self.name.span, |k| k.span)
    }
}

/// `required: true` or an expression.
#[derive(Debug)]
pub(crate) enum RawRequired {
    Always(Spanned<bool>),
    When(RawExpr),
}

/// `personal: true`, or `personal: content`.
#[derive(Debug)]
pub(crate) struct RawPersonal {
    pub(crate) is: bool,
    /// That it is a content which may happen to be about a person, and where it says so.
    pub(crate) content: Option<Span>,
}

/// What a relation points to.
#[derive(Debug)]
pub(crate) enum RawTarget {
    One(Spanned<String>),
    AnyOf(Vec<Spanned<String>>),
    Trait(Spanned<String>),
}

/// An option of a picklist.
#[derive(Debug)]
pub(crate) struct RawOption {
    pub(crate) name: Spanned<String>,
    pub(crate) label: Option<RawText>,
    pub(crate) color: Option<Spanned<String>>,
    pub(crate) deprecated: bool,
    /// Former names.
    pub(crate) former: Vec<Spanned<String>>,
}

/// A map from field names to fields.
pub(super) fn read_fields(node: &Node, sink: &mut Sink) -> Vec<RawField> {
    match &node.kind {
        Kind::Map(entries) => entries.iter().filter_map(|(name, node)| read_field(name, node, sink)).collect(),
        _ => {
            sink.at(node.span, Code::WrongType, format!("`fields` is a map of fields, not {}", node.describe()))
                .label("expected a map");
            Vec::new()
        }
    }
}

fn read_field(name: &Spanned<String>, node: &Node, sink: &mut Sink) -> Option<RawField> {
    let mut r = Reader::open(node, "a field", sink)?;
    macro_rules! get {
        ($key:literal, $read:path) => {
            r.take($key).and_then(|n| $read(n, $key, sink))
        };
    }
    let field = RawField {
        name: name.clone(),
        keys: r.keys().cloned().collect(),
        ty: r.need("type", name.span, sink).and_then(|n| text(n, "type", sink)),
        label: get!("label", label),
        help: get!("help", label),
        required: r.take("required").and_then(|n| required(n, sink)),
        unique: get!("unique", boolean),
        indexed: get!("indexed", boolean),
        search: get!("search", text),
        default: r.take("default").cloned(),
        immutable: get!("immutable", boolean),
        secret: get!("secret", boolean),
        personal: r.take("personal").and_then(|n| personal(n, sink)),
        on_erase: get!("on_erase", text),
        mentions: get!("mentions", boolean),
        deprecated: get!("deprecated", text),
        visible: get!("visible", expression),
        compute: get!("compute", expression),
        condition: get!("where", expression),
        copy_from: get!("copy_from", text),
        touch: r.take("touch").map(|n| one_or_more(n, "touch", sink)).unwrap_or_default(),
        remind: get!("remind", expression),
        rollup: r.take("rollup").and_then(|n| read_rollup(n, sink)),
        to: r.take("to").and_then(|n| target(n, sink)),
        inverse: get!("inverse", text),
        inverse_label: get!("inverse_label", label),
        many: get!("many", boolean),
        on_delete: get!("on_delete", text),
        column: get!("column", text),
        min: r.take("min").cloned(),
        max: r.take("max").cloned(),
        pattern: r.take("pattern").and_then(|n| match n.as_scalar() {
            Some(pattern) => Some(Spanned::new(pattern.to_owned(), n.span)),
            None => text(n, "pattern", sink),
        }),
        scale: get!("scale", integer),
        options: r.take("options").map(|n| Spanned::new(options(n, sink), n.span)),
        flow: r.take("flow").map(|n| name_lists(n, "flow", sink)).unwrap_or_default(),
        depends_on: r.take("depends_on").and_then(|n| depends_on(n, sink)),
        access: r.take("access").map(|n| read_access(n, sink)).unwrap_or_default(),
        former: r.take("renamed_from").map(|n| one_or_more(n, "renamed_from", sink)).unwrap_or_default(),
        schema: r.take("schema").cloned(),
        backfill: get!("backfill", expression),
        replace: r.take("replace").map(|n| replacements(n, sink)).unwrap_or_default(),
    };
    r.finish(sink);
    Some(field)
}

/// `true`, `false` or a condition.
pub(super) fn required(node: &Node, sink: &mut Sink) -> Option<RawRequired> {
    match node.as_bool() {
        Some(b) => Some(RawRequired::Always(Spanned::new(b, node.span))),
        None => expression(node, "required", sink).map(RawRequired::When),
    }
}

/// A name or a list of names.
pub(super) fn one_or_more(node: &Node, key: &str, sink: &mut Sink) -> Vec<Spanned<String>> {
    match &node.kind {
        Kind::Scalar { .. } => text(node, key, sink).into_iter().collect(),
        _ => name_list(node, key, sink),
    }
}

fn personal(node: &Node, sink: &mut Sink) -> Option<RawPersonal> {
    match node.as_scalar() {
        Some("content") => Some(RawPersonal { is: true, content: Some(node.span) }),
        _ => boolean(node, "personal", sink).map(|b| RawPersonal { is: b.value, content: None }),
    }
}

fn target(node: &Node, sink: &mut Sink) -> Option<RawTarget> {
    match &node.kind {
        Kind::List(_) => Some(RawTarget::AnyOf(name_list(node, "to", sink))),
        Kind::Map(_) => {
            let mut reader = Reader::open(node, "a target", sink)?;
            let name = reader.need("trait", node.span, sink).and_then(|n| text(n, "trait", sink));
            reader.finish(sink);
            name.map(RawTarget::Trait)
        }
        _ => text(node, "to", sink).map(RawTarget::One),
    }
}

pub(super) fn options(node: &Node, sink: &mut Sink) -> Vec<RawOption> {
    let plain =
        |name: Spanned<String>| RawOption { name, label: None, color: None, deprecated: false, former: Vec::new() };
    match &node.kind {
        Kind::Map(entries) => entries.iter().map(|(name, node)| option(name, node, sink)).collect(),
        _ => name_list(node, "options", sink).into_iter().map(plain).collect(),
    }
}

fn option(name: &Spanned<String>, node: &Node, sink: &mut Sink) -> RawOption {
    let mut option = RawOption { name: name.clone(), label: None, color: None, deprecated: false, former: Vec::new() };
    // `open:` alone is an option without anything to say about it; `open: Open` is its label.
    match &node.kind {
        Kind::Null => {}
        Kind::Scalar { .. } => option.label = label(node, "label", sink),
        _ => {
            if let Some(mut r) = Reader::open(node, "an option", sink) {
                option.label = r.take("label").and_then(|n| label(n, "label", sink));
                option.color = r.take("color").and_then(|n| text(n, "color", sink));
                option.deprecated =
                    r.take("deprecated").and_then(|n| boolean(n, "deprecated", sink)).is_some_and(|b| b.value);
                option.former =
                    r.take("renamed_from").map(|n| one_or_more(n, "renamed_from", sink)).unwrap_or_default();
                r.finish(sink);
            }
        }
    }
    option
}

/// A map from options to lists of options.
fn name_lists(node: &Node, key: &str, sink: &mut Sink) -> RawOptionMap {
    match &node.kind {
        Kind::Map(entries) => entries.iter().map(|(from, to)| (from.clone(), name_list(to, key, sink))).collect(),
        _ => {
            sink.at(node.span, Code::WrongType, format!("`{key}` is a map of options, not {}", node.describe()))
                .label("expected a map");
            Vec::new()
        }
    }
}

/// `replace: {fax: phone, telex: null}`
fn replacements(node: &Node, sink: &mut Sink) -> Vec<RawReplacement> {
    match &node.kind {
        Kind::Map(entries) => {
            let target = |node: &Node, sink: &mut Sink| match &node.kind {
                Kind::Null => None,
                _ => text(node, "replace", sink),
            };
            entries.iter().map(|(gone, node)| (gone.clone(), target(node, sink))).collect()
        }
        _ => {
            sink.at(node.span, Code::WrongType, format!("`replace` is a map of options, not {}", node.describe()))
                .label("expected a map such as `{fax: phone}`");
            Vec::new()
        }
    }
}

/// `depends_on: {country: {de: [berlin, hamburg]}}`: one field, then its options.
fn depends_on(node: &Node, sink: &mut Sink) -> Option<(Spanned<String>, RawOptionMap)> {
    match &node.kind {
        Kind::Map(entries) if entries.len() == 1 => {
            let (field, options) = &entries[0];
            Some((field.clone(), name_lists(options, "depends_on", sink)))
        }
        _ => {
            sink.at(node.span, Code::WrongType, "`depends_on` is a map with one field")
                .label("expected `{field: {option: [options]}}`");
            None
        }
    }
}
