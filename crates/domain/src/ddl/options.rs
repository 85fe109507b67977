//! Picklists: the check that PostgreSQL has, and records whose option is another now.

use super::{
    literal::{array, quoted},
    names,
    schema::Column,
    sql::quote,
};
use crate::column::{ColumnType, Dialect};

/// The constraint of a picklist.
pub(super) fn check(table: &str, column: &Column) -> Option<String> {
    let options = column.options.as_ref()?.iter().map(String::as_str);
    let name = quote(&column.name);
    let condition = if column.ty == ColumnType::TextArray {
        format!("{name} <@ {}", array(options))
    } else {
        format!("{name} IN ({})", options.map(quoted).collect::<Vec<_>>().join(", "))
    };
    Some(format!("CONSTRAINT {} CHECK ({condition})", quote(&names::check(table, &column.name))))
}

/// The statements that give a column other options; the check of those that it had stands in the way of new ones.
pub(super) fn set(
    table: &str,
    from: &Column,
    to: &Column,
    renamed: &[(String, String)],
    replaced: &[(String, Option<String>)],
    dialect: Dialect,
) -> Vec<String> {
    let altered = format!("ALTER TABLE {}", quote(table));
    let mut statements = Vec::new();
    let postgres = dialect == Dialect::Postgres;
    if postgres && from.options.is_some() {
        statements.push(format!("{altered} DROP CONSTRAINT {}", quote(&names::check(table, &to.name))));
    }
    let mut moves: Vec<(&str, Option<&str>)> = renamed.iter().map(|(a, b)| (a.as_str(), Some(b.as_str()))).collect();
    moves.extend(replaced.iter().map(|(a, b)| (a.as_str(), b.as_deref())));
    if !moves.is_empty() {
        statements.push(moved(table, to, &moves, dialect));
    }
    if postgres && let Some(check) = check(table, to) {
        statements.push(format!("{altered} ADD {check}"));
    }
    statements
}

/// All at once, so that two options can change places.
fn moved(table: &str, column: &Column, moves: &[(&str, Option<&str>)], dialect: Dialect) -> String {
    let (table, name) = (quote(table), quote(&column.name));
    let gone: Vec<String> = moves.iter().map(|(option, _)| quoted(option)).collect();
    let cases: String = moves
        .iter()
        .map(|(option, by)| format!(" WHEN {} THEN {}", quoted(option), by.map_or_else(|| "NULL".to_owned(), quoted)))
        .collect();
    let list = gone.join(", ");
    match (column.ty, dialect) {
        (ColumnType::TextArray, Dialect::Postgres) => format!(
            "UPDATE {table} SET {name} = ARRAY(SELECT v FROM (SELECT CASE e{cases} ELSE e END AS v, n \
             FROM unnest({name}) WITH ORDINALITY AS u(e, n)) AS x WHERE v IS NOT NULL GROUP BY v ORDER BY min(n)) \
             WHERE {name} && ARRAY[{list}]::text[]"
        ),
        (ColumnType::TextArray, Dialect::Sqlite) => format!(
            "UPDATE {table} SET {name} = (SELECT json_group_array(v) FROM (SELECT v FROM (SELECT CASE e.value{cases} \
             ELSE e.value END AS v, e.key AS n FROM json_each({name}) AS e) WHERE v IS NOT NULL GROUP BY v \
             ORDER BY min(n))) WHERE EXISTS (SELECT 1 FROM json_each({name}) AS e WHERE e.value IN ({list}))"
        ),
        _ => format!("UPDATE {table} SET {name} = CASE {name}{cases} ELSE {name} END WHERE {name} IN ({list})"),
    }
}

/// A condition for the rows that have one of some options.
pub(super) fn having(column: &Column, options: &[&str], dialect: Dialect) -> String {
    let name = quote(&column.name);
    let list = options.iter().map(|option| quoted(option)).collect::<Vec<_>>().join(", ");
    match (column.ty, dialect) {
        (ColumnType::TextArray, Dialect::Postgres) => format!("{name} && ARRAY[{list}]::text[]"),
        (ColumnType::TextArray, Dialect::Sqlite) => {
            format!("EXISTS (SELECT 1 FROM json_each({name}) AS e WHERE e.value IN ({list}))")
        }
        _ => format!("{name} IN ({list})"),
    }
}
