//! Sign-in by e-mail address and password, and a one-time code where one is asked for.

use super::{
    Door, Opened, Refusal,
    password::Verdict,
    session::{Holder, Method},
    throttle::Attempt,
};
use kontor_domain::{
    context::Whose,
    processes::{self, Deed},
};

impl Door<'_> {
    /// A session for the user with this address and password. Whatever is wrong, the answer, the work and the statements
    /// are the same.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn login(&self, email: &str, password: &str, code: Option<&str>) -> Result<Opened, Refusal> {
        let address = processes::normal_address(email);
        let attempt = Attempt::begin(self.store, &address, self.origin.address, self.now()).await?;
        let account = processes::find_account(self.store, &address).await?.filter(|account| account.is_active);
        let hash = account.as_ref().and_then(|account| account.password_hash.clone());
        let verdict = self.identity.passwords.verify(password, hash).await?;
        let (Some(account), Verdict::Right | Verdict::Outdated) = (&account, verdict) else {
            self.failed(account.as_ref().map(|account| (account.org, account.user)), "sign_in_failed");
            return Err(Refusal::Wrong);
        };
        let stronger = match verdict {
            Verdict::Outdated => Some(self.identity.passwords.hash(password).await?),
            _ => None,
        };
        let now = self.now();
        let mut transaction = self.store.begin(Whose::Platform).await?;
        // It may have changed while the password was hashed.
        let locked = processes::lock_account(&mut transaction, account.user).await?;
        if !locked.is_some_and(|locked| locked.is_active && locked.password_hash == account.password_hash) {
            transaction.rollback().await?;
            return Err(Refusal::Wrong);
        }
        if let Err(refusal) = self.second_factor(&mut transaction, account, code).await {
            transaction.rollback().await?;
            if matches!(refusal, Refusal::Code) {
                self.failed(Some((account.org, account.user)), "second_factor_failed");
            }
            return Err(refusal);
        }
        attempt.succeeded(&mut transaction, now).await?;
        if let Some(stronger) = stronger {
            let before = account.password_hash.as_deref();
            processes::set_password(&mut transaction, (account.org, account.user), &stronger, before).await?;
        }
        let holder = Holder { org: account.org, user: account.user, role: &account.role };
        let opened = self.open_session(&mut transaction, &holder, Method::Password).await?;
        transaction.commit().await?;
        Ok(opened)
    }

    /// Notes in the audit log of a user that a sign-in failed. It is written beside the answer, whose time does not tell
    /// whether there is such a user.
    fn failed(&self, user: Option<(uuid::Uuid, uuid::Uuid)>, action: &'static str) {
        tracing::info!(action, "a sign-in failed");
        let Some((org, user)) = user else { return };
        let (store, ip, now) = (self.store.clone(), self.ip(), self.now());
        tokio::spawn(async move {
            let deed = Deed { org, user: Some(user), action, record: None, details: None, ip: ip.as_deref(), now };
            let written = async {
                let mut transaction = store.begin(Whose::Organization(org)).await?;
                processes::audit(&mut transaction, &deed).await?;
                transaction.commit().await
            };
            if let Err(error) = written.await {
                tracing::warn!(error = crate::error::chain(&error), "a failed sign-in is not in the audit log");
            }
        });
    }
}
