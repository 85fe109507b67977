//! What every answer tells browsers, unless it says otherwise itself: an answer of the API is no page, is in no frame, and
//! is for scripts of the same origin or those that [`super::Origins`] names.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// A year (RFC 6797 §6.1). Said only where the server is reached over TLS, and of its own host alone.
const TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");

const FIXED: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ),
    // For browsers that do not know `frame-ancestors`.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Adds what is not there. One pass over a few headers; a layer for each of them would be a future for each.
pub(super) fn harden(headers: &mut HeaderMap, tls: bool) {
    for (name, value) in FIXED {
        headers.entry(name).or_insert(value);
    }
    if tls {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(TRANSPORT);
    }
}
