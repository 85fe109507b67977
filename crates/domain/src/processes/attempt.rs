//! How often a sign-in was tried in vain, counted where every gateway sees it.

use super::statement::{Row, execute, lock, moment, number, query, text, truth};
use crate::{
    column::ColumnType::{Boolean, Integer, Text, Timestamp},
    error::StoreError,
    store::Transaction,
};

/// What was tried under one key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    /// In vain, one after the other.
    pub failures: i64,
    /// When it was last tried, µs since 1970.
    pub last_at: i64,
    /// Before when it is not to be tried again, µs since 1970.
    pub free_at: i64,
    /// Whether it ever succeeded.
    pub known: bool,
}

/// What was tried under these keys, in their order; they stay locked until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock_attempts(
    transaction: &mut Transaction<'_>,
    keys: [&str; 3],
    now: i64,
) -> Result<[Attempts; 3], StoreError> {
    // In one order, so that two that try never wait for each other.
    let mut ordered = keys;
    ordered.sort_unstable();
    for key in ordered {
        let sql = "INSERT INTO sign_in_attempts (key, failures, last_at, free_at) VALUES (?, 0, ?, ?) \
                   ON CONFLICT (key) DO NOTHING";
        execute(transaction, sql, &[text(key), moment(now), moment(now)]).await?;
    }
    let sql = format!(
        "SELECT key, failures, last_at, free_at, known FROM sign_in_attempts WHERE key IN (?, ?, ?) ORDER BY key{}",
        lock(transaction)
    );
    let rows = query(transaction, &sql, &keys.map(text), &[Text, Integer, Timestamp, Timestamp, Boolean]).await?;
    let mut found = [Attempts::default(); 3];
    for mut row in rows.into_iter().map(Row::new) {
        let Some(key) = row.text() else { continue };
        let attempts = Attempts {
            failures: row.number().unwrap_or_default(),
            last_at: row.moment().unwrap_or_default(),
            free_at: row.moment().unwrap_or_default(),
            known: row.truth(),
        };
        keys.iter().zip(&mut found).filter(|(known, _)| **known == key).for_each(|(_, place)| *place = attempts);
    }
    Ok(found)
}

/// Stores what was tried under a key.
///
/// # Errors
/// See [`StoreError`].
pub async fn store_attempts(
    transaction: &mut Transaction<'_>,
    key: &str,
    attempts: &Attempts,
) -> Result<(), StoreError> {
    let Attempts { failures, last_at, free_at, known } = *attempts;
    let sql = "UPDATE sign_in_attempts SET failures = ?, last_at = ?, free_at = ?, known = ? WHERE key = ?";
    let values = [number(failures), moment(last_at), moment(free_at), truth(known), text(key)];
    execute(transaction, sql, &values).await.map(drop)
}

/// Removes what was last tried before then (µs since 1970).
///
/// # Errors
/// See [`StoreError`].
pub async fn forget_attempts(transaction: &mut Transaction<'_>, before: i64) -> Result<u64, StoreError> {
    execute(transaction, "DELETE FROM sign_in_attempts WHERE last_at < ?", &[moment(before)]).await
}
