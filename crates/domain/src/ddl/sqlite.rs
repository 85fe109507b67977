//! What SQLite's ALTER TABLE can't do in place.

use super::{
    literal,
    schema::{Column, Index, Search},
    search,
    sql::{create_index, neutral, quote, references},
};
use crate::column::{ColumnType, Dialect};
use std::collections::BTreeMap;

/// Gives a column another type, NOT NULL or foreign key.
///
/// A column is replaced by a new one and not the table by a new table: dropping a table would delete its rows and, with
/// foreign keys on, those that refer to them.
pub(super) fn alter_column(
    table: &str,
    from: &Column,
    to: &Column,
    indexes: &BTreeMap<String, Index>,
    search: Option<&Search>,
) -> Vec<String> {
    let table_name = quote(table);
    let (old, new) = (quote(&from.name), quote(&format!("{}__new", to.name)));
    let converted = converted(&old, from.ty, to.ty);
    if (from.required, &from.references) == (to.required, &to.references) {
        // The stored type is INTEGER on both sides, only the unit changes.
        return converted.map(|value| format!("UPDATE {table_name} SET {old} = {value}")).into_iter().collect();
    }

    let mut definition = format!("{new} {}", to.ty.sql(Dialect::Sqlite));
    let mut value = converted.unwrap_or_else(|| old.clone());
    // A required link has no constant that could stand in its rows while the column is new, so here SQLite is left
    // without the NOT NULL that the write pipeline keeps anyway.
    if to.required && to.references.is_none() {
        let fill = to.fill.as_ref().map(|fill| literal::sql(fill, to.ty, Dialect::Sqlite));
        definition += &format!(" NOT NULL DEFAULT {}", fill.clone().unwrap_or_else(|| neutral(to.ty)));
        value = fill.map_or_else(|| value.clone(), |fill| format!("coalesce({value}, {fill})"));
    }
    if let Some(reference) = &to.references {
        definition += &format!(" {}", references(reference));
        if from.references.is_none() {
            // What it led to may be gone since nobody looked.
            let target = quote(&reference.table);
            value = format!("(SELECT {target}.\"id\" FROM {target} WHERE {target}.\"id\" = {table_name}.{old})");
        }
    }
    let mut statements: Vec<_> = indexes.keys().map(|name| format!("DROP INDEX IF EXISTS {}", quote(name))).collect();
    statements.extend(search.iter().flat_map(|_| search::drop_triggers(table)));
    statements.push(format!("ALTER TABLE {table_name} ADD COLUMN {definition}"));
    statements.push(format!("UPDATE {table_name} SET {new} = {value}"));
    statements.push(format!("ALTER TABLE {table_name} DROP COLUMN {old}"));
    statements.push(format!("ALTER TABLE {table_name} RENAME COLUMN {new} TO {old}"));
    statements.extend(indexes.iter().filter_map(|(name, index)| create_index(name, table, index, Dialect::Sqlite)));
    statements.extend(search.iter().flat_map(|search| search::triggers(table, search)));
    statements
}

/// Stored integers in the unit of the new type.
fn converted(value: &str, from: ColumnType, to: ColumnType) -> Option<String> {
    let digits = |ty: ColumnType| match ty {
        ColumnType::Integer | ColumnType::BigInt => Some(0_i16),
        ColumnType::Decimal(scale) => Some(i16::from(scale)),
        _ => None,
    };
    let more = digits(to)? - digits(from)?;
    let factor = 10_i64.pow(u32::from(more.unsigned_abs()));
    match more {
        0 => None,
        1.. => Some(format!("{value} * {factor}")),
        // Only an undone change goes this way, when every value is a whole one.
        _ => Some(format!("{value} / {factor}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ddl::{Action, Plan, Schema, Terms, desired, diff, testing};
    use rusqlite::Connection;

    fn run(db: &Connection, plan: &Plan) {
        for action in plan.actions(Dialect::Sqlite, 1).into_iter().flatten() {
            let Action::Sql(statement) = action else { continue };
            db.execute_batch(&statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
        }
    }

    #[test]
    fn rows_survive_what_changes_around_them() {
        let db = Connection::open_in_memory().unwrap();
        crate::store::functions::register(&db).unwrap();
        db.execute_batch(
            "PRAGMA foreign_keys = on;
             CREATE TABLE organizations (id BLOB NOT NULL PRIMARY KEY) STRICT;
             CREATE TABLE users (id BLOB NOT NULL PRIMARY KEY) STRICT;
             CREATE TABLE teams (id BLOB NOT NULL PRIMARY KEY) STRICT;
             INSERT INTO organizations VALUES (x'01');
             INSERT INTO users VALUES (x'02');",
        )
        .unwrap();
        let shop = desired(&testing::shop());
        run(&db, &diff(&Schema::default(), &testing::shop(), &Terms::default()).unwrap());
        db.execute_batch(
            "INSERT INTO customers (id, org, name, agent_id, rating, created_at, updated_at, version)
             VALUES (x'03', x'01', 'Hansa AG', x'02', 7, '', '', 1);
             INSERT INTO purchases (id, org, number, customer_id, created_at, updated_at, version)
             VALUES (x'04', x'01', 'P-0001', x'03', '', '', 1);",
        )
        .unwrap();

        db.execute_batch("BEGIN").unwrap();
        run(&db, &diff(&shop, &testing::grown_shop(), &Terms::default()).unwrap());
        db.execute_batch("COMMIT").unwrap();

        let row: (String, i64, String, String, Vec<u8>, Vec<u8>) = db
            .query_row(
                "SELECT c.name, c.rating, c.since, c.tier, c.agent_id, p.customer_id
                 FROM customers c JOIN purchases p ON p.customer_id = c.id",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)),
            )
            .unwrap();
        assert_eq!(row, ("Hansa AG".into(), 70, "2026-01-01".into(), "silver".into(), vec![2], vec![3]));
        // What is searched is still found, and still kept current.
        let found = |word: &str| -> i64 {
            let sql = "SELECT count(*) FROM kontor_customers_search WHERE kontor_customers_search MATCH ?1";
            db.query_row(sql, [format!("\"01{word}\"")], |row| row.get(0)).unwrap()
        };
        assert_eq!((found("hansa"), found("hanse")), (1, 0));
        db.execute_batch("UPDATE customers SET name = 'Hanse AG'").unwrap();
        assert_eq!((found("hansa"), found("hanse")), (0, 1));
        // The foreign keys still hold, and they now refuse what they cascaded before.
        assert!(db.execute_batch("DELETE FROM customers").is_err());
        assert!(db.execute_batch("UPDATE customers SET agent_id = x'09'").is_err());
        let broken: i64 = db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
        assert_eq!(broken, 0);
    }
}
