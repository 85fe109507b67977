//! What a step takes away or overwrites, in a table of its own until nobody can want it back.

use super::{
    options,
    plan::Restore,
    schema::{Column, Table},
    sql::{list, quote},
};
use crate::column::{ColumnType, Dialect};

/// The value that a step has given, beside the one that it has overwritten.
const AFTER: &str = "kontor_after";

/// Rows or values that are put away.
pub(super) struct Quarantine {
    restore: Restore,
    /// Which rows; all where there is nothing.
    condition: Box<dyn Fn(Dialect) -> String>,
}

/// A whole table.
pub(super) fn rows(quarantine: &str, table: &str, what: &Table) -> Quarantine {
    let restore = Restore {
        quarantine: quarantine.to_owned(),
        table: table.to_owned(),
        columns: what.columns.clone(),
        rows: true,
        unchanged: false,
    };
    Quarantine { restore, condition: Box::new(|_| String::new()) }
}

/// The values of a column.
pub(super) fn values(quarantine: &str, table: &str, column: &Column) -> Quarantine {
    let there = format!(" WHERE {} IS NOT NULL", quote(&column.name));
    Quarantine { restore: of_column(quarantine, table, column, false), condition: Box::new(move |_| there.clone()) }
}

/// That there is no value.
pub(super) fn without_value(quarantine: &str, table: &str, column: &Column) -> Quarantine {
    let missing = format!(" WHERE {} IS NULL", quote(&column.name));
    Quarantine { restore: of_column(quarantine, table, column, true), condition: Box::new(move |_| missing.clone()) }
}

/// The values in which an option is replaced.
pub(super) fn replaced(
    quarantine: &str,
    table: &str,
    column: &Column,
    replaced: &[(String, Option<String>)],
) -> Quarantine {
    let (gone, of): (Vec<String>, _) = (replaced.iter().map(|(option, _)| option.clone()).collect(), column.clone());
    let condition = move |dialect| {
        let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
        format!(" WHERE {}", options::having(&of, &gone, dialect))
    };
    Quarantine { restore: of_column(quarantine, table, column, true), condition: Box::new(condition) }
}

fn of_column(quarantine: &str, table: &str, column: &Column, unchanged: bool) -> Restore {
    Restore {
        quarantine: quarantine.to_owned(),
        table: table.to_owned(),
        columns: vec![column.clone()],
        rows: false,
        unchanged,
    }
}

impl Quarantine {
    /// How it is put back.
    pub(super) fn restore(self) -> Restore {
        self.restore
    }

    /// Before the step.
    pub(super) fn put_away(&self, dialect: Dialect) -> Vec<String> {
        let Restore { quarantine, table, columns, rows, unchanged } = &self.restore;
        let (name, from) = (quote(quarantine), quote(table));
        let mut definitions: Vec<String> = Vec::new();
        let mut copied: Vec<String> = Vec::new();
        if !rows {
            // Who deletes a record deletes what was put away of it.
            let uuid = ColumnType::Uuid.sql(dialect);
            definitions
                .push(format!("\"id\" {uuid} NOT NULL PRIMARY KEY REFERENCES {from} (\"id\") ON DELETE CASCADE"));
            definitions.push(format!("\"org\" {uuid} NOT NULL"));
            copied.extend(["id".to_owned(), "org".to_owned()]);
        }
        for column in columns {
            definitions.push(format!("{} {}", quote(&column.name), column.ty.sql(dialect)));
            copied.push(column.name.clone());
        }
        if *unchanged {
            definitions.extend(columns.iter().map(|column| format!("{} {}", quote(AFTER), column.ty.sql(dialect))));
        }
        let (copied, condition) = (list(&copied), (self.condition)(dialect));
        vec![
            format!("CREATE TABLE {name} ({})", definitions.join(", ")),
            format!("INSERT INTO {name} ({copied}) SELECT {copied} FROM {from}{condition}"),
        ]
    }

    /// Behind the step: what it has made of the values.
    pub(super) fn look_again(&self) -> Vec<String> {
        let Restore { quarantine, table, columns, .. } = &self.restore;
        let (name, from, after) = (quote(quarantine), quote(table), quote(AFTER));
        let value = |column: &Column| {
            let column = quote(&column.name);
            format!("UPDATE {name} SET {after} = (SELECT t.{column} FROM {from} t WHERE t.\"id\" = {name}.\"id\")")
        };
        columns.iter().map(value).collect()
    }
}

impl Restore {
    /// The statements that put everything back.
    pub(super) fn statements(&self, dialect: Dialect) -> Vec<String> {
        let (away, table) = (quote(&self.quarantine), quote(&self.table));
        let mut statements = Vec::new();
        if self.rows {
            let columns = list(&self.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>());
            statements.push(format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM {away}"));
        }
        for column in self.columns.iter().filter(|_| !self.rows) {
            let name = quote(&column.name);
            let same = if dialect == Dialect::Postgres { "IS NOT DISTINCT FROM" } else { "IS" };
            let unchanged =
                if self.unchanged { format!(" AND {table}.{name} {same} q.{}", quote(AFTER)) } else { String::new() };
            statements.push(format!(
                "UPDATE {table} SET {name} = q.{name} FROM {away} q WHERE q.\"id\" = {table}.\"id\"{unchanged}"
            ));
        }
        statements.push(format!("DROP TABLE {away}"));
        statements
    }
}
