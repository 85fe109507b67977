//! Sign-in by e-mail address and password.

use super::{Caller, password};
use kontor_domain::{
    error::StoreError,
    processes,
    store::{Store, Transaction},
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

/// The user with this address and password, looked up in the transaction that is open, if one is.
///
/// # Errors
/// See [`LoginError`].
pub async fn login(
    store: &Store,
    open: Option<&mut Transaction<'_>>,
    email: &str,
    given: &str,
) -> Result<Caller, LoginError> {
    let account = processes::find_account(store, open, email).await?;
    let hash = account.as_ref().map(|a| a.password_hash.clone());
    let given = given.to_owned();
    // Hashing takes a core for tens of milliseconds, which the other requests of this thread should not wait for.
    let fits = tokio::task::spawn_blocking(move || password::verify(&given, hash.as_deref())).await.unwrap_or(false);
    let caller = account.filter(|_| fits).map(|a| Caller { user: a.user, org: a.org, role: a.role });
    caller.ok_or(LoginError::Wrong)
}
