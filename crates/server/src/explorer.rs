//! The explorer at `/`: the files that `build.rs` made of `console/`, and what they ask the server for.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use std::sync::Arc;

/// A user offered at the sign-in.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct DemoUser {
    /// Address.
    pub(crate) email: String,
    /// Password, which is no secret in a demo.
    pub(crate) password: String,
    /// Who it is.
    pub(crate) label: String,
}

/// A file of the built explorer.
struct Asset {
    /// Below the root, without a slash at its start.
    path: &'static str,
    /// Content type.
    mime: &'static str,
    /// Whether the name changes with the content, so that a browser may keep the file for good.
    immutable: bool,
    body: &'static [u8],
    /// The same in fewer bytes.
    gzip: Option<&'static [u8]>,
}

/// Empty when the explorer could not be built.
const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));
/// Why it could not.
const MISSING: &str = include_str!(concat!(env!("OUT_DIR"), "/missing.txt"));
/// The page shown instead.
const MISSING_PAGE: &str = include_str!("explorer_missing.html");

/// Nothing from another host, and no script but the explorer's own files. The editor writes its styles into the page,
/// and its fonts are in its style sheets.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
     style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Serves `/`, the files below `/assets`, and `/explorer.json` with the users to offer.
pub(crate) fn router(demo: Vec<DemoUser>) -> Router {
    Router::new()
        .route("/", get(async |headers: HeaderMap| index(&headers)))
        .route("/assets/{*path}", get(file))
        .route("/explorer.json", get(about))
        .with_state(Arc::from(demo))
}

/// What the page wants to know of the server.
#[derive(serde::Serialize)]
struct About<'a> {
    demo: &'a [DemoUser],
    version: &'static str,
}

async fn about(State(demo): State<Arc<[DemoUser]>>) -> Response {
    let body = Json(About { demo: &demo, version: env!("CARGO_PKG_VERSION") });
    secured(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}

fn index(headers: &HeaderMap) -> Response {
    match find("index.html") {
        Some(asset) => answer(asset, headers),
        None => {
            let page = MISSING_PAGE.replace("{reason}", &escaped(MISSING));
            let head = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
            secured((head, page).into_response())
        }
    }
}

async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match find(&format!("assets/{path}")) {
        Some(asset) => answer(asset, &headers),
        None => secured((StatusCode::NOT_FOUND, "There is no such file; reload the page.\n").into_response()),
    }
}

fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

fn answer(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let head = [(header::CONTENT_TYPE, asset.mime), (header::CACHE_CONTROL, cache)];
    let mut response = match asset.gzip.filter(|_| takes_gzip(headers)) {
        Some(gzip) => (head, [(header::CONTENT_ENCODING, "gzip")], gzip).into_response(),
        None => (head, asset.body).into_response(),
    };
    if asset.gzip.is_some() {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    secured(response)
}

/// Whether gzip is among the encodings that the client takes, and not refused by a weight of zero.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_some_and(|q| q > 0.0)
    })
}

fn secured(mut response: Response) -> Response {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_only_to_who_takes_it() {
        assert!(takes_gzip(&accepting("br, gzip;q=0.5")));
        assert!(takes_gzip(&accepting("GZIP")));
        assert!(!takes_gzip(&accepting("br, gzip;q=0")));
        assert!(!takes_gzip(&accepting("identity")));
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn there_is_an_explorer_or_a_reason() {
        assert_ne!(ASSETS.is_empty(), MISSING.is_empty());
    }

    #[test]
    fn a_reason_cannot_be_markup() {
        assert_eq!(escaped("<b> & </b>"), "&lt;b&gt; &amp; &lt;/b&gt;");
        assert!(MISSING_PAGE.contains("{reason}"));
    }
}
