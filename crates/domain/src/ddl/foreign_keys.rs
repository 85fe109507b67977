//! PostgreSQL's foreign keys, which follow when every table and column is there.

use super::{
    names,
    plan::Step,
    schema::Column,
    sql::{quote, references},
};

/// The statements that add those of new tables and columns, and those that are others now.
pub(super) fn of(steps: &[&Step]) -> Vec<String> {
    let mut statements = Vec::new();
    for step in steps {
        let (table, columns) = match step {
            Step::CreateTable { name, table } => (name, table.columns.as_slice()),
            Step::AddColumn { table, column } => (table, std::slice::from_ref(column)),
            Step::AlterColumn { table, from, to, .. } if from.references != to.references => {
                (table, std::slice::from_ref(to))
            }
            _ => continue,
        };
        // One ALTER TABLE per table: each one alone would lock and check it again.
        let added: Vec<_> = columns.iter().filter_map(|column| foreign_key(table, column)).collect();
        if !added.is_empty() {
            statements.push(format!("ALTER TABLE {}\n  {}", quote(table), added.join(",\n  ")));
        }
    }
    statements
}

fn foreign_key(table: &str, column: &Column) -> Option<String> {
    let references = references(column.references.as_ref()?);
    let (name, column) = (quote(&names::foreign_key(table, &column.name)), quote(&column.name));
    Some(format!("ADD CONSTRAINT {name} FOREIGN KEY ({column}) {references} DEFERRABLE INITIALLY IMMEDIATE"))
}
