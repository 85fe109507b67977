//! Many rows of one table at once, for generators that make complete, valid rows themselves.

use crate::{
    column::{ColumnType, Dialect},
    error::StoreError,
    plan::sql::quote,
    store::{Args, Transaction},
    value::Value,
};

/// Inserts rows; every row has a value for every column, in order. On PostgreSQL one statement takes them all, a column
/// an array; on SQLite one prepared statement takes them row by row, which is its fastest way. Columns of sets (multiselects) are not taken.
///
/// # Errors
/// See [`StoreError`]; then the transaction is to be rolled back.
pub async fn insert_rows(
    transaction: &mut Transaction<'_>,
    table: &str,
    columns: &[(String, ColumnType)],
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let names: Vec<_> = columns.iter().map(|(name, _)| quote(name)).collect();
    let into = format!("INSERT INTO {} ({})", quote(table), names.join(", "));
    match transaction.dialect() {
        Dialect::Postgres => {
            let mut lists: Vec<Vec<Value>> = columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
            for row in rows {
                for (list, value) in lists.iter_mut().zip(row) {
                    list.push(value);
                }
            }
            let lists: Vec<Value> = lists.into_iter().map(Value::List).collect();
            let mut args = Args::new(Dialect::Postgres);
            let arrays: Vec<_> = columns.iter().zip(&lists).map(|((_, ty), list)| args.add_list(*ty, list)).collect();
            let sql = format!("{into} SELECT * FROM unnest({})", arrays.join(", "));
            transaction.execute(&sql, &args).await?;
        }
        Dialect::Sqlite => {
            let marks: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
            let sql = format!("{into} VALUES ({})", marks.join(", "));
            for row in rows {
                let mut args = Args::new(Dialect::Sqlite);
                for ((_, ty), value) in columns.iter().zip(&row) {
                    args.add(*ty, value);
                }
                transaction.execute(&sql, &args).await?;
            }
        }
    }
    Ok(())
}
