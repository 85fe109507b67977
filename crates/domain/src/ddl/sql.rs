//! Tables, columns and indexes as SQL. Identifiers are always quoted.

use super::{
    literal, options,
    schema::{Column, Deletion, Index, Reference, Table},
};
use crate::column::{ColumnType, Dialect};

/// An identifier in double quotes.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn create_index(name: &str, table: &str, index: &Index, dialect: Dialect) -> Option<String> {
    let method = match (index.elements, dialect) {
        (true, Dialect::Sqlite) => return None,
        (true, Dialect::Postgres) => "USING gin ",
        (false, _) => "",
    };
    let unique = if index.unique { "UNIQUE " } else { "" };
    let condition = index.where_null.as_ref().map_or_else(String::new, |c| format!(" WHERE {} IS NULL", quote(c)));
    let mut columns = index.columns.clone();
    if dialect == Dialect::Sqlite && !index.unique {
        // SQLite looks the condition up in the row unless the index holds its column, and then counts from the index.
        columns.extend(index.where_null.clone());
    }
    let (name, table, columns) = (quote(name), quote(table), list(&columns));
    Some(format!("CREATE {unique}INDEX {name} ON {table} {method}({columns}){condition}"))
}

/// `REFERENCES "accounts" ("id") ON DELETE SET NULL`
pub(super) fn references(reference: &Reference) -> String {
    let action = match reference.on_delete {
        Deletion::NoAction => "NO ACTION",
        Deletion::SetNull => "SET NULL",
        Deletion::Cascade => "CASCADE",
    };
    format!("REFERENCES {} (\"id\") ON DELETE {action}", quote(&reference.table))
}

pub(super) fn create_table(name: &str, table: &Table, dialect: Dialect) -> String {
    let mut lines: Vec<_> = table.columns.iter().map(|column| definition(name, column, dialect)).collect();
    lines.push(format!("PRIMARY KEY ({})", list(&table.key)));
    let options = match dialect {
        Dialect::Postgres => "",
        // A junction is its own index, and STRICT refuses values that are not in the stored form.
        Dialect::Sqlite if table.link.is_some() => " STRICT, WITHOUT ROWID",
        Dialect::Sqlite => " STRICT",
    };
    format!("CREATE TABLE {} (\n  {}\n){options}", quote(name), lines.join(",\n  "))
}

fn definition(table: &str, column: &Column, dialect: Dialect) -> String {
    let mut parts = vec![quote(&column.name), column.ty.sql(dialect)];
    if column.required {
        parts.push("NOT NULL".to_owned());
    }
    match dialect {
        Dialect::Postgres => parts.extend(options::check(table, column)),
        Dialect::Sqlite => parts.extend(column.references.as_ref().map(references)),
    }
    parts.join(" ")
}

pub(super) fn add_column(table: &str, column: &Column, dialect: Dialect) -> Vec<String> {
    let altered = format!("ALTER TABLE {}", quote(table));
    let fill = column.fill.as_ref().map(|fill| literal::sql(fill, column.ty, dialect)).or_else(|| {
        // SQLite wants a value even where no row takes it; of links there is none, which the write pipeline demands.
        (dialect == Dialect::Sqlite && column.references.is_none()).then(|| neutral(column.ty))
    });
    let column = match dialect {
        Dialect::Sqlite if column.references.is_some() => &Column { required: false, ..column.clone() },
        _ => column,
    };
    let definition = definition(table, column, dialect);
    let Some(fill) = fill.filter(|_| column.required) else {
        return vec![format!("{altered} ADD COLUMN {definition}")];
    };
    let mut statements = vec![format!("{altered} ADD COLUMN {definition} DEFAULT {fill}")];
    if dialect == Dialect::Postgres {
        // The default was for the rows that exist; those to come get theirs from the write pipeline.
        statements.push(format!("{altered} ALTER COLUMN {} DROP DEFAULT", quote(&column.name)));
    }
    statements
}

/// A value of a type that stands for none in SQLite.
pub(super) fn neutral(ty: ColumnType) -> String {
    match ty {
        ColumnType::Integer | ColumnType::BigInt | ColumnType::Decimal(_) | ColumnType::Boolean => "0",
        ColumnType::Float => "0.0",
        ColumnType::Uuid => "x''",
        ColumnType::TextArray => "'[]'",
        ColumnType::Json => "'null'",
        ColumnType::Text | ColumnType::Date | ColumnType::Time | ColumnType::Timestamp => "''",
    }
    .to_owned()
}

pub(super) fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(", ")
}
