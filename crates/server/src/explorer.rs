//! The explorer (being written).

/// A user offered at the sign-in.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct DemoUser {
    /// Address.
    pub(crate) email: String,
    /// Password.
    pub(crate) password: String,
    /// Who it is.
    pub(crate) label: String,
}

/// `/`
pub(crate) fn router(_demo: Vec<DemoUser>) -> axum::Router {
    axum::Router::new()
}
