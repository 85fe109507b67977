//! Which user somebody is who signs in elsewhere.

use super::statement::{Row, execute, id, moment, query, text};
use crate::{column::ColumnType, error::StoreError, store::Transaction};
use uuid::Uuid;

/// Somebody as an issuer knows them.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere<'e> {
    /// Address of the issuer.
    pub issuer: &'e str,
    /// Its name for the person, which never stands for another.
    pub subject: &'e str,
}

/// The user that somebody was linked to.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_identity(
    transaction: &mut Transaction<'_>,
    elsewhere: Elsewhere<'_>,
) -> Result<Option<Uuid>, StoreError> {
    let sql = "SELECT user_id FROM user_identities WHERE issuer = ? AND subject = ?";
    let values = [text(elsewhere.issuer), text(elsewhere.subject)];
    let rows = query(transaction, sql, &values, &[ColumnType::Uuid]).await?;
    Ok(rows.into_iter().next().and_then(|row| Row::new(row).id()))
}

/// Links a user, who must be locked, to somebody; not one that the issuer knows as somebody else already. Tells whether
/// it was linked.
///
/// # Errors
/// See [`StoreError`].
pub async fn link_identity(
    transaction: &mut Transaction<'_>,
    (org, user): (Uuid, Uuid),
    elsewhere: Elsewhere<'_>,
    now: i64,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO user_identities (issuer, subject, org, user_id, created_at) SELECT ?, ?, ?, ?, ? \
               WHERE NOT EXISTS (SELECT 1 FROM user_identities WHERE org = ? AND user_id = ? AND issuer = ?)";
    let Elsewhere { issuer, subject } = elsewhere;
    let values = [text(issuer), text(subject), id(org), id(user), moment(now), id(org), id(user), text(issuer)];
    execute(transaction, sql, &values).await.map(|linked| linked == 1)
}
