//! The explorer at `/`: files that the build script embedded, and what they need to know about this server.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file of the built console.
struct Asset {
    /// Below `/`.
    path: &'static str,
    mime: &'static str,
    /// Its name changes with its content, so that it may be kept for ever.
    immutable: bool,
    bytes: &'static [u8],
    /// The same, packed.
    gzip: Option<&'static [u8]>,
}

/// Somebody to sign in as with one click; only where the data are a demo.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DemoUser {
    /// Address to sign in with.
    pub(crate) email: String,
    /// Password, shown to everybody who opens the page.
    pub(crate) password: String,
    /// Name and role.
    pub(crate) label: String,
}

/// Only what this server sends may run. Monaco, the editor, writes its styles into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; \
    font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Serves `/`, its assets and `/explorer.json`.
pub(crate) fn router(demo: Vec<DemoUser>) -> Router {
    let facts = serde_json::json!({ "demo": demo, "version": env!("CARGO_PKG_VERSION") }).to_string();
    let facts = move || async move {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        (guards(), headers, facts).into_response()
    };
    Router::new()
        .route("/", get(|headers: HeaderMap| async move { page(&headers) }))
        .route("/assets/{*file}", get(|Path(file): Path<String>, headers: HeaderMap| async move {
            serve(&format!("assets/{file}"), &headers).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
        }))
        .route("/explorer.json", get(facts))
}

fn page(headers: &HeaderMap) -> Response {
    serve("index.html", headers).unwrap_or_else(|| {
        let reason = MISSING.unwrap_or("The console's build gave no index.html.");
        (StatusCode::OK, guards(), [(header::CACHE_CONTROL, "no-store")], Html(substitute(reason))).into_response()
    })
}

/// The embedded file of that path, packed if the client can unpack it.
fn serve(path: &str, headers: &HeaderMap) -> Option<Response> {
    let asset = ASSETS.iter().find(|asset| asset.path == path)?;
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common = [(header::CONTENT_TYPE, asset.mime), (header::CACHE_CONTROL, cache), (header::VARY, "accept-encoding")];
    let packed = asset.gzip.filter(|_| accepts_gzip(headers));
    Some(match packed {
        Some(bytes) => (guards(), common, [(header::CONTENT_ENCODING, "gzip")], bytes).into_response(),
        None => (guards(), common, asset.bytes).into_response(),
    })
}

/// Whether gzip is among the accepted encodings and not refused by `q=0` (RFC 9110, 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        named && weight.is_ok_and(|weight| weight > 0.0)
    })
}

fn guards() -> [(HeaderName, HeaderValue); 3] {
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]
}

/// The page in place of the explorer.
fn substitute(reason: &str) -> String {
    let reason = reason.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>Kontor</title><body style=\"font: 16px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 12vh auto; \
         padding: 0 1rem\"><h1>Kontor is running, without its explorer</h1>\
         <p style=\"white-space: pre-wrap\">{reason}</p>\
         <p>To get it, install <a href=\"https://nodejs.org\">Node.js</a> 20.19 or newer (npm comes with it), run \
         <code>touch crates/server/build.rs</code>, then build and start Kontor again without \
         <code>KONTOR_SKIP_CONSOLE</code>.</p>\
         <p>The API works all the same: <code>POST /graphql</code>, with any GraphQL client.</p></body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encodings(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn gzip_is_sent_to_those_who_ask_for_it() {
        assert!(accepts_gzip(&encodings("br, GZIP;q=0.5")));
        assert!(!accepts_gzip(&encodings("gzip;q=0, br")));
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    #[test]
    fn there_is_a_page_with_or_without_node() {
        let response = page(&HeaderMap::new());
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        assert_eq!(MISSING.is_none(), ASSETS.iter().any(|asset| asset.path == "index.html"));
        assert!(substitute("<b>").contains("&lt;b>"));
    }

    #[test]
    fn what_may_be_kept_for_ever_has_a_hash_in_its_name() {
        for asset in ASSETS.iter().filter(|asset| asset.immutable) {
            let response = serve(asset.path, &encodings("gzip")).unwrap();
            assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
            assert!(asset.path.contains('-'), "{}", asset.path);
        }
    }
}
