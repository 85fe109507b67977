//! `/graphql`.

use super::{
    Shared,
    request::{self, Malformed},
};
use crate::{
    engine::{Answer, GraphQlRequest},
    error::Error,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use std::time::Duration;

/// Longest time for a body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

/// A query in the URL.
pub(super) async fn get(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    let media = match media_type(&headers) {
        Ok(media) => media,
        Err(response) => return *response,
    };
    match request::from_query(parameters) {
        Ok(request) => answer(&shared, &headers, request, true, media).await,
        Err(malformed) => refused(malformed, media),
    }
}

/// A JSON body.
pub(super) async fn post(State(shared): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let media = match media_type(&headers) {
        Ok(media) => media,
        Err(response) => return *response,
    };
    let content = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (kind, parameters) = content.split_once(';').unwrap_or((content, ""));
    let charset = parameters.split(';').find_map(|p| p.trim().strip_prefix("charset="));
    if !kind.trim().eq_ignore_ascii_case(JSON)
        || charset.is_some_and(|c| !c.trim_matches('"').eq_ignore_ascii_case("utf-8"))
    {
        let error = Error::input("Send the request as `Content-Type: application/json`, in UTF-8.");
        return refused(Malformed { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, error }, media);
    }
    let limit = shared.limits.body;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let bytes = if announced.is_some_and(|length| length > limit) {
        None
    } else {
        let Ok(read) = tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, limit)).await else {
            let message = format!("The body did not arrive within {} seconds.", BODY_TIMEOUT.as_secs());
            return refused(Malformed { status: StatusCode::REQUEST_TIMEOUT, error: Error::input(message) }, media);
        };
        read.ok()
    };
    let Some(bytes) = bytes else {
        let error = Error::input(format!(
            "The body is longer than {limit} bytes, the most this server takes (setting `server.body_limit`)."
        ));
        return refused(Malformed { status: StatusCode::PAYLOAD_TOO_LARGE, error }, media);
    };
    match request::from_json(&bytes) {
        Ok(request) => answer(&shared, &headers, request, false, media).await,
        Err(malformed) => refused(malformed, media),
    }
}

async fn answer(
    shared: &Shared,
    headers: &HeaderMap,
    request: GraphQlRequest,
    read_only: bool,
    media: &'static str,
) -> Response {
    let asker = match request::asker(headers, shared.engine.keys(), read_only) {
        Ok(asker) => asker,
        Err(malformed) => return refused(malformed, media),
    };
    let Answer { body, request_error, refused_mutation } = shared.engine.execute(request, &asker).await;
    let status = match (refused_mutation, request_error, media) {
        (true, ..) => StatusCode::METHOD_NOT_ALLOWED,
        // `application/json` keeps to 200 for well-formed requests, as clients of old expect.
        (false, true, GRAPHQL_RESPONSE) => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let mut response = respond(status, media, body);
    if refused_mutation {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

fn refused(malformed: Malformed, media: &'static str) -> Response {
    let errors = serde_json::json!({"errors": [malformed.error]});
    let mut response = respond(malformed.status, media, errors.to_string().into_bytes());
    if malformed.status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn respond(status: StatusCode, media: &'static str, body: Vec<u8>) -> Response {
    let content = if media == GRAPHQL_RESPONSE {
        "application/graphql-response+json; charset=utf-8"
    } else {
        "application/json; charset=utf-8"
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("Accept, Authorization")),
    ];
    (status, headers, body).into_response()
}

/// The media type of the answer: the first acceptable one that the client names; `application/json` where it names
/// none, as older clients do.
fn media_type(headers: &HeaderMap) -> Result<&'static str, Box<Response>> {
    let Some(accept) = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()) else { return Ok(JSON) };
    let mut best: Option<(f32, &'static str)> = None;
    for part in accept.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let name = pieces.next().unwrap_or_default().to_ascii_lowercase();
        let quality = pieces.find_map(|p| p.strip_prefix("q=")).and_then(|q| q.parse().ok()).unwrap_or(1.0);
        let media = match name.as_str() {
            GRAPHQL_RESPONSE => GRAPHQL_RESPONSE,
            JSON | "*/*" | "application/*" => JSON,
            _ => continue,
        };
        if quality > 0.0 && best.is_none_or(|(q, _)| quality > q) {
            best = Some((quality, media));
        }
    }
    best.map(|(_, media)| media).ok_or_else(|| {
        let error =
            Error::input(format!("The answer can be had as {GRAPHQL_RESPONSE} or {JSON}: name one in `Accept`."));
        Box::new(refused(Malformed { status: StatusCode::NOT_ACCEPTABLE, error }, JSON))
    })
}
