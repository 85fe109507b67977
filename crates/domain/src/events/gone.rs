use super::{Event, Image};
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    store::{Args, Store},
    value::Value,
};

/// The records of a module that have gone, deleted or for good, with the record of an event, as they were before: what it
/// was linked to by then, no table tells any more.
///
/// # Errors
/// When the database does not answer.
pub async fn gone_with(store: &Store, event: &Event, module: &str) -> Result<Vec<Image>, StoreError> {
    let values = [
        Value::Uuid(event.org),
        Value::Text(module.to_owned()),
        Value::Text(event.operation.clone()),
        Value::Text(event.cursor.transaction.to_string()),
        Value::Timestamp(event.occurred_at),
    ];
    let mut args = Args::new(store.dialect());
    let (org, ty, operation) = (
        args.add(ColumnType::Uuid, &values[0]),
        args.add(ColumnType::Text, &values[1]),
        args.add(ColumnType::Text, &values[2]),
    );
    // What an operation does has one transaction, and one moment, by which the log is divided.
    let place = match args.dialect() {
        Dialect::Postgres => format!(
            " AND xid = {}::xid8 AND occurred_at = {}",
            args.add(ColumnType::Text, &values[3]),
            args.add(ColumnType::Timestamp, &values[4])
        ),
        Dialect::Sqlite => String::new(),
    };
    let sql = format!(
        "SELECT \"before\" FROM record_events WHERE org = {org} AND record_type = {ty} AND \"transaction\" = {operation} \
         AND kind IN ('DELETED', 'PURGED'){place} ORDER BY sequence"
    );
    let rows = store.query(Whose::Organization(event.org), &sql, &args, &[ColumnType::Json]).await?;
    let image = |value: Value| if let Value::Json(text) = value { Image::parse(&text) } else { None };
    Ok(rows.into_iter().flatten().filter_map(image).collect())
}
