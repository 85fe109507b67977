//! The packages as the gateway sees them: what is served of them, how loading them went last, and that they are to be
//! loaded anew. Whoever reads their files and changes the database is above this crate.

use serde::Serialize;
use std::{pin::Pin, sync::Arc};

/// Loads the packages, and knows how that went.
pub trait Packages: Send + Sync {
    /// How it went last.
    fn status(&self) -> Arc<Status>;

    /// Loads them anew, brings the database up to them and serves them, unless they are what is served already; waits
    /// until that is done, or has failed. Whoever drops the future stops nothing.
    fn reload(&self) -> Pin<Box<dyn Future<Output = Arc<Status>> + Send + '_>>;
}

/// What is served, and how it came to that.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// How what is served stands to the packages and the database.
    pub state: State,
    /// What is served.
    pub metadata: Served,
    /// The last time that packages were loaded anew.
    pub last_reload: Option<Reload>,
    /// Whether the files are watched, as in development.
    pub watching: bool,
}

/// How what is served stands to the packages and to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The packages are served.
    Current,
    /// The packages as they are now cannot be used: those before are served.
    Broken,
    /// Another gateway has brought the database to metadata that the packages here do not make.
    Outdated,
}

/// One version of the metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Served {
    /// Number of the tables' version in the database.
    pub version: i64,
    /// SHA-256 of the files of the packages: the same on every gateway that has the same.
    pub hash: String,
    /// Since when this process serves it (RFC 3339).
    pub since: String,
}

/// How it went to load packages anew.
#[derive(Debug, Clone, Serialize)]
pub struct Reload {
    /// When (RFC 3339).
    pub at: String,
    /// Whether they are served.
    pub ok: bool,
    /// What was changed in the database, one line each.
    pub changes: Vec<String>,
    /// Why they are not served, as text for people.
    pub problems: Option<String>,
}
