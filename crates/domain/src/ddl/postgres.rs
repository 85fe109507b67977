//! What PostgreSQL changes in place.

use super::{
    literal, names,
    schema::{Column, Index},
    sql::{create_index, quote},
};
use crate::column::Dialect;

/// Another type, NOT NULL or foreign key; the new foreign key follows with the others.
pub(super) fn alter_column(table: &str, from: &Column, to: &Column) -> Vec<String> {
    let (altered, name) = (format!("ALTER TABLE {}", quote(table)), quote(&to.name));
    let mut statements = Vec::new();
    if from.references != to.references {
        match (&from.references, &to.references) {
            (Some(_), _) => {
                statements.push(format!("{altered} DROP CONSTRAINT {}", quote(&names::foreign_key(table, &to.name))));
            }
            // What it led to may be gone since nobody looked.
            (None, Some(reference)) => statements.push(format!(
                "UPDATE {table} SET {name} = NULL WHERE {name} IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM {target} WHERE {target}.\"id\" = {table}.{name})",
                table = quote(table),
                target = quote(&reference.table)
            )),
            (None, None) => {}
        }
    }
    if from.ty != to.ty {
        statements.push(format!("{altered} ALTER COLUMN {name} TYPE {}", to.ty.sql(Dialect::Postgres)));
    }
    match (from.required, to.required, &to.fill) {
        (true, false, _) => statements.push(format!("{altered} ALTER COLUMN {name} DROP NOT NULL")),
        (false, true, fill) => {
            if let Some(fill) = fill {
                let fill = literal::sql(fill, to.ty, Dialect::Postgres);
                statements.push(format!("UPDATE {} SET {name} = {fill} WHERE {name} IS NULL", quote(table)));
            }
            statements.push(format!("{altered} ALTER COLUMN {name} SET NOT NULL"));
        }
        _ => {}
    }
    statements
}

/// An index that is built while others read and write; none for what PostgreSQL has no index for.
pub(crate) fn concurrently(name: &str, table: &str, index: &Index) -> Option<String> {
    let statement = create_index(name, table, index, Dialect::Postgres)?;
    Some(statement.replacen("INDEX", "INDEX CONCURRENTLY", 1))
}
