//! What the rest of the gateway knows of who asks.

use super::Scope;
use std::sync::Arc;
use uuid::Uuid;

/// A signed-in user, or a program that acts for one.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user.
    pub user: Uuid,
    /// Its organisation.
    pub org: Uuid,
    /// Its role.
    pub role: String,
    /// What it came in with.
    pub credential: Credential,
}

/// What a caller came in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// An access token of this session.
    Session(Uuid),
    /// An API key.
    ApiKey {
        /// Its id.
        id: Uuid,
        /// What of the role it may use; none is all of it.
        scope: Option<Arc<Scope>>,
    },
}

impl Caller {
    /// A user who signed in.
    #[must_use]
    pub fn signed_in(user: Uuid, org: Uuid, role: impl Into<String>, session: Uuid) -> Self {
        Self { user, org, role: role.into(), credential: Credential::Session(session) }
    }

    /// The session, for who signed in.
    #[must_use]
    pub fn session(&self) -> Option<Uuid> {
        match self.credential {
            Credential::Session(session) => Some(session),
            Credential::ApiKey { .. } => None,
        }
    }

    /// The API key, for a program that came with one.
    #[must_use]
    pub fn api_key(&self) -> Option<Uuid> {
        match self.credential {
            Credential::Session(_) => None,
            Credential::ApiKey { id, .. } => Some(id),
        }
    }

    /// What of its role it may use; none is all of it.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope> {
        match &self.credential {
            Credential::ApiKey { scope, .. } => scope.as_deref(),
            Credential::Session(_) => None,
        }
    }
}
