//! One change of the tables, as it is planned, executed, recorded and undone.

use super::schema::{Column, Index, Search, Table};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One change. What has been executed is kept as JSON, so that `rollback` can undo it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// An index that is gone or is made anew.
    DropIndex {
        /// Table name.
        table: String,
        /// Index name.
        name: String,
        /// What it looks like.
        index: Index,
    },
    /// An index under another name.
    RenameIndex {
        /// Table name.
        table: String,
        /// As it is.
        from: String,
        /// As it will be.
        to: String,
        /// What it looks like; SQLite makes it anew.
        index: Index,
    },
    /// A new table with its indexes.
    CreateTable {
        /// Table name.
        name: String,
        /// What it looks like.
        table: Table,
    },
    /// A table under another name.
    RenameTable {
        /// As it is.
        from: String,
        /// As it will be.
        to: String,
        /// For a junction table: the field that it will store.
        link: Option<String>,
        /// What it looks like before.
        table: Table,
        /// The search that stays, with the columns that it will have.
        search: Option<Search>,
    },
    /// The name of a module, wherever records are linked to it.
    RenameModule {
        /// As it is.
        from: String,
        /// As it will be.
        to: String,
        /// Tables and columns that hold it.
        columns: Vec<(String, String)>,
    },
    /// A column under another name.
    RenameColumn {
        /// Table name.
        table: String,
        /// Name of the module.
        module: String,
        /// As it is.
        from: Column,
        /// Name that it will have.
        to: String,
        /// Name that its field will have; none in junction tables.
        field: Option<String>,
    },
    /// A new column.
    AddColumn {
        /// Table name.
        table: String,
        /// What it looks like.
        column: Column,
    },
    /// A column whose field is computed whenever it is read from now on, or has been gone for long.
    DropColumn {
        /// Table name.
        table: String,
        /// What it looks like.
        column: Column,
        /// Its values are put away before.
        copied: bool,
    },
    /// Another type, NOT NULL or foreign key; a field that goes into hiding or comes out of it.
    AlterColumn {
        /// Table name.
        table: String,
        /// As it is.
        from: Column,
        /// As it will be.
        to: Column,
        /// Indexes over the column that stay as they are; SQLite must make them anew.
        indexes: BTreeMap<String, Index>,
        /// The search over the column that stays as it is; SQLite must make its triggers anew.
        search: Option<Search>,
    },
    /// Another picklist, or none.
    SetOptions {
        /// Table name.
        table: String,
        /// As it is.
        from: Column,
        /// As it will be.
        to: Column,
        /// Options that have another name.
        renamed: Vec<(String, String)>,
        /// Options that are gone, and what records have instead.
        replaced: Vec<(String, Option<String>)>,
    },
    /// Values of a new field for the records that are there, by an expression of the YAML.
    Backfill {
        /// Table name.
        table: String,
        /// Name of the module.
        module: String,
        /// Name of the field.
        field: String,
        /// What the column was, if it was there.
        was: Option<Column>,
    },
    /// The table of a module that is gone from the YAML.
    HideTable {
        /// Table name.
        name: String,
        /// What it looks like before.
        table: Table,
    },
    /// The table of a module that is back.
    ShowTable {
        /// Table name.
        name: String,
        /// What it looks like before.
        table: Table,
    },
    /// A table whose module has been gone for long; its rows are put away before.
    DropTable {
        /// Table name.
        name: String,
        /// What it looks like.
        table: Table,
    },
    /// The package that a module, or a field of it, belongs to.
    Own {
        /// Table name.
        table: String,
        /// Column name; none for the table as a whole.
        column: Option<String>,
        /// As it is; of a column none where it is the package of the table.
        from: Option<String>,
        /// As it will be.
        to: Option<String>,
    },
    /// A new index, or one that is made anew.
    CreateIndex {
        /// Table name.
        table: String,
        /// Index name.
        name: String,
        /// What it looks like.
        index: Index,
    },
    /// Full-text search that is gone or is made anew.
    DropSearch {
        /// Table name.
        table: String,
        /// What it looks at.
        search: Search,
    },
    /// Full-text search over the columns of a table that is there.
    CreateSearch {
        /// Table name.
        table: String,
        /// What it looks at.
        search: Search,
    },
    /// Values of records that are there and that follow from something else now.
    Recompute {
        /// Table name.
        table: String,
        /// Names of the fields.
        fields: Vec<String>,
    },
    /// What a step has put away, back where it was.
    Restore(Restore),
    /// PostgreSQL: tables that show each organisation its own rows only, whatever it is asked for.
    Secure {
        /// The tables, which may be those of the platform too.
        tables: Vec<Secured>,
        /// The role that is confined so.
        role: String,
    },
}

/// What is put away in a table of its own, and where it belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restore {
    /// The table that it is put away in.
    pub quarantine: String,
    /// The table that it comes from.
    pub table: String,
    /// The columns: all of the table, or one.
    pub columns: Vec<Column>,
    /// Whole rows are put back.
    pub rows: bool,
    /// A value is put back only where nobody has changed it since.
    pub unchanged: bool,
}

/// A table that row-level security guards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secured {
    /// Its name.
    pub table: String,
    /// The role that owns it; none for whoever runs the plan.
    pub owner: Option<String>,
}

/// What a step does to what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Nothing that is there changes, and nobody waits for long.
    Safe,
    /// Values change as the YAML says, or a table is locked while its rows are looked at.
    Care,
    /// Something is taken away; a copy is kept for `rollback`.
    Loss,
}

impl Risk {
    /// `safe`, `care` or `loss`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Care => "care",
            Self::Loss => "loss",
        }
    }
}

impl Step {
    /// The table that is there and that it changes.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::CreateTable { .. } | Self::RenameModule { .. } | Self::Secure { .. } => None,
            Self::RenameTable { from: table, .. }
            | Self::DropIndex { table, .. }
            | Self::RenameIndex { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::SetOptions { table, .. }
            | Self::Backfill { table, .. }
            | Self::HideTable { name: table, .. }
            | Self::ShowTable { name: table, .. }
            | Self::DropTable { name: table, .. }
            | Self::Own { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::DropSearch { table, .. }
            | Self::CreateSearch { table, .. }
            | Self::Restore(Restore { table, .. })
            | Self::Recompute { table, .. } => Some(table),
        }
    }

    /// What it does to what is there.
    #[must_use]
    pub fn risk(&self) -> Risk {
        match self {
            Self::DropTable { .. } | Self::DropColumn { copied: true, .. } => Risk::Loss,
            Self::SetOptions { replaced, .. } if !replaced.is_empty() => Risk::Loss,
            Self::AlterColumn { from, to, .. } if from.ty != to.ty || (to.required && !from.required) => Risk::Care,
            Self::HideTable { .. }
            | Self::ShowTable { .. }
            | Self::RenameTable { .. }
            | Self::RenameModule { .. }
            | Self::RenameColumn { .. }
            | Self::Backfill { .. }
            | Self::Recompute { .. }
            | Self::Restore(_)
            | Self::SetOptions { .. }
            | Self::CreateSearch { .. } => Risk::Care,
            Self::AlterColumn { from, to, .. } if from.hidden != to.hidden => Risk::Care,
            Self::CreateIndex { index, .. } if index.unique => Risk::Care,
            _ => Risk::Safe,
        }
    }

    /// What others wait for on PostgreSQL while it is executed; SQLite has one writer, who waits for all of it.
    #[must_use]
    pub fn lock(&self) -> &'static str {
        match self {
            Self::CreateTable { .. } | Self::Own { .. } => "nobody waits",
            Self::CreateIndex { index, .. } if index.unique => "writers of the table wait until its rows are read",
            Self::CreateIndex { .. } => "nobody waits: it is built beside what goes on",
            Self::Backfill { .. } | Self::Recompute { .. } | Self::RenameModule { .. } | Self::Restore(_) => {
                "writers of the same records wait"
            }
            Self::AlterColumn { from, to, .. } if from.ty != to.ty => "the table waits until its rows are rewritten",
            Self::AlterColumn { from, to, .. }
                if to.required && !from.required || to.references.is_some() && from.references != to.references =>
            {
                "the table waits until its rows are read"
            }
            Self::SetOptions { .. } => "the table waits until its rows are read",
            Self::CreateSearch { .. } => "the table waits until its rows are rewritten",
            Self::DropTable { .. } | Self::DropColumn { copied: true, .. } => {
                "the table waits until its rows are copied"
            }
            _ => "the table waits for a moment",
        }
    }
}
