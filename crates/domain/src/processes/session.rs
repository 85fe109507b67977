//! Sessions: sign-ins that last, each with the refresh tokens that continue it. Tokens are known by their hashes only.

use super::{
    admission,
    statement::{Row, execute, id, lock, maybe_text, moment, query, read, text},
};
use crate::{
    column::ColumnType::{Boolean, Text, Timestamp, Uuid as Id},
    context::Whose,
    error::StoreError,
    store::{Store, Transaction},
};
use uuid::Uuid;

/// A session to be.
#[derive(Debug, Clone)]
pub struct NewSession<'s> {
    /// Its id, which its access tokens name.
    pub id: Uuid,
    /// Organisation of the user.
    pub org: Uuid,
    /// Whose it is.
    pub user: Uuid,
    /// How the user signed in, such as `password`.
    pub method: &'static str,
    /// Where from.
    pub ip: Option<&'s str>,
    /// With what, as the client calls itself.
    pub user_agent: Option<&'s str>,
    /// When it ends unless it ends before, µs since 1970.
    pub expires_at: i64,
    /// Hash of its first refresh token.
    pub token_hash: &'s str,
}

/// Creates a session with its first refresh token, and remembers when the user signed in last.
///
/// # Errors
/// See [`StoreError`].
pub async fn create_session(
    transaction: &mut Transaction<'_>,
    session: &NewSession<'_>,
    now: i64,
) -> Result<(), StoreError> {
    let values = [
        id(session.id),
        id(session.org),
        id(session.user),
        text(session.method),
        moment(now),
        moment(now),
        moment(session.expires_at),
        maybe_text(session.ip),
        maybe_text(session.user_agent),
    ];
    let sql = "INSERT INTO sessions (id, org, user_id, method, created_at, used_at, expires_at, ip_address, user_agent) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    execute(transaction, sql, &values).await?;
    let of = (session.org, session.user, session.id);
    insert_token(transaction, of, session.token_hash, session.expires_at, now).await?;
    let sql = "UPDATE users SET last_login_at = ? WHERE id = ? AND org = ?";
    execute(transaction, sql, &[moment(now), id(session.user), id(session.org)]).await.map(drop)
}

async fn insert_token(
    transaction: &mut Transaction<'_>,
    (org, user, session): (Uuid, Uuid, Uuid),
    hash: &str,
    expires_at: i64,
    now: i64,
) -> Result<(), StoreError> {
    let values = [id(Uuid::now_v7()), id(org), id(user), text(hash), id(session), moment(expires_at), moment(now)];
    let sql = "INSERT INTO refresh_tokens (id, org, user_id, token_hash, family, expires_at, created_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?)";
    execute(transaction, sql, &values).await.map(drop)
}

/// A refresh token as it was issued, with what became of its session.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    /// Its id.
    pub id: Uuid,
    /// Organisation of the user.
    pub org: Uuid,
    /// Whose it is.
    pub user: Uuid,
    /// Role of the user now.
    pub role: String,
    /// Which session it continues.
    pub session: Uuid,
    /// When the session ends unless it ends before, µs since 1970.
    pub expires_at: i64,
    /// When it was exchanged for its successor, µs since 1970.
    pub used_at: Option<i64>,
    /// What its successor was derived with.
    pub salt: Option<String>,
    /// Whether the session goes on, and the user may still sign in.
    pub is_live: bool,
}

/// The refresh token with this hash, which stays locked until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_refresh_token(
    transaction: &mut Transaction<'_>,
    hash: &str,
) -> Result<Option<RefreshToken>, StoreError> {
    // Locked by itself: PostgreSQL reads a row anew once it has waited for it.
    let sql = format!("SELECT id FROM refresh_tokens WHERE token_hash = ?{}", lock(transaction));
    if query(transaction, &sql, &[text(hash)], &[Id]).await?.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT t.id, t.org, t.user_id, u.role, t.family, s.expires_at, t.used_at, t.salt, \
               s.ended_at IS NULL AND u.is_active AND o.is_active AND u.deleted_at IS NULL AND o.deleted_at IS NULL \
               FROM refresh_tokens t JOIN sessions s ON s.id = t.family JOIN users u ON u.id = t.user_id \
               JOIN organizations o ON o.id = t.org WHERE t.token_hash = ?";
    let columns = [Id, Id, Id, Text, Id, Timestamp, Timestamp, Text, Boolean];
    let rows = query(transaction, sql, &[text(hash)], &columns).await?;
    Ok(rows.into_iter().next().map(Row::new).and_then(|mut row| {
        Some(RefreshToken {
            id: row.id()?,
            org: row.id()?,
            user: row.id()?,
            role: row.text()?,
            session: row.id()?,
            expires_at: row.moment()?,
            used_at: row.moment(),
            salt: row.text(),
            is_live: row.truth(),
        })
    }))
}

/// Puts another refresh token into the place of one.
///
/// # Errors
/// See [`StoreError`].
pub async fn replace_refresh_token(
    transaction: &mut Transaction<'_>,
    token: &RefreshToken,
    (salt, successor_hash): (&str, &str),
    now: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE refresh_tokens SET used_at = ?, salt = ? WHERE id = ?";
    execute(transaction, sql, &[moment(now), text(salt), id(token.id)]).await?;
    let of = (token.org, token.user, token.session);
    insert_token(transaction, of, successor_hash, token.expires_at, now).await?;
    let sql = "UPDATE sessions SET used_at = ? WHERE id = ?";
    execute(transaction, sql, &[moment(now), id(token.session)]).await.map(drop)
}

/// Whether the token with this hash is there and was not exchanged yet.
///
/// # Errors
/// See [`StoreError`].
pub async fn is_unused(transaction: &mut Transaction<'_>, hash: &str) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM refresh_tokens WHERE token_hash = ? AND used_at IS NULL";
    query(transaction, sql, &[text(hash)], &[Id]).await.map(|rows| !rows.is_empty())
}

/// Which sessions of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// This one.
    One(Uuid),
    /// All but this one.
    Others(Uuid),
    /// All of them.
    All,
}

/// Ends sessions of a user; gives those that have ended by that. Their access tokens are refused as soon as gateways have
/// learnt it.
///
/// # Errors
/// See [`StoreError`].
pub async fn end_sessions(
    transaction: &mut Transaction<'_>,
    (org, user): (Uuid, Uuid),
    which: Which,
    reason: &'static str,
    now: i64,
) -> Result<Vec<Uuid>, StoreError> {
    let mut values = vec![moment(now), text(reason), id(org), id(user), moment(now)];
    let condition = match which {
        Which::One(session) => {
            values.push(id(session));
            " AND id = ?"
        }
        Which::Others(session) => {
            values.push(id(session));
            " AND id <> ?"
        }
        Which::All => "",
    };
    let sql = format!(
        "UPDATE sessions SET ended_at = ?, end_reason = ? \
         WHERE org = ? AND user_id = ? AND ended_at IS NULL AND expires_at > ?{condition} RETURNING id"
    );
    let rows = query(transaction, &sql, &values, &[Id]).await?;
    let ended: Vec<_> = rows.into_iter().filter_map(|row| Row::new(row).id()).collect();
    if !ended.is_empty() {
        admission::bump(transaction).await?;
    }
    Ok(ended)
}

/// A session, for its owner.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// How the user signed in.
    pub method: String,
    /// When, µs since 1970.
    pub created_at: i64,
    /// When it was last continued, µs since 1970.
    pub used_at: i64,
    /// When it ends unless it ends before, µs since 1970.
    pub expires_at: i64,
    /// Where from.
    pub ip: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
}

/// The sessions of a user that go on, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn sessions(store: &Store, (org, user): (Uuid, Uuid), now: i64) -> Result<Vec<Session>, StoreError> {
    let sql = "SELECT id, method, created_at, used_at, expires_at, ip_address, user_agent FROM sessions \
               WHERE org = ? AND user_id = ? AND ended_at IS NULL AND expires_at > ? ORDER BY id DESC LIMIT 1000";
    let columns = [Id, Text, Timestamp, Timestamp, Timestamp, Text, Text];
    let rows = read(store, Whose::Organization(org), sql, &[id(org), id(user), moment(now)], &columns).await?;
    Ok(rows
        .into_iter()
        .map(Row::new)
        .filter_map(|mut row| {
            Some(Session {
                id: row.id()?,
                method: row.text()?,
                created_at: row.moment()?,
                used_at: row.moment()?,
                expires_at: row.moment()?,
                ip: row.text(),
                user_agent: row.text(),
            })
        })
        .collect())
}

/// Removes sessions that ended so long ago that nobody asks for them, with their tokens; gives the number of sessions.
///
/// # Errors
/// See [`StoreError`].
pub async fn forget_sessions(transaction: &mut Transaction<'_>, before: i64) -> Result<u64, StoreError> {
    execute(transaction, "DELETE FROM refresh_tokens WHERE expires_at < ?", &[moment(before)]).await?;
    execute(transaction, "DELETE FROM sessions WHERE expires_at < ?", &[moment(before)]).await
}
