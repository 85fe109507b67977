//! Passwords: changed by who knows the old one, chosen anew by who has a token for it.

use super::{
    Caller, Door, Mail, Refusal,
    password::Verdict,
    rules, secret,
    session::{Holder, Method, Opened},
    throttle::Attempt,
};
use kontor_domain::{
    context::Whose,
    processes::{self, Account, Deed, OneTime, Purpose, Which},
    store::Transaction,
};
use uuid::Uuid;

/// How long a token for a new password is good, in µs.
const RESET_LIFETIME: i64 = 3_600 * 1_000_000;
/// How long an invitation is good, in µs.
const INVITATION_LIFETIME: i64 = 7 * 86_400 * 1_000_000;

impl Door<'_> {
    /// Gives the caller another password; its other sessions end.
    ///
    /// # Errors
    /// [`Refusal::Wrong`] where the current password is another; see [`Refusal`].
    pub async fn change_password(
        &self,
        (caller, session): (&Caller, Uuid),
        current: &str,
        new: &str,
    ) -> Result<(), Refusal> {
        let account = processes::account(self.store, caller.user).await?.ok_or(Refusal::Wrong)?;
        let attempt = self.check_password(&account, current).await?;
        check(new, &account)?;
        let hash = self.identity.passwords.hash(new).await?;
        let mut transaction = self.store.begin(Whose::Platform).await?;
        attempt.succeeded(&mut transaction, self.now()).await?;
        let which = Which::Others(session);
        self.set_password(&mut transaction, &account, &hash, "password_changed", which).await?;
        transaction.commit().await?;
        self.learn().await;
        Ok(())
    }

    /// Whether this is the password of a user who is signed in already: somebody may have found a token.
    pub(super) async fn check_password(&self, account: &Account, given: &str) -> Result<Attempt, Refusal> {
        let attempt = Attempt::begin(self.store, &account.email, self.origin.address, self.now()).await?;
        match self.identity.passwords.verify(given, account.password_hash.clone()).await? {
            Verdict::Wrong => Err(Refusal::Wrong),
            Verdict::Right | Verdict::Outdated => Ok(attempt),
        }
    }

    /// Stores a password, unless another was stored meanwhile; sessions end, and tokens for another are worthless.
    async fn set_password(
        &self,
        transaction: &mut Transaction<'_>,
        account: &Account,
        hash: &str,
        action: &'static str,
        which: Which,
    ) -> Result<(), Refusal> {
        let before = account.password_hash.as_deref();
        if !processes::set_password(transaction, (account.org, account.user), hash, before).await? {
            return Err(Refusal::Token);
        }
        processes::end_sessions(transaction, (account.org, account.user), which, action, self.now()).await?;
        processes::discard_one_time(transaction, (account.org, account.user)).await?;
        let holder = Holder { org: account.org, user: account.user, role: &account.role };
        let ip = self.ip();
        processes::audit(transaction, &Deed { ip: ip.as_deref(), ..self.deed(&holder, action) }).await?;
        Ok(())
    }

    /// Sends a token for a new password to the address of a user. It is done beside the answer, which is the same
    /// whether there is such a user or not.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn request_password_reset(&self, email: &str) -> Result<(), Refusal> {
        let address = processes::normal_address(email);
        let throttled = format!("reset {address}");
        Attempt::begin(self.store, &throttled, self.origin.address, self.now()).await?;
        let (store, mailer, ip, now) = (self.store.clone(), self.identity.mailer.clone(), self.ip(), self.now());
        let (pages, german) = (self.identity.pages.clone(), self.origin.german);
        tokio::spawn(async move {
            let sent = async {
                let found = processes::find_account(&store, &address).await?;
                let Some(account) = found.filter(|account| account.is_active) else { return Ok(()) };
                let token = secret::random();
                let mut transaction = store.begin(Whose::Platform).await?;
                let of = OneTime { org: account.org, user: account.user, bound_to: None };
                let known_by = (Purpose::Reset, &*secret::hash(&token));
                processes::issue_one_time(&mut transaction, &of, known_by, now + RESET_LIFETIME, now).await?;
                let (org, user, action) = (account.org, Some(account.user), "password_reset_requested");
                let deed = Deed { org, user, action, record: None, details: None, ip: ip.as_deref(), now };
                processes::audit(&mut transaction, &deed).await?;
                transaction.commit().await?;
                let mail = reset_mail(&account.email, &token, pages.as_deref(), german);
                tokio::task::spawn_blocking(move || mailer.send(&mail)).await.map_err(|_| Refusal::Failed)??;
                Ok::<_, Refusal>(())
            };
            if let Err(error) = sent.await {
                tracing::error!(error = crate::error::chain(&error), "a token for a new password was not sent");
            }
        });
        Ok(())
    }

    /// Gives the user of a token another password; all its sessions end.
    ///
    /// # Errors
    /// See [`Refusal`]; a password that is refused does not use the token up.
    pub async fn reset_password(&self, token: &str, new: &str) -> Result<(), Refusal> {
        let redeemed = self.redeem(Purpose::Reset, token, new, "password_reset").await?;
        redeemed.transaction.commit().await?;
        self.learn().await;
        Ok(())
    }

    /// Gives the invited user of a token its first password, and a session.
    ///
    /// # Errors
    /// See [`Refusal`]; a password that is refused does not use the token up.
    pub async fn accept_invitation(&self, token: &str, password: &str) -> Result<Opened, Refusal> {
        let mut redeemed = self.redeem(Purpose::Invitation, token, password, "invitation_accepted").await?;
        let Account { org, user, role, .. } = &redeemed.account;
        let holder = Holder { org: *org, user: *user, role };
        let opened = self.open_session(&mut redeemed.transaction, &holder, Method::Invitation).await?;
        redeemed.transaction.commit().await?;
        Ok(opened)
    }

    async fn redeem(
        &self,
        purpose: Purpose,
        token: &str,
        password: &str,
        action: &'static str,
    ) -> Result<Redeemed<'_>, Refusal> {
        let hash_of_token = secret::hash(token);
        let found = processes::find_one_time(self.store, purpose, &hash_of_token, self.now()).await?;
        let user = found.ok_or(Refusal::Token)?.user;
        let account = processes::account(self.store, user).await?.filter(|account| account.is_active);
        let account = account.ok_or(Refusal::Token)?;
        check(password, &account)?;
        let hash = self.identity.passwords.hash(password).await?;
        let mut transaction = self.store.begin(Whose::Platform).await?;
        if processes::redeem_one_time(&mut transaction, purpose, &hash_of_token, self.now()).await?.is_none() {
            transaction.rollback().await?;
            return Err(Refusal::Token);
        }
        self.set_password(&mut transaction, &account, &hash, action, Which::All).await?;
        Ok(Redeemed { transaction, account })
    }

    /// Makes a token for an invited user, within the transaction that creates it; gives the message with it.
    pub(super) async fn invitation(
        &self,
        transaction: &mut Transaction<'_>,
        of: &OneTime,
        email: &str,
    ) -> Result<Mail, Refusal> {
        let (token, now) = (secret::random(), self.now());
        let known_by = (Purpose::Invitation, &*secret::hash(&token));
        processes::issue_one_time(transaction, of, known_by, now + INVITATION_LIFETIME, now).await?;
        Ok(invitation_mail(email, &token, self.identity.pages.as_deref(), self.origin.german))
    }
}

/// A token that was used for a password, in a transaction that is still open.
struct Redeemed<'s> {
    transaction: Transaction<'s>,
    account: Account,
}

/// Whether a user may have this password.
pub(super) fn check(password: &str, account: &Account) -> Result<(), Refusal> {
    let [first, last] = account.names.each_ref().map(|name| name.as_deref().unwrap_or_default());
    let full = format!("{first}{last}");
    let local = account.email.split_once('@').map_or("", |(local, _)| local);
    let weaknesses = rules::weaknesses(password, [first, last, &full, local, &account.email]);
    if weaknesses.is_empty() { Ok(()) } else { Err(Refusal::Weak(weaknesses)) }
}

fn reset_mail(to: &str, token: &str, pages: Option<&str>, german: bool) -> Mail {
    let (subject, text) = match german {
        true => (
            "Neues Passwort",
            "für Ihr Konto wurde ein neues Passwort angefordert. Mit diesem Token können Sie es innerhalb einer Stunde \
             wählen; wenn Sie nichts angefordert haben, ist nichts zu tun.",
        ),
        false => (
            "New password",
            "A new password was requested for your account. Choose it with this token within one hour; if you did not \
             request it, there is nothing to do.",
        ),
    };
    let link = pages.map(|pages| format!("{pages}/reset-password#token={token}"));
    Mail { to: to.to_owned(), subject: subject.to_owned(), text: letter(text, token, link, german) }
}

fn invitation_mail(to: &str, token: &str, pages: Option<&str>, german: bool) -> Mail {
    let (subject, text) = match german {
        true => {
            ("Einladung", "Sie sind eingeladen. Mit diesem Token wählen Sie innerhalb von sieben Tagen Ihr Passwort.")
        }
        false => ("Invitation", "You are invited. Choose your password with this token within seven days."),
    };
    let link = pages.map(|pages| format!("{pages}/accept-invitation#token={token}"));
    Mail { to: to.to_owned(), subject: subject.to_owned(), text: letter(text, token, link, german) }
}

/// The token stands alone on its line. In a link it is behind `#`, which no server's log ever sees.
fn letter(text: &str, token: &str, link: Option<String>, german: bool) -> String {
    let greeting = if german { "Guten Tag," } else { "Hello," };
    let link = link.map_or_else(String::new, |link| format!("{link}\n\n"));
    format!("{greeting}\n\n{text}\n\n{link}Token: {token}\n")
}
