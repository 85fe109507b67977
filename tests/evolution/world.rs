//! A package that changes, and what its records should be: kept by code of the test's own.

use kontor_domain::value::Value;
use kontor_metadata::{Source, load_sources, model::Catalog};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};
use uuid::Uuid;

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Text,
    LongText,
    Integer,
    Decimal(u8),
    Boolean,
    Date,
    Select(Vec<String>),
    Multi(Vec<String>),
    /// A link to a module.
    One(String),
    /// A link to any of some modules.
    Any(Vec<String>),
    /// Links to many.
    Many(String),
}

/// A field as the YAML describes it.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) indexed: bool,
    pub(super) searched: bool,
    /// Further keys, which tell what it was.
    pub(super) past: String,
    /// Former names of options.
    pub(super) renamed: Vec<(String, String)>,
}

/// A module as the YAML describes it.
#[derive(Debug, Clone)]
pub(super) struct Module {
    pub(super) name: String,
    pub(super) plural: String,
    pub(super) former: Vec<String>,
    pub(super) fields: Vec<Field>,
    pub(super) removed: BTreeSet<String>,
}

/// Values by field; of links to many the ids, of links to anything module and id.
pub(super) type Record = BTreeMap<String, Value>;

/// The package, and what the database should hold.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) modules: Vec<Module>,
    pub(super) removed: BTreeSet<String>,
    /// By module.
    pub(super) records: BTreeMap<String, BTreeMap<Uuid, Record>>,
    /// Removed fields by module and name, with what they held.
    pub(super) hidden: BTreeMap<(String, String), (Field, BTreeMap<Uuid, Value>)>,
    /// Names that were given, which none has twice.
    pub(super) names: usize,
}

impl World {
    pub(super) fn module(&mut self, name: &str) -> &mut Module {
        self.modules.iter_mut().find(|module| module.name == name).expect("it is there")
    }

    pub(super) fn catalog(&self) -> Catalog {
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        let package = format!("format: 1\nremoved: [{}]\n", list(&self.removed));
        let mut sources = vec![Source::new("demo/package.yaml", package)];
        for module in &self.modules {
            let mut yaml = format!("format: 1\nmodule: {}\nplural: {}\ntitle: name\n", module.name, module.plural);
            writeln!(yaml, "renamed_from: [{}]", module.former.join(", ")).unwrap();
            writeln!(
                yaml,
                "removed: [{}]\nblocks:\n  main:\n    fields:\n      name: {{type: text}}",
                list(&module.removed)
            )
            .unwrap();
            for field in &module.fields {
                writeln!(yaml, "      {}: {{{}}}", field.name, field.yaml()).unwrap();
            }
            let path = format!("demo/modules/{}.yaml", kontor_metadata::naming::snake(&module.name));
            sources.push(Source::new(path, yaml));
        }
        let yaml: String = sources.iter().map(|source| format!("{}\n", source.text)).collect();
        load_sources(sources).unwrap_or_else(|report| panic!("{report}\n{yaml}")).catalog
    }

    /// What is said about the past has been applied.
    pub(super) fn settled(&mut self) {
        for field in self.modules.iter_mut().flat_map(|module| &mut module.fields) {
            field.past.clear();
        }
    }
}

impl Field {
    fn yaml(&self) -> String {
        let options = |options: &[String]| {
            let one = |option: &String| {
                let former: Vec<&str> =
                    self.renamed.iter().filter(|(_, new)| new == option).map(|(old, _)| old.as_str()).collect();
                format!("{option}: {{renamed_from: [{}]}}", former.join(", "))
            };
            format!("options: {{{}}}", options.iter().map(one).collect::<Vec<_>>().join(", "))
        };
        let mut yaml = match &self.kind {
            Kind::Text => "type: text".to_owned(),
            Kind::LongText => "type: longtext".to_owned(),
            Kind::Integer => "type: integer".to_owned(),
            Kind::Decimal(scale) => format!("type: decimal, scale: {scale}"),
            Kind::Boolean => "type: boolean".to_owned(),
            Kind::Date => "type: date".to_owned(),
            Kind::Select(all) => format!("type: select, {}", options(all)),
            Kind::Multi(all) => format!("type: multiselect, {}", options(all)),
            Kind::One(to) => format!("type: relation, to: {to}, inverse: {}_of", self.name),
            Kind::Any(to) => format!("type: relation, to: [{}], inverse: {}_of", to.join(", "), self.name),
            Kind::Many(to) => format!("type: relation, to: {to}, many: true, inverse: {}_of", self.name),
        };
        if self.required {
            yaml.push_str(", required: true");
        }
        if self.indexed {
            yaml.push_str(", indexed: true");
        }
        if self.searched {
            yaml.push_str(", search: B");
        }
        yaml.push_str(&self.past);
        yaml
    }

    /// Whether values stand in the table of the module.
    pub(super) fn is_scalar(&self) -> bool {
        !matches!(self.kind, Kind::One(_) | Kind::Any(_) | Kind::Many(_))
    }
}
