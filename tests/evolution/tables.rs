//! The tables as the database describes them itself: everything that a fresh one would have, too.

use kontor_domain::{
    column::{ColumnType, Dialect},
    context::Whose,
    store::{Args, Store},
    value::Value,
};

/// A line per column, constraint, index and trigger of the package's tables, sorted.
pub(super) async fn tables(store: &Store) -> Vec<String> {
    let sql = match store.dialect() {
        Dialect::Postgres => POSTGRES,
        Dialect::Sqlite => SQLITE,
    };
    let rows = store.query(Whose::Platform, sql, &Args::new(store.dialect()), &[ColumnType::Text]).await.unwrap();
    let text = |value| if let Value::Text(text) = value { text } else { String::new() };
    let mut lines: Vec<String> = rows.into_iter().flatten().map(text).collect();
    lines.sort();
    lines
}

const POSTGRES: &str = "
    WITH t AS (SELECT oid, relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND (relname LIKE 'thing%' OR relname LIKE 'plent%'))
    SELECT t.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
        || a.attnotnull::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
    UNION ALL
    SELECT t.relname || ' ' || c.conname || ' ' || pg_get_constraintdef(c.oid) FROM t JOIN pg_constraint c ON c.conrelid = t.oid
    UNION ALL
    SELECT pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid::text FROM t JOIN pg_index i ON i.indrelid = t.oid
    UNION ALL
    SELECT t.relname || ' ' || p.polname FROM t JOIN pg_policy p ON p.polrelid = t.oid";

/// What SQLite cannot take back (defaults that a column was added with, NOT NULL of links) is left out.
const SQLITE: &str = "
    SELECT t.name || '.' || c.name || ' ' || c.type || ' '
        || CASE WHEN f.\"table\" IS NULL THEN c.\"notnull\" ELSE 'link to ' || f.\"table\" || ' ' || f.on_delete END
    FROM sqlite_schema t JOIN pragma_table_info(t.name) c
    LEFT JOIN pragma_foreign_key_list(t.name) f ON f.\"from\" = c.name
    WHERE t.type = 'table' AND (t.name LIKE 'thing%' OR t.name LIKE 'plent%')
    UNION ALL
    SELECT t.sql FROM sqlite_schema t WHERE t.type = 'index' AND t.sql IS NOT NULL
        AND (t.tbl_name LIKE 'thing%' OR t.tbl_name LIKE 'plent%')
    UNION ALL
    SELECT t.name FROM sqlite_schema t WHERE (t.type = 'trigger' OR t.name LIKE 'kontor_thing%_search' OR t.name LIKE 'kontor_plent%_search')
        AND t.name LIKE 'kontor_%'";
