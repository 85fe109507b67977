//! What has happened to a record since somebody read it.

use super::{
    WriteError, encoding,
    error::ChangedSince,
    layout::{Layout, Row},
    session::Session,
};
use crate::{column::ColumnType, error::StoreError, store::Args, value::Value};
use kontor_metadata::model::{Field, Module};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Refuses a change of a record that has another version than its writer knows.
pub(super) async fn check(
    session: &mut Session<'_, '_>,
    module: &Module,
    id: Uuid,
    row: &Row,
    expected: Option<i64>,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let (Some(expected), Some(slot)) = (expected, layout.version) else { return Ok(()) };
    let Value::Integer(current) = row[slot] else { return Ok(()) };
    if current == expected {
        return Ok(());
    }
    let changes = since(session, module, layout, id, row, expected).await?;
    Err(WriteError::Conflict { module: module.name.clone(), current, changes })
}

/// The fields changed since a version, as the audit log tells, with their values now.
async fn since(
    session: &mut Session<'_, '_>,
    module: &Module,
    layout: &Layout,
    id: Uuid,
    row: &Row,
    version: i64,
) -> Result<Vec<ChangedSince>, StoreError> {
    let values =
        [Value::Uuid(session.context.org), Value::Text(module.name.clone()), Value::Uuid(id), Value::Integer(version)];
    let mut args = Args::new(session.transaction.dialect());
    let sql = format!(
        "SELECT changes, user_id, created_at FROM audit_logs WHERE org = {} AND record_type = {} AND record_id = {} \
         AND version > {} ORDER BY version, id",
        args.add(ColumnType::Uuid, &values[0]),
        args.add(ColumnType::Text, &values[1]),
        args.add(ColumnType::Uuid, &values[2]),
        args.add(ColumnType::Integer, &values[3]),
    );
    let types = [ColumnType::Json, ColumnType::Uuid, ColumnType::Timestamp];
    let mut last: BTreeMap<String, (Option<Uuid>, Option<i64>)> = BTreeMap::new();
    for entry in session.transaction.query(&sql, &args, &types).await? {
        let [Value::Json(changes), by, at] = entry.as_slice() else { continue };
        let by = if let Value::Uuid(by) = by { Some(*by) } else { None };
        let at = if let Value::Timestamp(at) = at { Some(*at) } else { None };
        let Ok(changes) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(changes) else { continue };
        last.extend(changes.into_iter().map(|(field, _)| (field, (by, at))));
    }
    let rights = session.context.rights.as_deref();
    let value = |name: &str| {
        let mut columns = layout.columns.iter().enumerate();
        columns.find_map(|(slot, column)| {
            let field: &Field = module.field(column.field);
            let hidden = field.secret || rights.is_some_and(|rights| !rights.may_read_all(module.id, field.id));
            let found = encoding::name(field, column.is_type) == name && !hidden;
            found.then(|| {
                let mut out = Vec::new();
                encoding::write(&mut out, field, column.ty, &row[slot]);
                serde_json::from_slice(&out).unwrap_or_default()
            })
        })
    };
    let change = |(field, (by, at)): (String, (Option<Uuid>, Option<i64>))| {
        value(&field).map(|value| ChangedSince { value, field, by, at })
    };
    Ok(last.into_iter().filter_map(change).collect())
}
