//! `/auth/oidc/login` and `/auth/oidc/callback`: on the way to an issuer, and back with its word.

use super::{Shared, graphql, request, serve::Peer};
use crate::{
    auth::{Oidc, Origin, Refusal},
    error::{self, Code, Error},
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;

/// The prefix binds it to this host, over TLS, for all paths (RFC 6265bis §4.1.3.2).
const COOKIE: &str = "__Host-kontor-oidc";

#[derive(Deserialize)]
pub(super) struct Begin {
    challenge: Option<String>,
}

/// Sends a browser to the issuer.
pub(super) async fn login(
    State(shared): State<Shared>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Query(begin): Query<Begin>,
) -> Response {
    let Some(oidc) = shared.engine.identity().oidc() else { return missing() };
    let origin = origin(&shared, &headers, peer);
    if let Err(error) = shared.engine.rates().spend(None, origin.address, 1, &request::language(&headers)) {
        return graphql::too_many(error, graphql::JSON);
    }
    let challenge = begin.challenge.unwrap_or_default();
    match shared.engine.door(&origin).begin_elsewhere(oidc, &challenge).await {
        Ok((url, kept)) => redirect(&url, &format!("{kept}; Max-Age=600")),
        Err(refusal) => refused(&refusal, &origin, &headers),
    }
}

#[derive(Deserialize)]
pub(super) struct Back {
    state: Option<String>,
    code: Option<String>,
}

/// Takes a browser back, and sends it on to the page it came from.
pub(super) async fn callback(
    State(shared): State<Shared>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Response {
    let Some(oidc) = shared.engine.identity().oidc() else { return missing() };
    let origin = origin(&shared, &headers, peer);
    if let Err(error) = shared.engine.rates().spend(None, origin.address, 1, &request::language(&headers)) {
        return graphql::too_many(error, graphql::JSON);
    }
    let (Some(kept), Some(state), Some(code)) = (cookie(&headers), back.state, back.code) else {
        return refused(&Refusal::Token, &origin, &headers);
    };
    match shared.engine.door(&origin).finish_elsewhere(oidc, kept, &state, code).await {
        // Behind `#`, which no server's log ever sees.
        Ok(token) => redirect(&format!("{}#signIn={token}", page(oidc)), "; Max-Age=0"),
        Err(refusal) => refused(&refusal, &origin, &headers),
    }
}

fn page(oidc: &Oidc) -> &str {
    &oidc.issuer().page
}

fn origin(shared: &Shared, headers: &HeaderMap, peer: Option<Extension<Peer>>) -> Origin {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let german = error::is_german(&request::language(headers));
    Origin { address: graphql::address(shared, headers, peer.as_deref()), user_agent: agent, german }
}

/// The value of our cookie.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn redirect(to: &str, value: &str) -> Response {
    let cookie = format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax");
    let (Ok(to), Ok(cookie)) = (HeaderValue::try_from(to), HeaderValue::try_from(cookie)) else { return missing() };
    let headers = [
        (header::LOCATION, to),
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn missing() -> Response {
    let message = "Nobody signs in elsewhere here (settings `oidc`).";
    let error = Error::new(Code::NotFound, message);
    graphql::refused(request::Malformed { status: StatusCode::NOT_FOUND, error }, graphql::JSON)
}

fn refused(refusal: &Refusal, origin: &Origin, headers: &HeaderMap) -> Response {
    let request_id = headers.get(&super::REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let error = error::of_refusal(None, refusal, if origin.german { "de" } else { "en" }, request_id);
    let status = match refusal {
        Refusal::Input(_) => StatusCode::BAD_REQUEST,
        Refusal::Elsewhere => StatusCode::BAD_GATEWAY,
        Refusal::Store(_) | Refusal::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::FORBIDDEN,
    };
    graphql::refused(request::Malformed { status, error }, graphql::JSON)
}
