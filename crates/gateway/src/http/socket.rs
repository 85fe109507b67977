//! WebSockets: the sub-protocol graphql-transport-ws, with several operations on one socket.
//! <https://github.com/enisdenj/graphql-ws/blob/master/PROTOCOL.md>

mod message;
mod operation;

use super::{
    Shared, graphql,
    request::{self, Malformed},
};
use crate::{
    engine::Asker,
    error::{Code, Error},
    feeds::Turn,
};
use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use futures_util::SinkExt as _;
use kontor_domain::events::Cursor;
use message::Incoming;
use operation::Operations;
use rand::Rng as _;
use serde_json::json;
use std::{convert::Infallible, net::IpAddr, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, error::Elapsed, interval, sleep, timeout},
};

/// Name of the sub-protocol.
const PROTOCOL: &str = "graphql-transport-ws";
/// How long a client may take to introduce itself.
const INIT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long somebody may stay who has not said who it is: feeds are for others.
const STRANGER: Duration = Duration::from_secs(60);
/// Time between two pings; a client that is silent for three of them is gone.
const PING: Duration = Duration::from_secs(15);
/// How long a client may take no message that waits for it.
const SLOWEST: Duration = Duration::from_secs(30);
/// How long the last frame may take.
const FAREWELL: Duration = Duration::from_secs(1);
/// The clients of a server that stops are sent away one after the other, so that they do not come back all at once.
const SPREAD: Duration = Duration::from_secs(3);
/// Messages that are flushed together at most.
const TOGETHER: usize = 64;
/// How long a token that was good is taken for good.
const TRUSTED: Duration = Duration::from_secs(1);
/// Bytes that a socket keeps for reading: most are idle.
const READ_BUFFER: usize = 4_096;

/// Why the server closes a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Close {
    code: u16,
    reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// Takes a socket over from HTTP.
pub(super) fn open(
    shared: Shared,
    headers: &HeaderMap,
    address: Option<IpAddr>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Ok(place) = shared.sockets.clone().try_acquire_owned() else {
        let most = shared.options.sockets;
        let message = format!(
            "The server has {most} sockets, the most that it takes (setting `limits.sockets`): come back later, or use the stream (`Accept: text/event-stream`)."
        );
        let error = Error::new(Code::RateLimited, message).with("limit", json!({"name": "sockets", "most": most}));
        return graphql::refused(Malformed { status: StatusCode::SERVICE_UNAVAILABLE, error }, graphql::JSON);
    };
    let limit = shared.options.body_limit;
    let upgrade = upgrade.protocols([PROTOCOL]).read_buffer_size(READ_BUFFER).max_message_size(limit);
    let agreed = upgrade.selected_protocol().is_some();
    // An Idempotency-Key, which is not among them, could not stand for all operations of a socket.
    let headers = request::lasting(headers);
    upgrade.on_upgrade(move |mut socket| async move {
        let _place = place;
        let close = if agreed {
            let mut session = Session { shared, headers, address, ready: false, stranger: true, known: Instant::now() };
            let Err(end) = session.run(&mut socket).await;
            end
        } else {
            Some(Close::new(4406, "Subprotocol not acceptable"))
        };
        if let Some(Close { code, reason }) = close {
            let frame = CloseFrame { code, reason: reason.into() };
            let _ = timeout(FAREWELL, socket.send(Message::Close(Some(frame)))).await;
            // The other end answers with the same, or has gone.
            let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
        }
    })
}

struct Session {
    shared: Shared,
    /// Those of the upgrade, with the token that the client has introduced itself with.
    headers: HeaderMap,
    address: Option<IpAddr>,
    /// Whether it has.
    ready: bool,
    /// Whether nobody is signed in.
    stranger: bool,
    /// When its token was found good.
    known: Instant,
}

impl Session {
    /// Serves until the client has gone, or for a reason to send it away.
    async fn run(&mut self, socket: &mut WebSocket) -> Result<Infallible, Option<Close>> {
        let mut operations = Operations::default();
        let mut turns = self.shared.engine.turns();
        let mut pings = interval(PING);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let opened = Instant::now();
        let mut heard = opened;
        loop {
            tokio::select! {
                received = socket.recv() => {
                    heard = Instant::now();
                    match received {
                        Some(Ok(Message::Text(text))) => {
                            if let Some(answer) = self.receive(&text, &mut operations)? {
                                send(socket, Message::text(answer), operations.last_cursor()).await?;
                            }
                        }
                        Some(Ok(Message::Binary(_))) => return Err(Some(Close::new(4400, "Messages are texts"))),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(None),
                    }
                }
                messages = operations.next() => {
                    // What was asked for as somebody is not told to nobody.
                    if self.known.elapsed() > TRUSTED {
                        self.asker()?;
                    }
                    send_all(socket, messages, &mut operations).await?;
                }
                _ = pings.tick() => {
                    if heard.elapsed() > 3 * PING {
                        return Err(None);
                    }
                    if let Err(close) = self.asker() {
                        let warning = message::ping("The token has ended.");
                        send(socket, Message::text(warning), operations.last_cursor()).await?;
                        return Err(Some(close));
                    }
                    send(socket, Message::Ping(Bytes::new()), operations.last_cursor()).await?;
                }
                () = sleep(INIT_TIMEOUT.saturating_sub(opened.elapsed())), if !self.ready => {
                    return Err(Some(Close::new(4408, "Connection initialisation timeout")));
                }
                () = sleep(STRANGER.saturating_sub(opened.elapsed())), if self.stranger => {
                    return Err(Some(Close::new(4401, "Unauthorized: nobody has signed in for a minute")));
                }
                () = end(&mut turns) => {
                    sleep(a_while()).await;
                    return Err(Some(Close::new(1012, "The server restarts: come back.")));
                }
            }
        }
    }

    /// Does what a message says; gives what is answered at once.
    fn receive(&mut self, text: &str, operations: &mut Operations) -> Result<Option<String>, Close> {
        match message::parse(text).map_err(|reason| Close::new(4400, reason))? {
            Incoming::Init(_) if self.ready => Err(Close::new(4429, "Too many initialisation requests")),
            Incoming::Init(token) => {
                if let Some(token) = token {
                    let value = HeaderValue::try_from(token).map_err(|_| forbidden())?;
                    self.headers.insert(header::AUTHORIZATION, value);
                }
                self.asker()?;
                self.ready = true;
                Ok(Some(message::ack()))
            }
            Incoming::Ping(payload) => Ok(Some(message::pong(payload))),
            Incoming::Pong => Ok(None),
            Incoming::Subscribe { .. } if !self.ready => Err(Close::new(4401, "Unauthorized")),
            Incoming::Subscribe { id, .. } if operations.is_running(&id) => {
                // A reason has 123 bytes at most.
                let id: String = id.chars().take(20).collect();
                Err(Close::new(4409, format!("Subscriber for {id} already exists")))
            }
            Incoming::Subscribe { id, envelope } => {
                let asker = self.asker()?;
                Ok(operations.begin(&self.shared, asker, id, *envelope))
            }
            Incoming::Complete(id) => {
                operations.end(&id);
                Ok(None)
            }
        }
    }

    /// Who asks, as long as the token is good.
    fn asker(&mut self) -> Result<Asker, Close> {
        let asker = request::asker(&self.headers, self.shared.engine.keys(), false).map_err(|_| forbidden())?;
        self.known = Instant::now();
        self.stranger = asker.caller.is_none();
        Ok(Asker { address: self.address, ..asker })
    }
}

/// Other for each socket.
fn a_while() -> Duration {
    rand::rng().random_range(Duration::ZERO..SPREAD)
}

/// Waits until feeds are to end.
async fn end(turns: &mut watch::Receiver<Turn>) {
    // Its other end lives as long as the server.
    let _ = turns.wait_for(|turn| turn.stopped).await;
}

fn forbidden() -> Close {
    Close::new(4403, "Forbidden: the token is not valid any more, or never was")
}

/// Sends a message, unless the client takes none.
async fn send(socket: &mut WebSocket, message: Message, last: Option<Cursor>) -> Result<(), Option<Close>> {
    let sent = timeout(SLOWEST, socket.send(message)).await;
    taken(sent, last)
}

/// Sends messages, and those that are ready by then, in one go.
async fn send_all(
    socket: &mut WebSocket,
    mut messages: Vec<String>,
    operations: &mut Operations,
) -> Result<(), Option<Close>> {
    let mut count = 0;
    loop {
        count += messages.len();
        for message in messages {
            let fed = timeout(SLOWEST, socket.feed(Message::text(message))).await;
            taken(fed, operations.last_cursor())?;
        }
        operations.given();
        match operations.ready() {
            Some(more) if count < TOGETHER => messages = more,
            Some(more) => {
                messages = more;
                count = 0;
                taken(timeout(SLOWEST, socket.flush()).await, operations.last_cursor())?;
            }
            None => return taken(timeout(SLOWEST, socket.flush()).await, operations.last_cursor()),
        }
    }
}

/// Whether the client has taken a message; one that takes none is told where to go on.
fn taken(sent: Result<Result<(), axum::Error>, Elapsed>, last: Option<Cursor>) -> Result<(), Option<Close>> {
    match sent {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(None),
        Err(Elapsed { .. }) => {
            let cursor = last.map(|cursor| format!(", go on behind {cursor}"));
            Err(Some(Close::new(4290, format!("Too slow{}", cursor.unwrap_or_default()))))
        }
    }
}
