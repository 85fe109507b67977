//! Names that change, with everything that is named after them.

use super::{
    actions::primary_key,
    literal::quoted,
    names,
    schema::{Column, Index, Search, Table},
    search,
    sql::{create_index, quote},
};
use crate::column::Dialect;
use kontor_metadata::naming;

/// A table; `search` stays with it.
pub(super) fn table(from: &str, to: &str, table: &Table, search: Option<&Search>, dialect: Dialect) -> Vec<String> {
    let mut statements = Vec::new();
    if from == to {
        return statements;
    }
    if dialect == Dialect::Sqlite && search.is_some() {
        statements.extend(search::drop_triggers(from));
    }
    statements.push(format!("ALTER TABLE {} RENAME TO {}", quote(from), quote(to)));
    match dialect {
        Dialect::Postgres => {
            for column in &table.columns {
                statements.extend(constraints(
                    to,
                    column,
                    |name| name(from, &column.name),
                    |name| name(to, &column.name),
                ));
            }
            let keys = primary_key(from).zip(primary_key(to));
            let of_search = |table| naming::index(table, &[naming::SEARCH_COLUMN], false);
            let searched = search.map(|_| (of_search(from), of_search(to)));
            for (from, to) in keys.into_iter().chain(searched) {
                statements.push(format!("ALTER INDEX {} RENAME TO {}", quote(&from), quote(&to)));
            }
        }
        Dialect::Sqlite => {
            let Some(found) = table.search.as_ref().filter(|_| search.is_some()) else { return statements };
            for named in [naming::search_table, naming::search_rows_table] {
                statements.push(format!("ALTER TABLE {} RENAME TO {}", quote(&named(from)), quote(&named(to))));
            }
            // Columns still have their old names; SQLite changes them in the triggers, too.
            statements.extend(search::triggers(to, found));
        }
    }
    statements
}

/// A column, and the counters that are kept for its field.
pub(super) fn column(
    table: &str,
    module: &str,
    from: &Column,
    (to, field): (&str, Option<&String>),
    dialect: Dialect,
) -> Vec<String> {
    let mut statements = Vec::new();
    if from.name != to {
        statements.push(format!("ALTER TABLE {} RENAME COLUMN {} TO {}", quote(table), quote(&from.name), quote(to)));
        if dialect == Dialect::Postgres {
            statements.extend(constraints(table, from, |name| name(table, &from.name), |name| name(table, to)));
        }
    }
    if let (Some(old), Some(field)) = (&from.field, field) {
        let (module, old, field) = (quoted(module), quoted(old), quoted(field));
        statements.push(format!("UPDATE counters SET field = {field} WHERE module = {module} AND field = {old}"));
    }
    statements
}

/// An index; SQLite has no other name for one that is there.
pub(super) fn index(table: &str, from: &str, to: &str, index: &Index, dialect: Dialect) -> Vec<String> {
    match dialect {
        Dialect::Postgres => vec![format!("ALTER INDEX {} RENAME TO {}", quote(from), quote(to))],
        Dialect::Sqlite => {
            let mut statements = vec![format!("DROP INDEX IF EXISTS {}", quote(from))];
            statements.extend(create_index(to, table, index, dialect));
            statements
        }
    }
}

/// A module, wherever records say which they are linked to, and in the scopes of API keys.
pub(super) fn module(from: &str, to: &str, columns: &[(String, String)], dialect: Dialect) -> Vec<String> {
    let (was, is) = (quoted(from), quoted(to));
    let update = |(table, column): &(String, String)| {
        let (table, column) = (quote(table), quote(column));
        format!("UPDATE {table} SET {column} = {is} WHERE {column} = {was}")
    };
    let (old, new) = (quoted(&format!("\"{from}\"")), quoted(&format!("\"{to}\"")));
    let scopes = match dialect {
        Dialect::Postgres => {
            format!("UPDATE api_keys SET scope = replace(scope::text, {old}, {new})::jsonb WHERE scope IS NOT NULL")
        }
        Dialect::Sqlite => format!("UPDATE api_keys SET scope = replace(scope, {old}, {new}) WHERE scope IS NOT NULL"),
    };
    columns.iter().map(update).chain([scopes]).collect()
}

type Named = fn(&str, &str) -> String;

/// The constraints of a column under their new names.
fn constraints(
    table: &str,
    column: &Column,
    was: impl Fn(Named) -> String,
    is: impl Fn(Named) -> String,
) -> Vec<String> {
    let mut kinds: Vec<Named> = Vec::new();
    if column.references.is_some() {
        kinds.push(names::foreign_key);
    }
    if column.options.is_some() {
        kinds.push(names::check);
    }
    let renamed = |kind: Named| (was(kind), is(kind));
    kinds
        .into_iter()
        .map(renamed)
        .filter(|(from, to)| from != to)
        .map(|(from, to)| format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", quote(table), quote(&from), quote(&to)))
        .collect()
}
