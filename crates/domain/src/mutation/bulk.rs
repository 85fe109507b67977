//! Many rows of one table at once.

use crate::{
    column::{ColumnType, Dialect},
    error::StoreError,
    plan::sql::quote,
    store::{Args, Transaction},
    value::Value,
};

/// Inserts rows; every row has a value for every column, in order. On PostgreSQL one statement takes them all, a column
/// an array; on SQLite one prepared statement takes them row by row, which is its fastest way.
///
/// # Errors
/// See [`StoreError`]; then the transaction is to be rolled back.
pub async fn insert_rows(
    transaction: &mut Transaction<'_>,
    table: &str,
    columns: &[(String, ColumnType)],
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    insert(transaction, table, columns, rows, "").await?;
    transaction.settle().await
}

/// The same before the next statement that has to see them, which is when an error shows.
pub(super) async fn insert_soon(
    transaction: &mut Transaction<'_>,
    table: &str,
    columns: &[(String, ColumnType)],
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    insert(transaction, table, columns, rows, "").await
}

/// The same, leaving out rows that are there already.
pub(super) async fn insert_missing(
    transaction: &mut Transaction<'_>,
    table: &str,
    columns: &[(String, ColumnType)],
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    insert(transaction, table, columns, rows, " ON CONFLICT DO NOTHING").await
}

async fn insert(
    transaction: &mut Transaction<'_>,
    table: &str,
    columns: &[(String, ColumnType)],
    rows: Vec<Vec<Value>>,
    or_else: &str,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let dialect = transaction.dialect();
    let names: Vec<_> = columns.iter().map(|(name, _)| quote(name)).collect();
    let into = format!("INSERT INTO {} ({})", quote(table), names.join(", "));
    if dialect == Dialect::Sqlite {
        let mut template = Args::template(dialect);
        let marks: Vec<_> = columns.iter().map(|(_, ty)| template.next(*ty)).collect();
        let sql = format!("{into} VALUES ({}){or_else}", marks.join(", "));
        return transaction.execute_many(&sql, &template, &rows).await;
    }
    let types = columns.iter().map(|(_, ty)| *ty);
    if rows.len() == 1 {
        let values = types.zip(rows.into_iter().flatten()).map(|(ty, value)| (ty, false, value)).collect();
        return transaction.soon(table, values, |marks| format!("{into} VALUES ({}){or_else}", marks.join(", "))).await;
    }
    let mut lists: Vec<Vec<Value>> = columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (list, value) in lists.iter_mut().zip(row) {
            list.push(listed(value));
        }
    }
    let values = types.zip(lists).map(|(ty, list)| (ty, true, Value::List(list))).collect();
    let sql = |arrays: &[String]| {
        let values: Vec<_> = columns.iter().enumerate().map(|(n, (_, ty))| unlisted(&format!("v.v{n}"), *ty)).collect();
        let names: Vec<_> = (0..columns.len()).map(|n| format!("v{n}")).collect();
        let (values, arrays, names) = (values.join(", "), arrays.join(", "), names.join(", "));
        format!("{into} SELECT {values} FROM unnest({arrays}) AS v({names}){or_else}")
    };
    transaction.soon(table, values, sql).await
}

/// A value as an element of an array: a set, of which PostgreSQL has no arrays, becomes JSON text.
pub(super) fn listed(value: Value) -> Value {
    match value {
        Value::List(items) => {
            let texts: Vec<&str> = items
                .iter()
                .filter_map(|item| if let Value::Text(text) = item { Some(text.as_str()) } else { None })
                .collect();
            Value::Text(serde_json::to_string(&texts).expect("texts are written into memory"))
        }
        other => other,
    }
}

/// The element of such an array as a value of its column.
pub(super) fn unlisted(element: &str, ty: ColumnType) -> String {
    match ty {
        ColumnType::TextArray => format!(
            "CASE WHEN {element} IS NULL THEN NULL ELSE ARRAY(SELECT jsonb_array_elements_text({element}::jsonb)) END"
        ),
        _ => element.to_owned(),
    }
}
