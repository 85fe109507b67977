//! The second factor: codes of six digits from an app (TOTP, RFC 6238), or one of the recovery codes.

use super::{Caller, Door, Refusal, scope::may_grant, secret, session::Holder};
use kontor_domain::{
    context::Whose,
    mutation::WriteError,
    processes::{self, Account, Deed, SecondFactor},
    store::Transaction,
};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

/// Bytes of a secret (RFC 4226 §4).
const SECRET: usize = 20;
/// How many recovery codes a user gets.
const CODES: usize = 10;
/// Letters and digits that are not mistaken for each other, 32 of them.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// A second factor that is to be confirmed.
pub struct Enrolment {
    /// The secret in base32, for typing.
    pub secret: String,
    /// The same as an address for a QR code.
    pub url: String,
}

impl Door<'_> {
    /// Makes a secret for a second factor, which is asked for once a code was confirmed.
    ///
    /// # Errors
    /// See [`Refusal`]; a second factor that is asked for already has to be disabled first.
    pub async fn enrol(&self, caller: &Caller, password: &str) -> Result<Enrolment, Refusal> {
        let account = processes::account(self.store, caller.user).await?.ok_or(Refusal::Wrong)?;
        let attempt = self.check_password(&account, password).await?;
        let new: [u8; SECRET] = rand::random();
        let totp = totp(&new, &account.email)?;
        let sealed = self.identity.vault.seal(caller.user, &new);
        let mut transaction = self.store.begin(Whose::Platform).await?;
        let found = processes::lock_second_factor(&mut transaction, (caller.org, caller.user)).await?;
        if found.is_none_or(|factor| factor.enabled) {
            transaction.rollback().await?;
            return Err(Refusal::Input("The second factor is in use: call `disableTotp` first.".to_owned()));
        }
        attempt.succeeded(&mut transaction, self.now()).await?;
        processes::store_secret(&mut transaction, (caller.org, caller.user), Some(&sealed)).await?;
        transaction.commit().await?;
        let url = totp.to_url().map_err(|_| Refusal::Failed)?;
        Ok(Enrolment { secret: totp.secret().to_base32(), url })
    }

    /// Lets the second factor be asked for from now on; gives recovery codes, which are shown this once.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn confirm(&self, caller: &Caller, code: &str) -> Result<Vec<String>, Refusal> {
        let mut transaction = self.store.begin(Whose::Organization(caller.org)).await?;
        let factor = processes::lock_second_factor(&mut transaction, (caller.org, caller.user)).await?;
        let taken = match factor.filter(|factor| !factor.enabled) {
            Some(factor) => self.take(&mut transaction, (caller.org, caller.user), &factor, code).await?,
            None => false,
        };
        if !taken {
            transaction.rollback().await?;
            return Err(Refusal::Code);
        }
        let codes: Vec<String> = (0..CODES).map(|_| recovery_code()).collect();
        let hashes: Vec<_> = codes.iter().map(|code| hash(code)).collect();
        processes::store_recovery_codes(&mut transaction, (caller.org, caller.user), &hashes).await?;
        self.note(&mut transaction, caller, "totp_enabled").await?;
        transaction.commit().await?;
        Ok(codes)
    }

    /// Ends the second factor of the caller.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub async fn disable(&self, caller: &Caller, password: &str, code: &str) -> Result<(), Refusal> {
        let account = processes::account(self.store, caller.user).await?.ok_or(Refusal::Wrong)?;
        let attempt = self.check_password(&account, password).await?;
        let mut transaction = self.store.begin(Whose::Platform).await?;
        if let Err(refusal) = self.second_factor(&mut transaction, &account, Some(code)).await {
            transaction.rollback().await?;
            return Err(refusal);
        }
        attempt.succeeded(&mut transaction, self.now()).await?;
        processes::store_secret(&mut transaction, (caller.org, caller.user), None).await?;
        self.note(&mut transaction, caller, "totp_disabled").await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends the second factor of another user of the caller's organisation, who has lost it; its sessions end.
    ///
    /// # Errors
    /// See [`Refusal`]; only administrators may, and of nobody who has a higher role.
    pub async fn reset_totp(&self, caller: &Caller, user: Uuid) -> Result<(), Refusal> {
        if !matches!(caller.role.as_str(), "admin" | "super_admin") {
            return Err(Refusal::Forbidden);
        }
        if user == caller.user {
            return Err(Refusal::Input("One's own second factor ends with `disableTotp`.".to_owned()));
        }
        let account = processes::account(self.store, user).await?.filter(|account| account.org == caller.org);
        let missing = || Refusal::Write(Box::new(WriteError::NotFound { module: "User".to_owned() }));
        if !may_grant(&caller.role, &account.ok_or_else(missing)?.role) {
            return Err(Refusal::Forbidden);
        }
        let mut transaction = self.store.begin(Whose::Organization(caller.org)).await?;
        if processes::reset_second_factor(&mut transaction, (caller.org, user), self.now()).await?.is_none() {
            transaction.rollback().await?;
            return Err(Refusal::Input("The user has no second factor.".to_owned()));
        }
        let (org, by, record, action) = (caller.org, Some(caller.user), Some(("User", user)), "totp_reset");
        let (ip, now) = (self.ip(), self.now());
        let deed = Deed { org, user: by, action, record, details: None, ip: ip.as_deref(), now };
        processes::audit(&mut transaction, &deed).await?;
        transaction.commit().await?;
        self.learn().await;
        Ok(())
    }

    /// Asks for the second factor of a user who has one. A code that is good is used up within the transaction.
    pub(super) async fn second_factor(
        &self,
        transaction: &mut Transaction<'_>,
        account: &Account,
        code: Option<&str>,
    ) -> Result<(), Refusal> {
        let factor = processes::lock_second_factor(transaction, (account.org, account.user)).await?;
        let Some(factor) = factor.filter(|factor| factor.enabled) else { return Ok(()) };
        let code = code.ok_or(Refusal::CodeMissing)?;
        if self.take(transaction, (account.org, account.user), &factor, code).await? {
            return Ok(());
        }
        if !processes::take_recovery_code(transaction, (account.org, account.user), &hash(code)).await? {
            return Err(Refusal::Code);
        }
        let holder = Holder { org: account.org, user: account.user, role: &account.role };
        let ip = self.ip();
        let deed = Deed { ip: ip.as_deref(), ..self.deed(&holder, "recovery_code_used") };
        processes::audit(transaction, &deed).await?;
        Ok(())
    }

    /// Takes a code of the app, unless it or a later one was taken before.
    async fn take(
        &self,
        transaction: &mut Transaction<'_>,
        (org, user): (Uuid, Uuid),
        factor: &SecondFactor,
        code: &str,
    ) -> Result<bool, Refusal> {
        let Some(sealed) = &factor.secret else { return Ok(false) };
        let Some((bytes, outdated)) = self.identity.vault.open(user, sealed) else {
            tracing::error!(%user, "the secret of a second factor cannot be decrypted: its key is not in `auth.encryption_key`");
            return Err(Refusal::Failed);
        };
        let seconds = u64::try_from(self.now().div_euclid(1_000_000)).unwrap_or_default();
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let is_code = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
        let step = if is_code { totp(&bytes, "-")?.check(&digits, seconds) } else { None };
        let Some(step) = step.and_then(|step| i64::try_from(step).ok()) else { return Ok(false) };
        if factor.last_step.is_some_and(|last| step <= last) {
            return Ok(false);
        }
        let again = if outdated { self.identity.vault.seal(user, &bytes) } else { sealed.clone() };
        processes::take_step(transaction, (org, user), step, &again).await?;
        Ok(true)
    }

    async fn note(
        &self,
        transaction: &mut Transaction<'_>,
        caller: &Caller,
        action: &'static str,
    ) -> Result<(), Refusal> {
        let holder = Holder { org: caller.org, user: caller.user, role: &caller.role };
        let ip = self.ip();
        processes::audit(transaction, &Deed { ip: ip.as_deref(), ..self.deed(&holder, action) }).await?;
        Ok(())
    }
}

fn totp(secret: &[u8], account: &str) -> Result<Totp, Refusal> {
    // What the address of a QR code separates its parts by.
    let account = account.replace(':', "");
    let builder = Builder::new().with_secret(secret.to_vec()).with_account_name(account);
    builder.with_issuer(Some("Kontor")).build().map_err(|_| Refusal::Failed)
}

/// 80 random bits, `xxxx-xxxx-xxxx-xxxx`.
fn recovery_code() -> String {
    let letters = rand::random::<[u8; 16]>().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is stored of a recovery code, however it is typed.
fn hash(code: &str) -> String {
    let plain: String = code.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    secret::hash(&plain)
}
