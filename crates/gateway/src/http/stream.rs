//! Answers as server-sent events: GraphQL over SSE in its mode of distinct connections, one operation each. The id of an
//! event is its cursor, so that a browser that comes back (`Last-Event-ID`) goes on where it was.

use super::request::{self, Malformed, malformed};
use crate::{
    auth::Keys,
    engine::{Engine, Subscription, Told},
    error::Error,
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use kontor_domain::events::Cursor;
use serde_json::json;
use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::mpsc;

pub(super) const EVENT_STREAM: &str = "text/event-stream";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Silence after which proxies are told that the stream lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a client may take no event that waits for it.
const SLOWEST: Duration = Duration::from_secs(30);

/// Where the client was when its last stream ended.
pub(super) fn last_event(headers: &HeaderMap) -> Result<Option<Cursor>, Malformed> {
    let Some(given) = headers.get(&LAST_EVENT_ID).filter(|value| !value.is_empty()) else { return Ok(None) };
    let cursor = given.to_str().ok().and_then(|text| text.parse().ok());
    cursor.map(Some).ok_or_else(|| malformed("`Last-Event-ID` must be the id of an event of this API's."))
}

/// An answer that is whole already.
pub(super) fn once(body: &[u8]) -> Response {
    respond(Body::from(complete(body)))
}

/// What a subscription ends with that cannot go on.
fn last(errors: &[Error]) -> Bytes {
    complete(json!({"errors": errors}).to_string().as_bytes()).into()
}

fn complete(body: &[u8]) -> Vec<u8> {
    let mut text = frame(None, body);
    text.extend_from_slice(b"event: complete\ndata:\n\n");
    text
}

/// A subscription, until the client goes, its token ends, or the server stops.
pub(super) fn subscribed(engine: Arc<Engine>, headers: &HeaderMap, subscription: Box<Subscription>) -> Response {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(send(engine, request::lasting(headers), subscription, sender));
    respond(Body::from_stream(Parts(receiver)))
}

async fn send(
    engine: Arc<Engine>,
    headers: HeaderMap,
    mut subscription: Box<Subscription>,
    sender: mpsc::Sender<Bytes>,
) {
    loop {
        let part = tokio::select! {
            told = subscription.next() => match told {
                Told::Event(told) => Bytes::from(frame(Some(told.cursor), &told.body)),
                Told::State(body) => Bytes::from(frame(None, &body)),
                Told::Ended(errors) => {
                    let _ = sender.send_timeout(last(&errors), SLOWEST).await;
                    return;
                }
                Told::Stopped => return,
            },
            () = tokio::time::sleep(KEEP_ALIVE) => Bytes::from_static(b":\n\n"),
            () = sender.closed() => return,
        };
        // It comes back with a new token, and goes on behind what it has got.
        let sent = is_signed_in(&headers, engine.keys()) && sender.send_timeout(part, SLOWEST).await.is_ok();
        if !sent {
            return;
        }
    }
}

fn is_signed_in(headers: &HeaderMap, keys: &Keys) -> bool {
    request::asker(headers, keys, true).is_ok_and(|asker| asker.caller.is_some())
}

fn frame(cursor: Option<Cursor>, body: &[u8]) -> Vec<u8> {
    let mut text = b"event: next\n".to_vec();
    if let Some(cursor) = cursor {
        text.extend_from_slice(format!("id: {cursor}\n").as_bytes());
    }
    text.extend_from_slice(b"data: ");
    text.extend_from_slice(body);
    text.extend_from_slice(b"\n\n");
    text
}

fn respond(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::VARY, HeaderValue::from_static("Accept, Authorization")),
        // Proxies that gather answers would keep events back.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, body).into_response()
}

/// The parts of a stream as they come.
struct Parts(mpsc::Receiver<Bytes>);

impl futures_core::Stream for Parts {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|part| part.map(Ok))
    }
}
