//! All modules side by side: children flattened, traits spelled out, every field and connection under its name.
//!
//! Rules look at this, and the catalog is made from it. References that lead nowhere are left empty here; a rule
//! reports each.

mod build;
mod connections;
pub(crate) mod conversion;
mod implied;
mod moving;
pub(crate) mod rights;

pub(crate) use build::build;

use crate::merge::Owners;
use crate::model::{FieldType, OnDelete, OnErase, Text, Trait, Traits};
use crate::raw::{RawField, RawModule, RawPackage, RawText};
use crate::yaml::Span;
use std::collections::HashMap;

/// A package: its folder and its `package.yaml`.
#[derive(Debug)]
pub(crate) struct PackageDraft {
    pub(crate) name: String,
    pub(crate) raw: RawPackage,
}

impl PackageDraft {
    /// The shipped package alone may use reserved names and describe hand-made tables.
    pub(crate) fn is_core(&self) -> bool {
        self.name == "core"
    }

    /// The operator's own: loaded last, builds on every other, needs no prefix, has the last word.
    pub(crate) fn is_site(&self) -> bool {
        self.name == "site"
    }

    /// What names that it adds to modules of other packages begin with.
    pub(crate) fn prefix(&self) -> &str {
        self.raw.prefix.as_ref().map_or(&self.name, |prefix| &prefix.value)
    }
}

/// Everything that was read.
#[derive(Debug)]
pub(crate) struct Set<'a> {
    pub(crate) packages: &'a [PackageDraft],
    pub(crate) owners: &'a Owners,
    pub(crate) drafts: Vec<Draft<'a>>,
    /// The first of each name; a rule reports others.
    pub(crate) by_name: HashMap<&'a str, usize>,
}

impl Set<'_> {
    /// The package that has written what stands at a place, by its index.
    pub(crate) fn package_of(&self, span: Span) -> usize {
        self.owners.of(span)
    }
}

/// A module on its way into the catalog.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) raw: &'a RawModule,
    pub(crate) package: usize,
    /// For a child, the index of its parent.
    pub(crate) parent: Option<usize>,
    pub(crate) traits: Traits,
    /// Without `id`.
    pub(crate) fields: Vec<DraftField<'a>>,
    pub(crate) connections: Vec<DraftConnection>,
}

/// A field on its way into the catalog: written by an author, or implied by a trait, a parent or the platform.
#[derive(Debug)]
pub(crate) struct DraftField<'a> {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) ty: DraftType,
    pub(crate) from: From<'a>,
    /// Computed whenever it is read, since its value changes with time: without a column.
    pub(crate) on_read: bool,
}

/// Where a field comes from.
#[derive(Debug)]
pub(crate) enum From<'a> {
    /// Block and field.
    Author(usize, &'a RawField),
    Implied(Implied<'a>),
}

/// What the platform knows about a field that nobody wrote.
#[derive(Debug)]
pub(crate) struct Implied<'a> {
    pub(crate) label: Text,
    pub(crate) help: Text,
    pub(crate) required: bool,
    pub(crate) indexed: bool,
    pub(crate) generated: bool,
    pub(crate) immutable: bool,
    pub(crate) secret: bool,
    /// May happen to be about a person, as what is written `personal: content`.
    pub(crate) content: bool,
    pub(crate) on_delete: OnDelete,
    pub(crate) inverse: Option<(String, Option<&'a RawText>)>,
    pub(crate) role: Role,
}

/// What an implied field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Parent,
    Position,
    Other,
}

/// What a field holds, as far as it is known; modules are indexes of drafts.
#[derive(Debug)]
pub(crate) enum DraftType {
    /// A rule has reported why.
    Unknown,
    Scalar(FieldType),
    One(usize),
    AnyOf(Vec<usize>),
    Many {
        to: usize,
        min: Option<u32>,
        max: Option<u32>,
    },
}

/// A to-many side on its way into the catalog.
#[derive(Debug)]
pub(crate) struct DraftConnection {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) label: Option<Text>,
    pub(crate) targets: Vec<usize>,
    pub(crate) via: DraftVia,
    /// The relation it is the other side of; none for the tags.
    pub(crate) field: Option<(usize, String)>,
}

/// How the records of a connection are found.
#[derive(Debug, Clone)]
pub(crate) enum DraftVia {
    ForeignKey,
    Polymorphic,
    Junction { table: String, own: String, own_type: Option<String>, other: String, other_type: Option<String> },
}

impl<'a> Draft<'a> {
    pub(crate) fn name(&self) -> &'a str {
        &self.raw.name.value
    }

    pub(crate) fn has(&self, t: Trait) -> bool {
        self.traits.has(t)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&DraftField<'a>> {
        self.fields.iter().find(|f| f.name == name)
    }

    pub(crate) fn connection(&self, name: &str) -> Option<&DraftConnection> {
        self.connections.iter().find(|c| c.name == name)
    }

    /// `id` and every field.
    pub(crate) fn field_names(&self) -> impl Iterator<Item = &str> {
        std::iter::once("id").chain(self.fields.iter().map(|f| f.name.as_str()))
    }

    /// Whether there is such a field.
    pub(crate) fn knows(&self, name: &str) -> bool {
        name == "id" || self.field(name).is_some()
    }

    /// Table, as the author gave it or from the plural.
    pub(crate) fn table(&self) -> String {
        let plural = self.raw.plural.as_ref().map_or("", |p| &p.value);
        self.raw.table.as_ref().map_or_else(|| crate::naming::table(plural), |t| t.value.clone())
    }
}

impl<'a> DraftField<'a> {
    /// What the author wrote, if an author did.
    pub(crate) fn raw(&self) -> Option<&'a RawField> {
        match &self.from {
            From::Author(_, raw) => Some(raw),
            From::Implied(_) => None,
        }
    }

    /// Whether it is always there.
    pub(crate) fn is_required(&self) -> bool {
        match &self.from {
            From::Author(_, raw) => raw.is_required(),
            From::Implied(implied) => implied.required,
        }
    }

    /// Whether the platform itself sets it.
    pub(crate) fn is_generated(&self) -> bool {
        matches!(&self.from, From::Implied(implied) if implied.generated)
    }

    /// Whether it is erased with a person.
    pub(crate) fn is_personal(&self) -> bool {
        match &self.from {
            From::Author(_, raw) => raw.is_personal(),
            From::Implied(implied) => implied.content,
        }
    }

    /// What happens to its record when the person is erased that it leads to. Children, and the activities of a module
    /// that nobody wrote a relation for, go with what they belong to.
    pub(crate) fn on_erase(&self) -> OnErase {
        match &self.from {
            From::Author(_, raw) => {
                raw.on_erase.as_ref().and_then(|written| OnErase::parse(&written.value)).unwrap_or_default()
            }
            From::Implied(implied) if implied.inverse.is_some() => OnErase::Anonymize,
            From::Implied(_) => OnErase::Keep,
        }
    }

    /// Whether it has a column.
    pub(crate) fn is_stored(&self) -> bool {
        !self.on_read && !matches!(self.ty, DraftType::Many { .. })
    }

    /// Column name; empty for what has none.
    pub(crate) fn column(&self) -> String {
        match &self.ty {
            _ if !self.is_stored() => String::new(),
            _ if self.raw().is_some_and(|r| r.column.is_some()) => {
                self.raw().and_then(|r| r.column.as_ref()).map(|c| c.value.clone()).unwrap_or_default()
            }
            DraftType::One(_) | DraftType::AnyOf(_) => crate::naming::id_column(&self.name),
            DraftType::Many { .. } | DraftType::Scalar(_) | DraftType::Unknown => self.name.clone(),
        }
    }
}
