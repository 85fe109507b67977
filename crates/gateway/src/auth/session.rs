//! Sessions: opened by a sign-in, continued by refresh tokens, ended by their user.
//!
//! A refresh token is good once. Shown again, it was stolen, or its successor was: the session ends. But two tabs of one
//! browser may show it at the same time, or a client again whose answer was lost: within ten seconds, and as long as the
//! successor was not used, it gives that same successor once more. So there is never more than one token to go on with,
//! and whoever shows an older one is found out.

use super::{Caller, Door, Refusal, secret};
use kontor_domain::{
    context::Whose,
    error::StoreError,
    processes::{self, Deed, NewSession, Session, Which},
    store::{Store, Transaction},
};
use uuid::Uuid;

/// How long a refresh token gives its successor again, in µs.
const GRACE: i64 = 10_000_000;
/// Characters kept of what a client calls itself.
const LONGEST_AGENT: usize = 200;

/// How somebody signed in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method {
    /// With a password.
    Password,
    /// With an issuer's word.
    Oidc,
    /// With an invitation.
    Invitation,
}

impl Method {
    /// As it is stored.
    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Oidc => "oidc",
            Self::Invitation => "invitation",
        }
    }
}

/// Whose a session is.
pub(super) struct Holder<'h> {
    pub(super) org: Uuid,
    pub(super) user: Uuid,
    pub(super) role: &'h str,
}

/// What continues a session.
#[derive(Clone)]
pub struct Opened {
    /// Whose it is.
    pub user: Uuid,
    /// Organisation of the user.
    pub org: Uuid,
    /// Sent with each request.
    pub access_token: String,
    /// When that ends, seconds since 1970.
    pub expires_at: i64,
    /// Buys the next two.
    pub refresh_token: String,
    /// When the session ends, µs since 1970.
    pub session_expires_at: i64,
}

impl Door<'_> {
    /// Opens a session within a transaction.
    pub(super) async fn open_session(
        &self,
        transaction: &mut Transaction<'_>,
        holder: &Holder<'_>,
        method: Method,
    ) -> Result<Opened, Refusal> {
        let now = self.now();
        let lifetime = i64::try_from(self.identity.session_lifetime.as_micros()).unwrap_or(i64::MAX);
        let (refresh_token, ip) = (secret::random(), self.ip());
        let agent = self.origin.user_agent.as_deref();
        let agent: Option<String> = agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect());
        let session = NewSession {
            id: Uuid::now_v7(),
            org: holder.org,
            user: holder.user,
            method: method.name(),
            ip: ip.as_deref(),
            user_agent: agent.as_deref(),
            expires_at: now.saturating_add(lifetime),
            token_hash: &secret::hash(&refresh_token),
        };
        processes::create_session(transaction, &session, now).await?;
        let details = Some(serde_json::json!({"method": method.name(), "session": session.id}));
        processes::audit(transaction, &Deed { details, ip: ip.as_deref(), ..self.deed(holder, "sign_in") }).await?;
        Ok(self.opened(holder, session.id, refresh_token, session.expires_at))
    }

    /// Something that a user did.
    pub(super) fn deed(&self, holder: &Holder<'_>, action: &'static str) -> Deed<'static> {
        let (org, user) = (holder.org, Some(holder.user));
        Deed { org, user, action, record: None, details: None, ip: None, now: self.now() }
    }

    fn opened(&self, holder: &Holder<'_>, session: Uuid, refresh_token: String, session_expires_at: i64) -> Opened {
        let (access_token, expires_at) = self.keys.issue(holder.user, holder.org, holder.role, session);
        Opened { user: holder.user, org: holder.org, access_token, expires_at, refresh_token, session_expires_at }
    }

    /// Exchanges a refresh token.
    ///
    /// # Errors
    /// [`Refusal::Token`] where it is not good; then its session has ended if it was good once.
    pub async fn refresh(&self, token: &str) -> Result<Opened, Refusal> {
        let now = self.now();
        let mut transaction = self.store.begin(Whose::Platform).await?;
        let found = processes::find_refresh_token(&mut transaction, &secret::hash(token)).await?;
        let Some(found) = found.filter(|found| found.is_live && found.expires_at > now) else {
            transaction.rollback().await?;
            return Err(Refusal::Token);
        };
        let holder = Holder { org: found.org, user: found.user, role: &found.role };
        let successor = match (found.used_at, &found.salt) {
            (Some(used_at), Some(salt)) => {
                let successor = secret::successor(token, salt);
                let hash = secret::hash(&successor);
                let again = now - used_at < GRACE && processes::is_unused(&mut transaction, &hash).await?;
                if !again {
                    return self.reused(transaction, &holder, found.session).await;
                }
                transaction.rollback().await?;
                successor
            }
            _ => {
                let salt = secret::random();
                let successor = secret::successor(token, &salt);
                let hash = secret::hash(&successor);
                processes::replace_refresh_token(&mut transaction, &found, (&salt, &hash), now).await?;
                transaction.commit().await?;
                successor
            }
        };
        Ok(self.opened(&holder, found.session, successor, found.expires_at))
    }

    /// Ends the session of a token that was shown after its successor, or too late.
    async fn reused(
        &self,
        mut transaction: Transaction<'_>,
        holder: &Holder<'_>,
        session: Uuid,
    ) -> Result<Opened, Refusal> {
        const ACTION: &str = "refresh_token_reused";
        let (ip, now) = (self.ip(), self.now());
        tracing::warn!(user = %holder.user, %session, "a refresh token was used twice: its session has ended");
        processes::end_sessions(&mut transaction, (holder.org, holder.user), Which::One(session), ACTION, now).await?;
        let details = Some(serde_json::json!({"session": session}));
        processes::audit(&mut transaction, &Deed { details, ip: ip.as_deref(), ..self.deed(holder, ACTION) }).await?;
        transaction.commit().await?;
        self.learn().await;
        Err(Refusal::Token)
    }

    /// Ends sessions of the caller; gives their number. The session of a caller that came with none is not there.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn end_sessions(&self, caller: &Caller, which: Which) -> Result<usize, Refusal> {
        let action = if which == Which::All { "sign_out_everywhere" } else { "sign_out" };
        let holder = Holder { org: caller.org, user: caller.user, role: &caller.role };
        let ip = self.ip();
        let mut transaction = self.store.begin(Whose::Organization(caller.org)).await?;
        let ended =
            processes::end_sessions(&mut transaction, (caller.org, caller.user), which, action, self.now()).await?;
        if ended.is_empty() {
            transaction.rollback().await?;
            return Ok(0);
        }
        let details = Some(serde_json::json!({"sessions": ended}));
        processes::audit(&mut transaction, &Deed { details, ip: ip.as_deref(), ..self.deed(&holder, action) }).await?;
        transaction.commit().await?;
        self.learn().await;
        Ok(ended.len())
    }

    /// Ends the session that a refresh token continues, whatever became of the access token.
    ///
    /// # Errors
    /// See [`Refusal`]; a token that nobody knows ends nothing.
    pub async fn end_session_of(&self, token: &str) -> Result<usize, Refusal> {
        let mut transaction = self.store.begin(Whose::Platform).await?;
        let found = processes::find_refresh_token(&mut transaction, &secret::hash(token)).await?;
        transaction.rollback().await?;
        let Some(found) = found else { return Ok(0) };
        let caller = Caller::signed_in(found.user, found.org, found.role, found.session);
        self.end_sessions(&caller, Which::One(found.session)).await
    }

    /// The sessions of a user, newest first.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<Session>, Refusal> {
        Ok(processes::sessions(self.store, (caller.org, caller.user), self.now()).await?)
    }
}

/// How long a session is kept once it has ended, in µs.
const KEPT: i64 = 30 * 86_400 * 1_000_000;

/// Removes what is left of sessions that ended long before `now` (µs since 1970), and of sign-ins that were tried then;
/// gives the number of sessions.
///
/// # Errors
/// See [`StoreError`].
pub async fn sweep(store: &Store, now: i64) -> Result<u64, StoreError> {
    let mut transaction = store.begin(Whose::Platform).await?;
    processes::forget_one_time(&mut transaction, now).await?;
    processes::forget_attempts(&mut transaction, now - super::throttle::KEPT).await?;
    let removed = processes::forget_sessions(&mut transaction, now - KEPT).await?;
    transaction.commit().await?;
    Ok(removed)
}
