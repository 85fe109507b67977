//! Requests that may come twice: the answer to the first is stored in its own transaction, and given to the second
//! (draft-ietf-httpapi-idempotency-key-header).

use crate::{
    column::ColumnType,
    context::Whose,
    error::StoreError,
    store::{Args, Store, Transaction},
    value::Value,
};
use uuid::Uuid;

/// How long an answer is kept, in µs.
const LIFETIME: i64 = 24 * 3_600 * 1_000_000;

/// A request that may come twice.
#[derive(Debug, Clone)]
pub struct Repeatable {
    /// Organisation of the caller.
    pub org: Uuid,
    /// The caller: keys of several never meet.
    pub user: Uuid,
    /// What the caller calls it.
    pub key: String,
    /// What it says, as a checksum.
    pub fingerprint: String,
}

/// What is known of such a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: it is the first.
    First,
    /// This was answered to the first.
    Answered(String),
    /// The key stands for another request.
    Reused,
}

/// Claims the key of a request at this moment, in the transaction that does what it says. Another one with the key, which
/// may still be under way, is waited for.
///
/// # Errors
/// See [`StoreError`].
pub async fn claim(transaction: &mut Transaction<'_>, request: &Repeatable, now: i64) -> Result<Claim, StoreError> {
    let dialect = transaction.dialect();
    let values = Values::new(request, now);
    loop {
        let mut args = Args::new(dialect);
        let (org, user, key) = values.key(&mut args);
        let sql = format!(
            "INSERT INTO idempotency_keys (org, user_id, key, fingerprint, created_at) VALUES ({org}, {user}, {key}, {}, {}) ON CONFLICT DO NOTHING",
            args.add(ColumnType::Text, &values.fingerprint),
            args.add(ColumnType::Timestamp, &values.now),
        );
        if transaction.execute(&sql, &args).await? > 0 {
            return Ok(Claim::First);
        }
        let mut args = Args::new(dialect);
        let (org, user, key) = values.key(&mut args);
        let lock = if dialect == crate::column::Dialect::Postgres { " FOR UPDATE" } else { "" };
        let sql = format!(
            "SELECT fingerprint, answer, created_at FROM idempotency_keys WHERE org = {org} AND user_id = {user} AND key = {key}{lock}"
        );
        let columns = [ColumnType::Text, ColumnType::Text, ColumnType::Timestamp];
        let found = transaction.query(&sql, &args, &columns).await?.into_iter().next();
        // It may have been too old, and swept away in this moment.
        let Some(found) = found else { continue };
        return match &found[..] {
            [Value::Text(known), Value::Text(answer), Value::Timestamp(at)] if *at > now - LIFETIME => {
                let same = *known == request.fingerprint;
                Ok(if same { Claim::Answered(answer.clone()) } else { Claim::Reused })
            }
            _ => {
                take_over(transaction, &values).await?;
                Ok(Claim::First)
            }
        };
    }
}

/// An old key stands for a new request from now on.
async fn take_over(transaction: &mut Transaction<'_>, values: &Values) -> Result<(), StoreError> {
    let mut args = Args::new(transaction.dialect());
    let fingerprint = args.add(ColumnType::Text, &values.fingerprint);
    let now = args.add(ColumnType::Timestamp, &values.now);
    let (org, user, key) = values.key(&mut args);
    let sql = format!(
        "UPDATE idempotency_keys SET fingerprint = {fingerprint}, answer = NULL, created_at = {now} WHERE org = {org} AND user_id = {user} AND key = {key}"
    );
    transaction.execute(&sql, &args).await.map(drop)
}

/// Stores the answer to a request whose key was claimed in the same transaction.
///
/// # Errors
/// See [`StoreError`].
pub async fn store_answer(
    transaction: &mut Transaction<'_>,
    request: &Repeatable,
    answer: String,
) -> Result<(), StoreError> {
    let values = Values::new(request, 0);
    let answer = Value::Text(answer);
    let mut args = Args::new(transaction.dialect());
    let stored = args.add(ColumnType::Text, &answer);
    let (org, user, key) = values.key(&mut args);
    let sql =
        format!("UPDATE idempotency_keys SET answer = {stored} WHERE org = {org} AND user_id = {user} AND key = {key}");
    transaction.execute(&sql, &args).await.map(drop)
}

/// Removes what is too old to be answered at this moment; gives its number.
///
/// # Errors
/// See [`StoreError`].
pub async fn forget_old_answers(store: &Store, now: i64) -> Result<u64, StoreError> {
    let mut transaction = store.begin(Whose::Platform).await?;
    let before = Value::Timestamp(now - LIFETIME);
    let mut args = Args::new(transaction.dialect());
    let sql = format!("DELETE FROM idempotency_keys WHERE created_at <= {}", args.add(ColumnType::Timestamp, &before));
    let removed = transaction.execute(&sql, &args).await?;
    transaction.commit().await?;
    Ok(removed)
}

struct Values {
    org: Value,
    user: Value,
    key: Value,
    fingerprint: Value,
    now: Value,
}

impl Values {
    fn new(request: &Repeatable, now: i64) -> Self {
        Self {
            org: Value::Uuid(request.org),
            user: Value::Uuid(request.user),
            key: Value::Text(request.key.clone()),
            fingerprint: Value::Text(request.fingerprint.clone()),
            now: Value::Timestamp(now),
        }
    }

    /// Placeholders of the primary key.
    fn key<'v>(&'v self, args: &mut Args<'v>) -> (String, String, String) {
        let org = args.add(ColumnType::Uuid, &self.org);
        let user = args.add(ColumnType::Uuid, &self.user);
        (org, user, args.add(ColumnType::Text, &self.key))
    }
}
