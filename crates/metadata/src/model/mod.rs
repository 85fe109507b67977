//! The catalog: everything the program knows about modules, resolved, immutable, and only reached through [`crate::load`].
//!
//! Identifiers ([`ModuleId`], [`FieldId`], [`ConnectionId`]) are dense indexes into the vectors that hold the things,
//! so that a lookup on the request path is an array access.

mod access;
mod connection;
mod conversion;
mod field;
mod json_schema;
pub(crate) mod lengths;
mod module;
mod privacy;
mod text;
mod traits;

pub use access::{Access, Action, Level};
pub use connection::{Connection, ConnectionId, Via};
pub use conversion::{Conversion, ConversionTarget, ConvertedFrom};
pub use field::{
    Choice, DecimalKind, Field, FieldId, FieldType, Literal, Logic, OnDelete, OptionMap, Origin, Past, Rollup, Weight,
};
pub use json_schema::{Demand, JsonSchema, Mismatch, Place};
pub use module::{Block, Event, History, Index, Module, ModuleId, Operations, Rule, Views};
pub use privacy::{Consent, OnErase, Period, Retention, RetentionAction};
pub use text::Text;
pub use traits::{Trait, Traits};

use crate::{
    report::{Code, Diagnostic},
    source::Source,
};
use std::{collections::HashMap, sync::Arc};

/// A package: a folder with a `package.yaml`, its modules and its extensions.
#[derive(Debug, Clone)]
pub struct Package {
    /// Folder name, `core`.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Version as the author wrote it.
    pub version: String,
    /// Names of the packages that must be loaded first.
    pub requires: Vec<String>,
    /// Names of modules of it that are gone for good.
    pub removed: Vec<String>,
    /// Path of its `package.yaml`.
    pub origin: Origin,
}

/// All modules of all packages, validated and resolved.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// In load order: a package stands after those it requires.
    pub packages: Vec<Package>,
    /// Indexed by [`ModuleId`].
    pub modules: Vec<Module>,
    /// Languages that labels are given in, the default one first (`en`, `de`).
    pub languages: Vec<String>,
    by_name: HashMap<String, ModuleId>,
    sources: Arc<[Source]>,
}

impl Catalog {
    /// Puts resolved parts together; the loader alone calls it, after every rule has passed.
    pub(crate) fn new(
        packages: Vec<Package>,
        modules: Vec<Module>,
        languages: Vec<String>,
        sources: Arc<[Source]>,
    ) -> Self {
        let by_name = modules.iter().map(|m| (m.name.clone(), m.id)).collect();
        Self { packages, modules, languages, by_name, sources }
    }

    /// The module with this identifier.
    #[must_use]
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[usize::from(id.0)]
    }

    /// The module with this PascalCase name, `Account`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Module> {
        self.by_name.get(name).map(|id| self.module(*id))
    }

    /// The files that it was made from.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// A problem with something that was written at a place; label and help can be added to what is given.
    #[must_use]
    pub fn problem(&self, code: Code, at: &Origin, message: impl Into<String>) -> Diagnostic {
        let source = self.sources.iter().find(|source| source.path == at.file);
        let line = source.and_then(|source| source.text.lines().nth(at.line.saturating_sub(1) as usize));
        Diagnostic {
            code: code.number(),
            severity: code.severity(),
            file: source.map_or_else(|| at.file.clone(), Source::shown),
            line: at.line,
            column: at.column,
            end_line: at.line,
            end_column: at.end_column,
            message: message.into(),
            label: String::new(),
            help: None,
            notes: Vec::new(),
            fix: None,
            source_line: line.unwrap_or_default().to_owned(),
        }
    }
}
