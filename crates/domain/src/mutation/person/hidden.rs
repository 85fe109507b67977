//! Values that no field shows any more: columns of fields that were removed from the YAML, and copies that are kept until
//! nobody can want a change of the metadata undone. They go with the person, too.

use crate::{
    column::{ColumnType, Dialect},
    mutation::{
        WriteError,
        rows::{among, ids},
        session::Session,
    },
    plan::sql::quote,
    store::Args,
    value::Value,
};
use kontor_metadata::{model::Module, naming};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Clears them in some records of a module.
pub(super) async fn clear(session: &mut Session<'_, '_>, module: &Module, records: &[Uuid]) -> Result<(), WriteError> {
    if module.system || records.is_empty() {
        return Ok(());
    }
    let layout = session.layout(module.id);
    let known: BTreeSet<&str> = layout.columns.iter().map(|column| column.name.as_str()).collect();
    let own = ["org", "id", naming::SEARCH_COLUMN];
    let columns = texts(session, columns_of(session.transaction.dialect()), &module.table).await?;
    let hidden: Vec<String> = columns
        .into_iter()
        .filter(|name| !known.contains(name.as_str()) && !own.contains(&name.as_str()))
        .map(|name| format!("{} = NULL", quote(&name)))
        .collect();
    let list = ids(records.iter().copied());
    if !hidden.is_empty() {
        let mut args = Args::new(session.transaction.dialect());
        let these = among(&mut args, "\"id\"", &list);
        let sql = format!("UPDATE {} SET {} WHERE {these}", quote(&module.table), hidden.join(", "));
        session.transaction.execute(&sql, &args).await?;
    }
    for copy in texts(session, copies_of(session.transaction.dialect()), &module.table).await? {
        let mut args = Args::new(session.transaction.dialect());
        let these = among(&mut args, "\"id\"", &list);
        session.transaction.execute(&format!("DELETE FROM {} WHERE {these}", quote(&copy)), &args).await?;
    }
    Ok(())
}

fn columns_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => {
            "SELECT attname::text FROM pg_attribute \
             WHERE attrelid = to_regclass(quote_ident({table})) AND attnum > 0 AND NOT attisdropped"
        }
        Dialect::Sqlite => "SELECT name FROM pragma_table_info({table})",
    }
}

/// The tables that hold copies of values of a table's records.
fn copies_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => {
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' \
             AND confrelid = to_regclass(quote_ident({table})) AND conrelid::regclass::text LIKE 'kontor\\_quarantine\\_%'"
        }
        Dialect::Sqlite => {
            "SELECT t.name FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f ON f.\"table\" = {table} \
             WHERE t.type = 'table' AND t.name LIKE 'kontor!_quarantine!_%' ESCAPE '!'"
        }
    }
}

async fn texts(session: &mut Session<'_, '_>, sql: &str, table: &str) -> Result<Vec<String>, WriteError> {
    let table = Value::Text(table.to_owned());
    let mut args = Args::new(session.transaction.dialect());
    let sql = sql.replace("{table}", &args.add(ColumnType::Text, &table));
    let rows = session.transaction.query(&sql, &args, &[ColumnType::Text]).await?;
    let text = |value| if let Value::Text(text) = value { Some(text) } else { None };
    Ok(rows.into_iter().flatten().filter_map(text).collect())
}
