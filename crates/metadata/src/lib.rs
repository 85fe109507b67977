//! Modules and fields: YAML in, one immutable [`model::Catalog`] or a [`Report`] of every mistake out.
//!
//! [`load`] runs a fixed chain of stages. Each hands its whole result to the next, and none stops at a first mistake:
//!
//! 1. [`Source`]: the files of the packages, read and put in order.
//! 2. `yaml`: text → nodes with positions; anchors, tags, duplicate keys and second documents end here.
//! 3. `raw`: nodes → what the author wrote, one structure per thing, unknown keys and wrong types reported.
//! 4. `merge`: extensions are put into the modules that they extend; everything keeps the place where it was written.
//! 5. `draft`: the modules of all packages side by side, children flattened, every name in one place.
//! 6. `rules`: one rule, one file; each looks at the drafts and reports.
//! 7. `resolve`: drafts → [`model`], names become indexes, defaults and implied fields are filled in.
//!
//! `format` says which keys there are, for editors and the reference. [`naming`] makes every derived name, [`expr`] parses expressions, `typing` checks and compiles them, [`iso`] knows currencies and countries, and
//! `report` describes and prints problems. [`places`] is what editors ask.
//!
//! This crate must not know what a database is beyond the length of an identifier, nor what GraphQL is beyond the
//! names it gives there: no SQL, no GraphQL library, no network, no clock. It reads files and nothing else.

mod dates;
mod draft;
pub mod expr;
mod field_type;
mod format;
pub mod iso;
mod languages;
mod load;
mod merge;
pub mod model;
pub mod naming;
pub mod places;
mod raw;
mod report;
mod resolve;
mod rules;
mod source;
mod typing;
mod yaml;

pub use format::{extension_schema, module_schema, package_schema, reference};
pub use load::{Loaded, Sources, load, load_dirs, load_sources};
pub use report::{Code, Diagnostic, Fix, Note, Report, Severity, codes, explain, similar};
pub use source::Source;
