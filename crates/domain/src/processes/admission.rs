//! What every gateway knows by heart, so that no request has to ask the database who may come in: sessions that have
//! ended before their access tokens did, and API keys. A counter tells when it has changed.

use super::statement::{Row, execute, moment, read};
use crate::{
    column::ColumnType::{BigInt, Json, Text, Timestamp, Uuid as Id},
    context::Whose,
    error::StoreError,
    store::{Store, Transaction},
};
use uuid::Uuid;

/// Lets every gateway read anew who may come in, once this transaction is committed. To be called when a session ends, an
/// API key comes or goes, or a user or an organisation is not active any more.
///
/// # Errors
/// See [`StoreError`].
pub async fn bump(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    execute(transaction, "UPDATE admission SET version = version + 1", &[]).await.map(drop)
}

/// How often it has changed.
///
/// # Errors
/// See [`StoreError`].
pub async fn admission_version(store: &Store) -> Result<i64, StoreError> {
    let rows = read(store, Whose::Platform, "SELECT version FROM admission", &[], &[BigInt]).await?;
    Ok(rows.into_iter().next().and_then(|row| Row::new(row).number()).unwrap_or_default())
}

/// Sessions that ended since then (µs since 1970), and those of users who may not sign in any more.
///
/// # Errors
/// See [`StoreError`].
pub async fn ended_sessions(store: &Store, since: i64) -> Result<Vec<Uuid>, StoreError> {
    let sql = "SELECT id FROM sessions WHERE ended_at >= ? UNION \
               SELECT s.id FROM users u JOIN organizations o ON o.id = u.org JOIN sessions s ON s.user_id = u.id \
               WHERE (NOT u.is_active OR NOT o.is_active OR u.deleted_at IS NOT NULL OR o.deleted_at IS NOT NULL) \
               AND s.used_at >= ?";
    let rows = read(store, Whose::Platform, sql, &[moment(since), moment(since)], &[Id]).await?;
    Ok(rows.into_iter().filter_map(|row| Row::new(row).id()).collect())
}

/// An API key that opens the door.
#[derive(Debug, Clone)]
pub struct AdmittedKey {
    /// Its id.
    pub id: Uuid,
    /// Its organisation.
    pub org: Uuid,
    /// Who created it, and answers for what it does.
    pub owner: Uuid,
    /// Role of the owner now.
    pub owner_role: String,
    /// SHA-256 of the key, hexadecimal.
    pub hash: String,
    /// Role of the key.
    pub role: String,
    /// What of the role it may use, as JSON; none is all of it.
    pub scope: Option<String>,
    /// When it ends, µs since 1970.
    pub expires_at: Option<i64>,
}

/// The API keys of active users of active organisations.
///
/// # Errors
/// See [`StoreError`].
pub async fn admitted_keys(store: &Store) -> Result<Vec<AdmittedKey>, StoreError> {
    let sql = "SELECT k.id, k.org, u.id, u.role, k.hash, k.role, k.scope, k.expires_at FROM api_keys k \
               JOIN users u ON u.id = k.created_by_id JOIN organizations o ON o.id = k.org \
               WHERE k.deleted_at IS NULL AND u.org = k.org AND u.is_active AND u.deleted_at IS NULL \
               AND o.is_active AND o.deleted_at IS NULL";
    let rows = read(store, Whose::Platform, sql, &[], &[Id, Id, Id, Text, Text, Text, Json, Timestamp]).await?;
    Ok(rows
        .into_iter()
        .map(Row::new)
        .filter_map(|mut row| {
            Some(AdmittedKey {
                id: row.id()?,
                org: row.id()?,
                owner: row.id()?,
                owner_role: row.text()?,
                hash: row.text()?,
                role: row.text()?,
                scope: row.text(),
                expires_at: row.moment(),
            })
        })
        .collect())
}
