//! Sign-in by e-mail address and password.

use super::{Caller, password};
use kontor_domain::{
    column::ColumnType,
    error::StoreError,
    store::{Args, Store, Transaction},
    value::Value,
};

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The address or the password is wrong, or the account is not active: the three are not told apart.
    #[error("the e-mail address or the password is wrong")]
    Wrong,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The user with this address and password. A transaction that is already open is asked rather than another connection,
/// of which there may be none left.
///
/// # Errors
/// See [`LoginError`].
pub async fn login(
    store: &Store,
    open: Option<&mut Transaction<'_>>,
    email: &str,
    given: &str,
) -> Result<Caller, LoginError> {
    let address = Value::Text(email.trim().to_lowercase());
    let mut args = Args::new(store.dialect());
    let sql = format!(
        "SELECT u.id, u.org, u.role, u.password_hash FROM users u JOIN organizations o ON o.id = u.org \
         WHERE lower(u.email) = {} AND u.is_active AND o.is_active AND u.deleted_at IS NULL AND o.deleted_at IS NULL",
        args.add(ColumnType::Text, &address)
    );
    let columns = [ColumnType::Uuid, ColumnType::Uuid, ColumnType::Text, ColumnType::Text];
    let rows = match open {
        Some(open) => open.query(&sql, &args, &columns).await?,
        None => store.query(&sql, &args, &columns).await?,
    };
    let (caller, hash) = match rows.into_iter().next().as_deref() {
        Some([Value::Uuid(user), Value::Uuid(org), Value::Text(role), Value::Text(hash)]) => {
            (Some(Caller { user: *user, org: *org, role: role.clone() }), Some(hash.clone()))
        }
        _ => (None, None),
    };
    let given = given.to_owned();
    // Hashing takes a core for tens of milliseconds, which the other requests of this thread should not wait for.
    let fits = tokio::task::spawn_blocking(move || password::verify(&given, hash.as_deref())).await.unwrap_or(false);
    caller.filter(|_| fits).ok_or(LoginError::Wrong)
}
