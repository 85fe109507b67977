//! Steps from the tables that are there to those that the catalog wants.

use super::{
    column_type,
    schema::{Column, Index, Search, Table},
};
use std::collections::{BTreeMap, BTreeSet};

/// Steps in the order in which they are executed, in one transaction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Empty when the database has what the catalog wants.
    pub steps: Vec<Step>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// An index that is gone or is made anew.
    DropIndex {
        /// Index name.
        name: String,
    },
    /// A new table with its indexes.
    CreateTable {
        /// Table name.
        name: String,
        /// What it looks like.
        table: Table,
    },
    /// A new column.
    AddColumn {
        /// Table name.
        table: String,
        /// What it looks like.
        column: Column,
    },
    /// The column of a field that is computed whenever it is read from now on.
    DropColumn {
        /// Table name.
        table: String,
        /// Column name.
        column: String,
    },
    /// Another type, NOT NULL or foreign key.
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
    /// Another check of a picklist.
    SetOptions {
        /// Table name.
        table: String,
        /// As it will be; without options when it is no picklist any more.
        column: Column,
        /// Options that it has and had not.
        added: BTreeSet<String>,
    },
    /// A new index, or one that is made anew.
    CreateIndex {
        /// Index name.
        name: String,
        /// Table name.
        table: String,
        /// What it looks like.
        index: Index,
    },
    /// Full-text search that is gone or is made anew.
    DropSearch {
        /// Table name.
        table: String,
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
    /// PostgreSQL: tables that show each organisation its own rows only, whatever it is asked for.
    Secure {
        /// The tables, which may be those of the platform too.
        tables: Vec<Secured>,
        /// The role that is confined so.
        role: String,
    },
}

/// A table that row-level security guards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secured {
    /// Its name.
    pub table: String,
    /// The role that owns it; none for whoever runs the plan.
    pub owner: Option<String>,
}

impl Plan {
    /// Whether stored values have to be computed anew.
    #[must_use]
    pub fn recomputes(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Recompute { .. }))
    }

    /// Adds tables that are to be guarded by row-level security.
    pub(crate) fn secure(&mut self, tables: Vec<Secured>, role: &str) {
        if !tables.is_empty() {
            self.steps.push(Step::Secure { tables, role: role.to_owned() });
        }
    }

    /// The tables that the plan makes.
    pub(crate) fn created(&self) -> Vec<Secured> {
        let made = |step: &Step| match step {
            Step::CreateTable { name, .. } => Some(Secured { table: name.clone(), owner: None }),
            _ => None,
        };
        self.steps.iter().filter_map(made).collect()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// One line per step for people: `+ table accounts (42 columns, 9 indexes)`.
    #[must_use]
    pub fn summary(&self) -> Vec<String> {
        self.steps.iter().map(Step::summary).collect()
    }
}

impl Step {
    fn summary(&self) -> String {
        match self {
            Step::DropIndex { name } => format!("- index {name}"),
            Step::CreateTable { name, table } => {
                let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
                let columns = count(table.columns.len(), "column", "columns");
                format!("+ table {name} ({columns}, {})", count(table.indexes.len(), "index", "indexes"))
            }
            Step::AddColumn { table, column } => format!("+ column {table}.{} ({})", column.name, describe(column)),
            Step::DropColumn { table, column } => format!("- column {table}.{column} (computed when it is read)"),
            Step::AlterColumn { table, from, to, .. } => {
                format!("~ column {table}.{} ({})", to.name, changes(from, to).join(", "))
            }
            Step::SetOptions { table, column, added } => {
                let change = match column.options {
                    Some(_) => added.iter().map(|option| format!("+{option}")).collect::<Vec<_>>().join(", "),
                    None => "any text".to_owned(),
                };
                format!("~ options {table}.{} ({change})", column.name)
            }
            Step::CreateIndex { name, table, index } => {
                let unique = if index.unique { "unique index" } else { "index" };
                format!("+ {unique} {name} on {table} ({})", index.columns.join(", "))
            }
            Step::DropSearch { table } => format!("- search {table}"),
            Step::Recompute { table, fields } => format!("~ values {table}.{} (computed anew)", fields.join(", ")),
            Step::Secure { tables, .. } if tables.len() > 3 => {
                format!("+ row-level security of {} tables", tables.len())
            }
            Step::Secure { tables, .. } => {
                let names: Vec<_> = tables.iter().map(|secured| secured.table.as_str()).collect();
                format!("+ row-level security of {}", names.join(", "))
            }
            Step::CreateSearch { table, search } => {
                let columns: Vec<_> = search.columns.iter().map(|(name, weight)| format!("{name} {weight}")).collect();
                format!("+ search {table} ({})", columns.join(", "))
            }
        }
    }
}

/// What a column holds, for people.
pub(super) fn describe(column: &Column) -> String {
    match (&column.references, &column.options) {
        (Some(reference), _) => format!("link to {}", reference.table),
        (None, Some(_)) => format!("picklist of {}", column_type::name(column.ty)),
        (None, None) => column_type::name(column.ty),
    }
}

fn changes(from: &Column, to: &Column) -> Vec<String> {
    let mut changes = Vec::new();
    if from.ty != to.ty {
        changes.push(format!("{} → {}", describe(from), describe(to)));
    }
    match (from.required, to.required) {
        (true, false) => changes.push("optional".to_owned()),
        (false, true) => changes.push("required".to_owned()),
        _ => {}
    }
    if from.references != to.references {
        changes.push("what happens on delete".to_owned());
    }
    changes
}
