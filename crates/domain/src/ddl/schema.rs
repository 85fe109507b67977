//! Tables, columns and indexes as the ledger stores them: without a dialect, without anything of the catalog that the
//! database doesn't show.

use crate::column::ColumnType;
use kontor_metadata::model::Literal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Every table that a catalog owns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// By table name.
    pub tables: BTreeMap<String, Table>,
}

/// A table and everything that hangs on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Package of the module that it belongs to, `core`.
    pub package: String,
    /// Module that it belongs to, `Account`.
    pub module: String,
    /// For a junction table: the field of the module that it stores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// In the order in which they are created.
    pub columns: Vec<Column>,
    /// Columns of the primary key.
    pub key: Vec<String>,
    /// By index name, which is unique in the database.
    pub indexes: BTreeMap<String, Index>,
    /// What full-text search looks at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
    /// What stored fields are computed from, by their names: when it changes, they are computed anew.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub follows: BTreeMap<String, String>,
    /// Fields of the module that are computed whenever they are read: a column that one of them had, from when it was
    /// stored, holds nothing that its expression does not give. The ledger doesn't need them.
    #[serde(skip)]
    pub computed: BTreeSet<String>,
    /// The module is gone from the YAML and the table still there: nothing reads or writes it, and it comes back with the
    /// module.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hidden: bool,
}

impl Table {
    /// The table of a module that is gone: it stands in nobody's way.
    #[must_use]
    pub fn hidden(&self) -> Self {
        let mut table = Self { hidden: true, ..self.clone() };
        for column in table.columns.iter_mut().filter(|column| column.name != "org") {
            column.references = column.references.take().filter(|to| to.on_delete != Deletion::NoAction);
        }
        table
    }

    /// The indexes over a column.
    #[must_use]
    pub fn indexes_over(&self, column: &str) -> BTreeMap<String, Index> {
        let concerns = |index: &Index| {
            index.columns.iter().any(|name| name == column) || index.where_null.as_deref() == Some(column)
        };
        let found = self.indexes.iter().filter(|(_, index)| concerns(index));
        found.map(|(name, index)| (name.clone(), index.clone())).collect()
    }

    /// The column with this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column; foreign keys and picklist checks concern one column each and so stand here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Name in the table, `account_id`.
    pub name: String,
    /// Name of its field in the YAML, `account`; none for the tenant and the columns of junction tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Package that added it to a module of another; none for what is of the table's own package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// How values are stored.
    #[serde(rename = "type", with = "super::column_type")]
    pub ty: ColumnType,
    /// NOT NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Foreign key to the `id` of another table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Reference>,
    /// For picklists: the only values, checked on PostgreSQL. SQLite could not change a check without writing the
    /// table anew, so there the write pipeline alone checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<BTreeSet<String>>,
    /// What rows that exist already get when the column is added or becomes required. Not a property of the database
    /// (the write pipeline applies defaults), so the ledger doesn't hold it.
    #[serde(skip)]
    pub fill: Option<Literal>,
    /// An expression of the YAML gives rows that exist their value instead. As `fill`, no property of the database.
    #[serde(skip)]
    pub backfill: bool,
    /// The field is gone from the YAML and its values still there: optional, free of references and checks, and back with
    /// the field.
    #[serde(default, skip_serializing_if = "is_false")]
    pub hidden: bool,
}

impl Column {
    /// The column of a field that is gone.
    #[must_use]
    pub fn hidden(&self) -> Self {
        Self {
            required: false,
            references: None,
            options: None,
            fill: None,
            backfill: false,
            hidden: true,
            ..self.clone()
        }
    }
}

/// The other side of a foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Table name; the column is always `id`.
    pub table: String,
    /// What the database does when the row there is really deleted, not only hidden.
    pub on_delete: Deletion,
}

/// What the database does with a row when the one it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deletion {
    /// It refuses.
    NoAction,
    /// It clears the column.
    SetNull,
    /// It deletes the row.
    Cascade,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// In order, the tenant column included.
    pub columns: Vec<String>,
    /// No two rows with the same values; rows with a null among them never clash.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// Only rows in which this column is null are in the index (`deleted_at`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub where_null: Option<String>,
    /// Over the elements of a list and not the value as a whole: GIN on PostgreSQL, nothing on SQLite.
    #[serde(default, skip_serializing_if = "is_false")]
    pub elements: bool,
}

/// What full-text search looks at in a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// [`Search::FORMAT`] of the program that made it.
    pub format: u32,
    /// Weights (A to D) by column.
    pub columns: BTreeMap<String, char>,
}

impl Search {
    /// Raised when texts become other terms than before, so that what is stored is made anew.
    pub const FORMAT: u32 = 1;
}

impl Schema {
    /// SHA-256 over the canonical JSON, in hexadecimal. The order of a table's columns doesn't count, since moving a
    /// field in the YAML changes nothing in the database.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut canonical = self.clone();
        for table in canonical.tables.values_mut() {
            table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let json = serde_json::to_vec(&canonical).expect("maps have string keys and no value fails to serialise");
        Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}
