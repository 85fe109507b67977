//! API keys, as far as they are more than records.

use super::statement::{Row, execute, id, moment, query};
use crate::{column::ColumnType, error::StoreError, store::Transaction};
use uuid::Uuid;

/// Who created a key of an organisation, if it is there; of some that is not known any more.
///
/// # Errors
/// See [`StoreError`].
pub async fn key_owner(
    transaction: &mut Transaction<'_>,
    org: Uuid,
    key: Uuid,
) -> Result<Option<Option<Uuid>>, StoreError> {
    let sql = "SELECT created_by_id FROM api_keys WHERE id = ? AND org = ? AND deleted_at IS NULL";
    let rows = query(transaction, sql, &[id(key), id(org)], &[ColumnType::Uuid]).await?;
    Ok(rows.into_iter().next().map(|row| Row::new(row).id()))
}

/// Notes when a key was last used (µs since 1970), unless it was used later elsewhere.
///
/// # Errors
/// See [`StoreError`].
pub async fn note_key_use(transaction: &mut Transaction<'_>, key: Uuid, at: i64) -> Result<(), StoreError> {
    let sql = "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)";
    execute(transaction, sql, &[moment(at), id(key), moment(at)]).await.map(drop)
}
