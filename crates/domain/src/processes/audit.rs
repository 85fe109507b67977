//! Entries of the audit log that are not about the values of a record: sign-ins, sessions, tokens.

use super::statement::{Bound, execute, id, maybe_text, moment, text};
use crate::{column::ColumnType, error::StoreError, store::Transaction, value::Value};
use uuid::Uuid;

/// Something that somebody did.
#[derive(Debug, Clone)]
pub struct Deed<'d> {
    /// The organisation whose log it belongs to.
    pub org: Uuid,
    /// Who did it; none for the program itself.
    pub user: Option<Uuid>,
    /// What, such as `sign_in`.
    pub action: &'static str,
    /// Module and id of the record that it was done to.
    pub record: Option<(&'d str, Uuid)>,
    /// More about it, never a secret.
    pub details: Option<serde_json::Value>,
    /// Address that it came from.
    pub ip: Option<&'d str>,
    /// When, µs since 1970.
    pub now: i64,
}

/// Writes an entry.
///
/// # Errors
/// See [`StoreError`].
pub async fn audit(transaction: &mut Transaction<'_>, deed: &Deed<'_>) -> Result<(), StoreError> {
    let maybe_id = |id: Option<Uuid>| -> Bound { (ColumnType::Uuid, id.map_or(Value::Null, Value::Uuid)) };
    let details = deed.details.as_ref().map_or(Value::Null, |details| Value::Json(details.to_string()));
    let values = [
        id(Uuid::now_v7()),
        id(deed.org),
        maybe_id(deed.user),
        text(deed.action),
        maybe_text(deed.record.map(|(module, _)| module)),
        maybe_id(deed.record.map(|(_, record)| record)),
        (ColumnType::Json, details),
        maybe_text(deed.ip),
        moment(deed.now),
    ];
    let sql = "INSERT INTO audit_logs (id, org, user_id, action, record_type, record_id, changes, ip_address, created_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    execute(transaction, sql, &values).await.map(drop)
}
