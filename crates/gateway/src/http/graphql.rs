//! `/graphql`.

use super::{
    Shared, batch,
    body::{self, Unread},
    multipart,
    request::{self, Envelope, Malformed},
    serve::Peer,
    socket,
    stream::{self, EVENT_STREAM},
};
use crate::{
    engine::{Asker, Begun, GraphQlRequest, Outcome},
    error::Error,
    files::Staged,
    persisted::Resolved,
};
use axum::{
    Extension,
    body::Body,
    extract::{
        Query, Request, State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use kontor_domain::events::Cursor;
use serde_json::json;
use std::net::IpAddr;

const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";
pub(super) const JSON: &str = "application/json";

/// A query in the URL, or a socket.
pub(super) async fn get(
    State(shared): State<Shared>,
    peer: Option<Extension<Peer>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    if let Ok(upgrade) = upgrade {
        let address = address(&shared, &headers, peer.as_deref());
        return socket::open(shared, &headers, address, upgrade);
    }
    let media = match media_type(&headers) {
        Ok(media) => media,
        Err(response) => return *response,
    };
    match request::from_query(parameters) {
        Ok(envelope) => {
            answer(&shared, &headers, address(&shared, &headers, peer.as_deref()), envelope, true, media).await
        }
        Err(malformed) => refused(malformed, media),
    }
}

/// A JSON body, or one with files. What is rare is on the heap: the future of the rest is moved there with every request.
pub(super) async fn post(State(shared): State<Shared>, request: Request) -> Response {
    // Taken apart here: the extractor of headers copies them.
    let (Parts { headers, extensions, .. }, body) = request.into_parts();
    let address = address(&shared, &headers, extensions.get());
    let media = match media_type(&headers) {
        Ok(media) => media,
        Err(response) => return *response,
    };
    let content = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (kind, parameters) = content.split_once(';').unwrap_or((content, ""));
    if kind.trim().eq_ignore_ascii_case(multipart::MEDIA_TYPE) {
        return Box::pin(post_files(&shared, &headers, address, (content, body), media)).await;
    }
    let charset = parameters.split(';').find_map(|p| p.trim().strip_prefix("charset="));
    if !kind.trim().eq_ignore_ascii_case(JSON)
        || charset.is_some_and(|c| !c.trim_matches('"').eq_ignore_ascii_case("utf-8"))
    {
        let error = Error::input("Send the request as `Content-Type: application/json`, in UTF-8.");
        return refused(Malformed { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, error }, media);
    }
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let error =
            Error::input("Send the body as it is: this server takes none that is compressed (`Content-Encoding`).");
        return refused(Malformed { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, error }, media);
    }
    let limit = shared.options.body_limit;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let longest = shared.options.body_timeout;
    let read = match announced.is_some_and(|length| length > limit) {
        true => Ok(Err(Unread::TooLong)),
        false => tokio::time::timeout(longest, body::read(body, limit)).await,
    };
    let bytes = match read {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(unread)) => return refused(unread_body(&unread, limit, announced), media),
        Err(_) => {
            let message = format!(
                "The body did not arrive within {} seconds (setting `server.body_timeout`).",
                longest.as_secs_f64()
            );
            return refused(Malformed { status: StatusCode::REQUEST_TIMEOUT, error: Error::input(message) }, media);
        }
    };
    if batch::is_one(&bytes) {
        return match request::asker(&headers, shared.engine.keys(), false) {
            Ok(asker) => Box::pin(batch::answer(&shared, &Asker { address, ..asker }, &bytes, media)).await,
            Err(malformed) => refused(malformed, media),
        };
    }
    match request::from_json(&bytes) {
        Ok(envelope) => answer(&shared, &headers, address, envelope, false, media).await,
        Err(malformed) => refused(malformed, media),
    }
}

/// What is answered to a body that was not read to its end.
fn unread_body(unread: &Unread, most: usize, announced: Option<usize>) -> Malformed {
    let (status, error) = match unread {
        Unread::TooLong => {
            let message = format!(
                "The body is longer than {most} bytes, the most this server takes (setting `server.body_limit`): send less at a time."
            );
            let limit = json!({"name": "body", "most": most, "found": announced});
            (StatusCode::PAYLOAD_TOO_LARGE, Error::input(message).with("limit", limit))
        }
        Unread::InPieces => {
            let message = "The body comes in too many pieces for its length: send more bytes in each chunk.";
            let limit = json!({"name": "bodyPieces", "most": body::PIECES});
            (StatusCode::BAD_REQUEST, Error::input(message).with("limit", limit))
        }
        Unread::Broken => (StatusCode::BAD_REQUEST, Error::input("The body ended before all of it had arrived.")),
    };
    Malformed { status, error }
}

/// The address that a request came from.
pub(super) fn address(shared: &Shared, headers: &HeaderMap, peer: Option<&Peer>) -> Option<IpAddr> {
    peer.map(|peer| shared.options.proxies.client(peer.address, headers))
}

/// Who sends files is known before the first of them is taken.
async fn post_files(
    shared: &Shared,
    headers: &HeaderMap,
    address: Option<IpAddr>,
    (content, body): (&str, Body),
    media: &'static str,
) -> Response {
    let asker = match request::asker(headers, shared.engine.keys(), false) {
        Ok(asker) if asker.caller.is_some() => Asker { address, ..asker },
        Ok(_) => {
            return refused(Malformed { status: StatusCode::UNAUTHORIZED, error: Error::unauthenticated() }, media);
        }
        Err(malformed) => return refused(malformed, media),
    };
    // What is taken in is charged for before it is.
    if let Err(error) = shared.engine.charge(&asker, 1) {
        return too_many(error, media);
    }
    match multipart::read(shared, content, body).await {
        Ok((envelope, uploads)) => execute(shared, headers, &asker, envelope, uploads, media).await,
        Err(malformed) => refused(malformed, media),
    }
}

async fn answer(
    shared: &Shared,
    headers: &HeaderMap,
    address: Option<IpAddr>,
    envelope: Envelope,
    read_only: bool,
    media: &'static str,
) -> Response {
    match request::asker(headers, shared.engine.keys(), read_only) {
        Ok(asker) => execute(shared, headers, &Asker { address, ..asker }, envelope, Vec::new(), media).await,
        Err(malformed) => refused(malformed, media),
    }
}

async fn execute(
    shared: &Shared,
    headers: &HeaderMap,
    asker: &Asker,
    envelope: Envelope,
    uploads: Vec<Staged>,
    media: &'static str,
) -> Response {
    let trace = match request::trace(headers, asker, shared.options.trace) {
        Ok(trace) => trace,
        Err(malformed) => return refused(malformed, media),
    };
    let after = if media == EVENT_STREAM {
        match stream::last_event(headers) {
            Ok(after) => Some(after),
            Err(malformed) => return refused(malformed, media),
        }
    } else {
        None
    };
    let begun = match handle(shared, asker, envelope, Handled { uploads, trace, after, charged: false }).await {
        Ok(begun) => begun,
        Err(error) => return refused(Malformed { status: of_request_error(media), error }, media),
    };
    let outcome = if let Begun::Answered(answer) = &begun { answer.outcome } else { Outcome::Executed };
    let answer = match begun {
        Begun::Answered(answer) => answer,
        Begun::Subscribed(subscription) => {
            return stream::subscribed(shared.engine.clone(), headers, subscription);
        }
    };
    let status = match outcome {
        Outcome::Executed | Outcome::Replayed => StatusCode::OK,
        Outcome::RequestError => of_request_error(media),
        Outcome::RefusedMutation => StatusCode::METHOD_NOT_ALLOWED,
        Outcome::KeyReused if media != JSON => StatusCode::UNPROCESSABLE_ENTITY,
        Outcome::TooEarly(_) if media == GRAPHQL_RESPONSE => StatusCode::TOO_MANY_REQUESTS,
        Outcome::KeyReused | Outcome::TooEarly(_) => StatusCode::OK,
        // Nothing was executed, whatever it was: that is no matter of GraphQL.
        Outcome::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
    };
    let body = answer.into_bytes();
    let mut response = match (media, status) {
        (EVENT_STREAM, StatusCode::OK) => stream::once(&body),
        _ => respond(status, media, body),
    };
    match outcome {
        Outcome::RefusedMutation => {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        Outcome::Replayed => {
            response.headers_mut().insert(super::IDEMPOTENT_REPLAYED.clone(), HeaderValue::from_static("true"));
        }
        Outcome::TooEarly(seconds) | Outcome::RateLimited(seconds) => {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        _ => {}
    }
    response
}

/// How a request is handled besides what it says.
#[derive(Default)]
pub(super) struct Handled {
    /// Files that came with it.
    pub(super) uploads: Vec<Staged>,
    /// Whether it tells what was done.
    pub(super) trace: bool,
    /// That it may be a subscription, and where that goes on.
    pub(super) after: Option<Option<Cursor>>,
    /// Whether its point has been paid.
    pub(super) charged: bool,
}

/// Finds the document of a request and begins it; a text that turned out well is learnt.
///
/// # Errors
/// There is no such document, or it is not allowed.
pub(super) async fn handle(
    shared: &Shared,
    asker: &Asker,
    envelope: Envelope,
    handled: Handled,
) -> Result<Begun, Error> {
    let Envelope { query, id, operation_name, variables } = envelope;
    let persisted = &shared.options.persisted;
    let Resolved { text: query, learn } = persisted.resolve(query, id)?;
    // The request takes the text with it, and whether it is worth learning shows afterwards.
    let learnt = learn.map(|hash| (hash, query.clone()));
    let Handled { uploads, trace, after, charged } = handled;
    let request = GraphQlRequest { query, operation_name, variables, uploads, trace };
    let begun = match after {
        Some(after) => Box::pin(shared.engine.begin(request, asker.clone(), after)).await,
        None if charged => Begun::Answered(shared.engine.execute_charged(request, asker).await),
        None => Begun::Answered(shared.engine.execute(request, asker).await),
    };
    let outcome = if let Begun::Answered(answer) = &begun { answer.outcome } else { Outcome::Executed };
    if let Some((hash, text)) = learnt
        && matches!(outcome, Outcome::Executed | Outcome::Replayed | Outcome::TooEarly(_))
    {
        persisted.learn(hash, &text);
    }
    Ok(begun)
}

/// The answer to who asks too often for anything but an operation.
pub(super) fn too_many(error: Error, media: &'static str) -> Response {
    let seconds = error.retry_after().unwrap_or(1);
    let mut response = refused(Malformed { status: StatusCode::TOO_MANY_REQUESTS, error }, media);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The status of a well-formed request that cannot be executed: `application/json` keeps to 200, as clients of old
/// expect.
fn of_request_error(media: &str) -> StatusCode {
    if media == JSON { StatusCode::OK } else { StatusCode::BAD_REQUEST }
}

pub(super) fn refused(malformed: Malformed, media: &'static str) -> Response {
    let errors = json!({"errors": [malformed.error]});
    let mut response = respond(malformed.status, media, errors.to_string().into_bytes());
    if malformed.status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

pub(super) fn respond(status: StatusCode, media: &'static str, body: Vec<u8>) -> Response {
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
            EVENT_STREAM => EVENT_STREAM,
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
