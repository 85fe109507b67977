//! Tokens that are good for one thing once, known by their hashes only.

use super::statement::{Row, execute, id, maybe_text, moment, query, read, text};
use crate::{
    column::ColumnType::{Text, Uuid as Id},
    context::Whose,
    error::StoreError,
    store::{Store, Transaction},
};
use uuid::Uuid;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A new password for who has forgotten the old one.
    Reset,
    /// The first password of who was invited.
    Invitation,
    /// A session for who has signed in elsewhere.
    SignIn,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Invitation => "invitation",
            Self::SignIn => "sign_in",
        }
    }
}

/// Whose a token is, and what it is bound to.
#[derive(Debug, Clone)]
pub struct OneTime {
    /// Organisation of the user.
    pub org: Uuid,
    /// The user.
    pub user: Uuid,
    /// What must be shown along with it.
    pub bound_to: Option<String>,
}

/// Makes a token good; those that the user had for the same purpose are good no more.
///
/// # Errors
/// See [`StoreError`].
pub async fn issue_one_time(
    transaction: &mut Transaction<'_>,
    token: &OneTime,
    (purpose, hash): (Purpose, &str),
    expires_at: i64,
    now: i64,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM one_time_tokens WHERE org = ? AND user_id = ? AND purpose = ?";
    execute(transaction, sql, &[id(token.org), id(token.user), text(purpose.name())]).await?;
    let sql = "INSERT INTO one_time_tokens (token_hash, org, user_id, purpose, bound_to, expires_at, created_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    let bound_to = maybe_text(token.bound_to.as_deref());
    let values =
        [text(hash), id(token.org), id(token.user), text(purpose.name()), bound_to, moment(expires_at), moment(now)];
    execute(transaction, sql, &values).await.map(drop)
}

/// Looks whose a token is, which stays good.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_one_time(
    store: &Store,
    purpose: Purpose,
    hash: &str,
    now: i64,
) -> Result<Option<OneTime>, StoreError> {
    let sql =
        "SELECT org, user_id, bound_to FROM one_time_tokens WHERE token_hash = ? AND purpose = ? AND expires_at > ?";
    let rows =
        read(store, Whose::Platform, sql, &[text(hash), text(purpose.name()), moment(now)], &[Id, Id, Text]).await?;
    Ok(rows.into_iter().next().and_then(one_time))
}

/// Uses a token up; of several that try at once, one does.
///
/// # Errors
/// See [`StoreError`].
pub async fn redeem_one_time(
    transaction: &mut Transaction<'_>,
    purpose: Purpose,
    hash: &str,
    now: i64,
) -> Result<Option<OneTime>, StoreError> {
    let sql = "DELETE FROM one_time_tokens WHERE token_hash = ? AND purpose = ? AND expires_at > ? \
               RETURNING org, user_id, bound_to";
    let values = [text(hash), text(purpose.name()), moment(now)];
    let rows = query(transaction, sql, &values, &[Id, Id, Text]).await?;
    Ok(rows.into_iter().next().and_then(one_time))
}

fn one_time(row: Vec<crate::value::Value>) -> Option<OneTime> {
    let mut row = Row::new(row);
    Some(OneTime { org: row.id()?, user: row.id()?, bound_to: row.text() })
}

/// Makes all tokens of a user worthless.
///
/// # Errors
/// See [`StoreError`].
pub async fn discard_one_time(transaction: &mut Transaction<'_>, (org, user): (Uuid, Uuid)) -> Result<(), StoreError> {
    let sql = "DELETE FROM one_time_tokens WHERE org = ? AND user_id = ?";
    execute(transaction, sql, &[id(org), id(user)]).await.map(drop)
}

/// Removes tokens that ended before then (µs since 1970).
///
/// # Errors
/// See [`StoreError`].
pub async fn forget_one_time(transaction: &mut Transaction<'_>, before: i64) -> Result<u64, StoreError> {
    execute(transaction, "DELETE FROM one_time_tokens WHERE expires_at < ?", &[moment(before)]).await
}
