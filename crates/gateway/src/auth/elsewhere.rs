//! Users who have signed in elsewhere: from what the issuer says to a session. Only users who are there already, or were
//! invited, come in: by the issuer's name for them, or the first time by an address that the issuer has made sure of.

use super::{
    Door, Opened, Refusal,
    oidc::{Oidc, Person, UnderWay},
    secret,
    session::{Holder, Method},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use kontor_domain::{
    context::Whose,
    processes::{self, Account, Elsewhere, OneTime, Purpose},
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// How long a sign-in elsewhere may take, in µs.
pub(crate) const PATIENCE: i64 = 600 * 1_000_000;
/// How long the page may take to ask for its session, in µs.
const TOKEN_LIFETIME: i64 = 60 * 1_000_000;
/// Characters of a challenge: a SHA-256 in base64url.
const CHALLENGE: usize = 43;

impl Door<'_> {
    /// Where the browser of a page goes that shows this challenge, and what it keeps meanwhile; nothing where the
    /// challenge is none.
    pub(crate) async fn begin_elsewhere(&self, oidc: &Oidc, challenge: &str) -> Result<(String, String), Refusal> {
        let fits = challenge.len() == CHALLENGE && BASE64.decode(challenge).is_ok();
        if !fits {
            let message = "`challenge` must be the SHA-256 of a secret of the page's, in base64url (43 characters).";
            return Err(Refusal::Input(message.to_owned()));
        }
        let (url, under_way) = oidc.begin(challenge.to_owned(), self.now() + PATIENCE).await.map_err(failed)?;
        let text = serde_json::to_vec(&under_way).map_err(|_| Refusal::Failed)?;
        Ok((url, self.identity.vault.seal(Uuid::nil(), &text)))
    }

    /// A token with which the page gets a session of the user who has come back.
    pub(crate) async fn finish_elsewhere(
        &self,
        oidc: &Oidc,
        kept: &str,
        state: &str,
        code: String,
    ) -> Result<String, Refusal> {
        let kept = self.identity.vault.open(Uuid::nil(), kept).and_then(|(text, _)| serde_json::from_slice(&text).ok());
        let under_way = kept.filter(|kept: &UnderWay| kept.state == state && kept.expires_at > self.now());
        let under_way = under_way.ok_or(Refusal::Token)?;
        let challenge = under_way.challenge.clone();
        let person = oidc.finish(under_way, code).await.map_err(failed)?;
        let account = self.known(&person).await?;
        let (token, now) = (secret::random(), self.now());
        let of = OneTime { org: account.org, user: account.user, bound_to: Some(challenge) };
        let mut transaction = self.store.begin(Whose::Platform).await?;
        let known_by = (Purpose::SignIn, &*secret::hash(&token));
        processes::issue_one_time(&mut transaction, &of, known_by, now + TOKEN_LIFETIME, now).await?;
        transaction.commit().await?;
        Ok(token)
    }

    /// The user that somebody is, linked if this is the first time.
    async fn known(&self, person: &Person) -> Result<Account, Refusal> {
        let elsewhere = Elsewhere { issuer: &person.issuer, subject: &person.subject };
        let by_address = match &person.verified_email {
            Some(email) => processes::find_account(self.store, email).await?,
            None => None,
        };
        let mut transaction = self.store.begin(Whose::Platform).await?;
        let known = processes::find_identity(&mut transaction, elsewhere).await?;
        let user = known.or(by_address.map(|account| account.user));
        let account = match user {
            Some(user) => processes::lock_account(&mut transaction, user).await?.filter(|account| account.is_active),
            None => None,
        };
        let Some(account) = account else {
            transaction.rollback().await?;
            return Err(Refusal::Stranger);
        };
        let linked = known.is_some()
            || processes::link_identity(&mut transaction, (account.org, account.user), elsewhere, self.now()).await?;
        if !linked {
            transaction.rollback().await?;
            return Err(Refusal::Stranger);
        }
        if known.is_none() {
            let holder = Holder { org: account.org, user: account.user, role: &account.role };
            let (ip, details) = (self.ip(), Some(serde_json::json!({"issuer": person.issuer})));
            let deed = self.deed(&holder, "identity_linked");
            processes::audit(&mut transaction, &processes::Deed { ip: ip.as_deref(), details, ..deed }).await?;
        }
        transaction.commit().await?;
        Ok(account)
    }

    /// A session for the page whose challenge is the hash of this secret.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn redeem_elsewhere(&self, token: &str, verifier: &str) -> Result<Opened, Refusal> {
        let (hash, now) = (secret::hash(token), self.now());
        let found = processes::find_one_time(self.store, Purpose::SignIn, &hash, now).await?.ok_or(Refusal::Token)?;
        // What is compared is a hash of what was sent, whose time tells nothing.
        if found.bound_to.as_deref() != Some(&*BASE64.encode(Sha256::digest(verifier.as_bytes()))) {
            return Err(Refusal::Token);
        }
        let mut transaction = self.store.begin(Whose::Platform).await?;
        let redeemed = processes::redeem_one_time(&mut transaction, Purpose::SignIn, &hash, now).await?;
        let account = match redeemed {
            Some(of) => processes::lock_account(&mut transaction, of.user).await?.filter(|account| account.is_active),
            None => None,
        };
        let Some(account) = account else {
            transaction.rollback().await?;
            return Err(Refusal::Token);
        };
        let holder = Holder { org: account.org, user: account.user, role: &account.role };
        let opened = self.open_session(&mut transaction, &holder, Method::Oidc).await?;
        transaction.commit().await?;
        Ok(opened)
    }
}

fn failed(error: super::oidc::OidcError) -> Refusal {
    tracing::warn!(error = crate::error::chain(&error), "somebody was not signed in elsewhere");
    Refusal::Elsewhere
}
