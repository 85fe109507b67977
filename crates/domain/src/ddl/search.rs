//! What full-text search stores: on PostgreSQL a generated column and its index, on SQLite an FTS5 table that triggers
//! keep current. Either changes with the record, in its statement, whoever writes it.

use super::{
    schema::Search,
    sql::{list, quote},
};
use crate::{column::Dialect, search::words::SEARCHED};
use kontor_metadata::naming;

/// The statements that make it for a table that is there, with its records.
pub(super) fn create(table: &str, search: &Search, dialect: Dialect) -> Vec<String> {
    match dialect {
        Dialect::Postgres => create_postgres(table, search),
        Dialect::Sqlite => {
            let mut statements = create_sqlite(table);
            statements.extend(fill_sqlite(table, search));
            statements.extend(triggers(table, search));
            statements
        }
    }
}

/// The statements that take it away.
pub(super) fn drop(table: &str, dialect: Dialect) -> Vec<String> {
    match dialect {
        // The index goes with its column.
        Dialect::Postgres => {
            vec![format!("ALTER TABLE {} DROP COLUMN {}", quote(table), quote(naming::SEARCH_COLUMN))]
        }
        Dialect::Sqlite => {
            let mut statements = drop_triggers(table);
            let tables = [naming::search_table(table), naming::search_rows_table(table)];
            statements.extend(tables.iter().map(|name| format!("DROP TABLE {}", quote(name))));
            statements
        }
    }
}

fn create_postgres(table: &str, search: &Search) -> Vec<String> {
    let (name, column) = (quote(table), quote(naming::SEARCH_COLUMN));
    let characters = characters(search);
    // What counts most comes first: of a word that occurs more than 255 times, only the first places are kept.
    let mut columns: Vec<_> = search.columns.iter().collect();
    columns.sort_by_key(|(_, weight)| **weight);
    let terms = columns.into_iter().map(|(field, weight)| {
        format!("setweight(kontor_terms(coalesce(left({}, {characters}), '')), '{weight}')", quote(field))
    });
    let terms = terms.collect::<Vec<_>>().join(" || ");
    let index = quote(&naming::index(table, &[naming::SEARCH_COLUMN], false));
    vec![
        format!("ALTER TABLE {name} ADD COLUMN {column} tsvector GENERATED ALWAYS AS ({terms}) STORED"),
        // Every search reads the entries that are not in order yet, so there may be few of them: the default of 4 MB
        // makes searches ten times slower while records are written.
        format!("CREATE INDEX {index} ON {name} USING gin ({column}) WITH (gin_pending_list_limit = 64)"),
    ]
}

/// FTS5 knows records by number, and the numbers of rows that a table has by itself do not survive a VACUUM. So there is
/// a table that numbers the records.
fn create_sqlite(table: &str) -> Vec<String> {
    let (index, rows) = (quote(&naming::search_table(table)), quote(&naming::search_rows_table(table)));
    vec![
        format!("CREATE TABLE {rows} (\"number\" INTEGER PRIMARY KEY, \"id\" BLOB NOT NULL UNIQUE) STRICT"),
        // One column per weight. The terms come ready, and are not kept; where in a text they stand is not asked for.
        format!(
            "CREATE VIRTUAL TABLE {index} USING fts5 \
             (a, b, c, d, tokenize = 'ascii', content = '', contentless_delete = 1, detail = 'column')"
        ),
    ]
}

fn fill_sqlite(table: &str, search: &Search) -> Vec<String> {
    let (name, index) = (quote(table), quote(&naming::search_table(table)));
    let rows = quote(&naming::search_rows_table(table));
    let values = terms(search, "t").join(", ");
    vec![
        format!("INSERT INTO {rows} (\"id\") SELECT \"id\" FROM {name}"),
        format!(
            "INSERT INTO {index} (rowid, a, b, c, d) SELECT r.\"number\", {values} \
             FROM {rows} r JOIN {name} t ON t.\"id\" = r.\"id\" ORDER BY r.\"number\""
        ),
    ]
}

/// The triggers, which name the searched columns and so must go while one of them is replaced.
pub(super) fn triggers(table: &str, search: &Search) -> Vec<String> {
    let (name, index) = (quote(table), quote(&naming::search_table(table)));
    let rows = quote(&naming::search_rows_table(table));
    let [created, changed, removed] = trigger_names(table);
    let number = |row: &str| format!("(SELECT \"number\" FROM {rows} WHERE \"id\" = {row}.\"id\")");
    let values = terms(search, "NEW");
    let columns: Vec<_> = search.columns.keys().cloned().collect();
    let differ: Vec<_> = columns.iter().map(|c| format!("OLD.{0} IS NOT NEW.{0}", quote(c))).collect();
    let sets: Vec<_> = ["a", "b", "c", "d"].iter().zip(&values).map(|(c, value)| format!("{c} = {value}")).collect();
    vec![
        format!(
            "CREATE TRIGGER {created} AFTER INSERT ON {name} BEGIN\n  \
             INSERT INTO {rows} (\"id\") VALUES (NEW.\"id\");\n  \
             INSERT INTO {index} (rowid, a, b, c, d) VALUES ({}, {});\nEND",
            number("NEW"),
            values.join(", "),
        ),
        format!(
            "CREATE TRIGGER {changed} AFTER UPDATE OF {} ON {name} WHEN {} BEGIN\n  \
             UPDATE {index} SET {} WHERE rowid = {};\nEND",
            list(&columns),
            differ.join(" OR "),
            sets.join(", "),
            number("NEW"),
        ),
        format!(
            "CREATE TRIGGER {removed} AFTER DELETE ON {name} BEGIN\n  \
             DELETE FROM {index} WHERE rowid = {};\n  \
             DELETE FROM {rows} WHERE \"id\" = OLD.\"id\";\nEND",
            number("OLD"),
        ),
    ]
}

/// Drops the triggers.
pub(super) fn drop_triggers(table: &str) -> Vec<String> {
    trigger_names(table).iter().map(|name| format!("DROP TRIGGER {name}")).collect()
}

fn trigger_names(table: &str) -> [String; 3] {
    let index = naming::search_table(table);
    ["created", "changed", "removed"].map(|what| quote(&format!("{index}_{what}")))
}

/// What stands in the columns a, b, c and d for a row; `kontor_terms` is a function of the program.
fn terms(search: &Search, row: &str) -> Vec<String> {
    let characters = characters(search);
    let of = |letter: char| {
        let fields = search.columns.iter().filter(|(_, weight)| **weight == letter);
        let texts: Vec<_> = fields.map(|(f, _)| format!("substr({row}.{}, 1, {characters})", quote(f))).collect();
        if texts.is_empty() {
            return "NULL".to_owned();
        }
        format!("kontor_terms({row}.\"org\", {})", texts.join(", "))
    };
    ['A', 'B', 'C', 'D'].map(of).to_vec()
}

/// How much of each text is searched.
fn characters(search: &Search) -> usize {
    SEARCHED / search.columns.len().max(1)
}
