//! Which pages of other sites may use the API from a browser (CORS, Fetch Standard §3.3).

use axum::http::{HeaderName, HeaderValue, Method, header};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may rely on the answer to a preflight.
const MAX_AGE: Duration = Duration::from_secs(3_600);

/// Origins whose pages may read answers. Tokens are sent in a header that scripts set, so no answer ever allows
/// credentials: a browser keeps its cookies to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// These, `https://app.example.com`; none, unless the operator names some.
    Named(Vec<HeaderValue>),
    /// All of them.
    Any,
}

impl Default for Origins {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

impl Origins {
    /// From a list as in the settings: origins, or `*` alone.
    ///
    /// # Errors
    /// The entry that is no origin.
    pub fn parse(list: &[String]) -> Result<Self, &str> {
        if let [all] = list
            && all == "*"
        {
            return Ok(Self::Any);
        }
        list.iter().map(|text| origin(text).ok_or(text.as_str())).collect::<Result<_, _>>().map(Self::Named)
    }

    /// The layer that answers preflights and marks answers; none where no other site is allowed.
    pub(super) fn layer(&self) -> Option<CorsLayer> {
        let allowed = match self {
            Self::Named(origins) if origins.is_empty() => return None,
            Self::Named(origins) => AllowOrigin::list(origins.iter().cloned()),
            Self::Any => AllowOrigin::any(),
        };
        let named = HeaderName::from_static;
        let taken = [
            header::ACCEPT,
            header::ACCEPT_LANGUAGE,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::RANGE,
            super::REQUEST_ID.clone(),
            super::TRACE.clone(),
            super::IDEMPOTENCY_KEY.clone(),
            named("graphql-preflight"),
            named("apollo-require-preflight"),
        ];
        let shown = [
            super::REQUEST_ID.clone(),
            super::IDEMPOTENT_REPLAYED.clone(),
            header::WWW_AUTHENTICATE,
            header::RETRY_AFTER,
            header::CONTENT_DISPOSITION,
            header::CONTENT_RANGE,
        ];
        let layer = CorsLayer::new().allow_origin(allowed).allow_methods([Method::GET, Method::POST]);
        Some(layer.allow_headers(taken).expose_headers(shown).max_age(MAX_AGE))
    }
}

/// A scheme, a host and perhaps a port, as a browser writes them in `Origin`.
fn origin(text: &str) -> Option<HeaderValue> {
    let (scheme, authority) = text.split_once("://")?;
    let plain = !authority.is_empty() && authority.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
    (matches!(scheme, "http" | "https") && plain && lower).then(|| HeaderValue::from_str(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_schemes_hosts_and_ports() {
        let list = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let two = list(&["https://app.example.com", "http://localhost:5173"]);
        assert!(matches!(Origins::parse(&two), Ok(Origins::Named(origins)) if origins.len() == 2));
        assert_eq!(Origins::parse(&list(&["*"])), Ok(Origins::Any));
        for wrong in ["example.com", "https://example.com/", "https://Example.com", "ftp://x", "https://", "null", "*"]
        {
            assert_eq!(Origins::parse(&list(&["https://a.b", wrong])), Err(wrong));
        }
    }
}
