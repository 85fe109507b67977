//! Second factors: a secret that one-time codes are made with, and what stands in for it once it is lost.

use super::session::{Which, end_sessions};
use super::statement::{Row, execute, id, lock, maybe_text, number, query, text};
use crate::{
    column::ColumnType::{BigInt, Boolean, Text},
    error::StoreError,
    store::Transaction,
};
use uuid::Uuid;

/// Recovery codes are good no more.
const FORGET: &str = "DELETE FROM recovery_codes WHERE org = ? AND user_id = ?";

/// The second factor of a user.
#[derive(Debug, Clone)]
pub struct SecondFactor {
    /// The secret as it is stored, which is encrypted; none before one is enrolled.
    pub secret: Option<String>,
    /// Whether it is asked for.
    pub enabled: bool,
    /// The step of the last code that was taken.
    pub last_step: Option<i64>,
}

/// The second factor of a user, which stays locked until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock_second_factor(
    transaction: &mut Transaction<'_>,
    (org, user): (Uuid, Uuid),
) -> Result<Option<SecondFactor>, StoreError> {
    let sql = format!(
        "SELECT mfa_secret, mfa_enabled, mfa_last_step FROM users WHERE org = ? AND id = ?{}",
        lock(transaction)
    );
    let rows = query(transaction, &sql, &[id(org), id(user)], &[Text, Boolean, BigInt]).await?;
    Ok(rows.into_iter().next().map(|row| {
        let mut row = Row::new(row);
        SecondFactor { secret: row.text(), enabled: row.truth(), last_step: row.number() }
    }))
}

/// Stores a secret that is not asked for yet; none ends the second factor, with its recovery codes.
///
/// # Errors
/// See [`StoreError`].
pub async fn store_secret(
    transaction: &mut Transaction<'_>,
    (org, user): (Uuid, Uuid),
    secret: Option<&str>,
) -> Result<(), StoreError> {
    let off = if transaction.dialect() == crate::column::Dialect::Postgres { "false" } else { "0" };
    let sql =
        format!("UPDATE users SET mfa_secret = ?, mfa_enabled = {off}, mfa_last_step = NULL WHERE org = ? AND id = ?");
    execute(transaction, &sql, &[maybe_text(secret), id(org), id(user)]).await?;
    execute(transaction, FORGET, &[id(org), id(user)]).await.map(drop)
}

/// Ends the second factor of a user who has lost it, and all its sessions, which may have been opened with it; gives the
/// number of those, or nothing where there was no second factor.
///
/// # Errors
/// See [`StoreError`].
pub async fn reset_second_factor(
    transaction: &mut Transaction<'_>,
    of: (Uuid, Uuid),
    now: i64,
) -> Result<Option<usize>, StoreError> {
    let factor = lock_second_factor(transaction, of).await?;
    if factor.is_none_or(|factor| factor.secret.is_none()) {
        return Ok(None);
    }
    store_secret(transaction, of, None).await?;
    end_sessions(transaction, of, Which::All, "totp_reset", now).await.map(|ended| Some(ended.len()))
}

/// Notes the step of a code that was taken, with which the factor is asked for from now on; the secret may be encrypted
/// anew.
///
/// # Errors
/// See [`StoreError`].
pub async fn take_step(
    transaction: &mut Transaction<'_>,
    (org, user): (Uuid, Uuid),
    step: i64,
    secret: &str,
) -> Result<(), StoreError> {
    let on = if transaction.dialect() == crate::column::Dialect::Postgres { "true" } else { "1" };
    let sql =
        format!("UPDATE users SET mfa_last_step = ?, mfa_secret = ?, mfa_enabled = {on} WHERE org = ? AND id = ?");
    execute(transaction, &sql, &[number(step), text(secret), id(org), id(user)]).await.map(drop)
}

/// Stores the hashes of new recovery codes; the old ones are good no more.
///
/// # Errors
/// See [`StoreError`].
pub async fn store_recovery_codes(
    transaction: &mut Transaction<'_>,
    (org, user): (Uuid, Uuid),
    hashes: &[String],
) -> Result<(), StoreError> {
    execute(transaction, FORGET, &[id(org), id(user)]).await?;
    for hash in hashes {
        let sql = "INSERT INTO recovery_codes (user_id, code_hash, org) VALUES (?, ?, ?)";
        execute(transaction, sql, &[id(user), text(hash), id(org)]).await?;
    }
    Ok(())
}

/// Uses a recovery code up, if there is one with this hash.
///
/// # Errors
/// See [`StoreError`].
pub async fn take_recovery_code(
    transaction: &mut Transaction<'_>,
    (org, user): (Uuid, Uuid),
    hash: &str,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE org = ? AND user_id = ? AND code_hash = ?";
    execute(transaction, sql, &[id(org), id(user), text(hash)]).await.map(|removed| removed == 1)
}
