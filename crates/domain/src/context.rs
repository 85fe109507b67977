//! Who asks, and from which organisation: the only place that a plan takes its tenant from.

use uuid::Uuid;

/// The caller of one request.
#[derive(Debug, Clone)]
pub struct Context {
    /// Organisation that every read and write is confined to.
    pub org: Uuid,
    /// The signed-in user.
    pub user: Uuid,
    /// Role name, as in the metadata (`sales_rep`).
    pub role: String,
    /// Language of messages (BCP 47).
    pub language: String,
}
