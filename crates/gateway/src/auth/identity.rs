//! What operations on identity need besides the database.

use super::{Keys, Mailer, NoMail, Oidc, Vault, password::Passwords};
use kontor_domain::{calendar, store::Store};
use std::{net::IpAddr, sync::Arc, time::Duration};

/// Tells the time, in µs since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

pub(super) fn system_clock() -> Clock {
    Arc::new(calendar::now)
}

/// How users sign in and stay signed in.
pub struct Identity {
    pub(super) passwords: Passwords,
    pub(super) clock: Clock,
    pub(super) session_lifetime: Duration,
    /// What secrets are encrypted with; a key that is nowhere else until one is given.
    pub(super) vault: Vault,
    /// Who else signs users in.
    pub(super) oidc: Option<Oidc>,
    pub(super) mailer: Arc<dyn Mailer>,
    /// What stands before the addresses of pages in messages.
    pub(super) pages: Option<String>,
}

impl Default for Identity {
    fn default() -> Self {
        let session_lifetime = Duration::from_secs(30 * 86_400);
        Self {
            passwords: Passwords::default(),
            clock: system_clock(),
            session_lifetime,
            vault: Vault::from_keys(&[rand::random()]),
            oidc: None,
            mailer: Arc::new(NoMail),
            pages: None,
        }
    }
}

impl Identity {
    /// The same by another clock.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same with sessions that end after so long, however often they are continued.
    #[must_use]
    pub fn with_session_lifetime(self, session_lifetime: Duration) -> Self {
        Self { session_lifetime, ..self }
    }

    /// The same with keys that secrets are encrypted with.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// The same with an issuer that signs users in.
    #[must_use]
    pub fn with_oidc(self, oidc: Oidc) -> Self {
        Self { oidc: Some(oidc), ..self }
    }

    /// Who else signs users in.
    #[must_use]
    pub fn oidc(&self) -> Option<&Oidc> {
        self.oidc.as_ref()
    }

    /// The same with a way to send messages. `pages` stands before the addresses of the pages that they name, such as
    /// `https://crm.example.com`; without it they name none.
    #[must_use]
    pub fn with_mailer(self, mailer: Arc<dyn Mailer>, pages: Option<String>) -> Self {
        Self { mailer, pages, ..self }
    }

    /// How many passwords were hashed so far.
    #[must_use]
    pub fn hashed_passwords(&self) -> u64 {
        self.passwords.computed()
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Network address.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// Whether messages are German; else they are English.
    pub german: bool,
}

/// Where one request stands that asks to be let in: every operation on identity is a method of it.
pub struct Door<'d> {
    /// The database.
    pub store: &'d Arc<Store>,
    /// What tokens are made and known by.
    pub keys: &'d Keys,
    /// How users sign in.
    pub identity: &'d Identity,
    /// Where the request came from.
    pub origin: &'d Origin,
}

impl Door<'_> {
    pub(super) fn now(&self) -> i64 {
        (self.identity.clock)()
    }

    /// The network address as the logs have it.
    pub(super) fn ip(&self) -> Option<String> {
        self.origin.address.map(|address| address.to_string())
    }

    /// Lets this gateway know at once what the others will learn soon.
    pub(super) async fn learn(&self) {
        if let Err(error) = self.keys.learn(self.store).await {
            tracing::warn!(
                error = crate::error::chain(&error),
                "who may come in was not read anew; it will be tried again"
            );
        }
    }
}
