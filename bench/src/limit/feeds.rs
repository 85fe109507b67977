//! A bare broadcast over axum's WebSockets: what is posted goes to every socket as it is.

use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    routing::{get, post},
};
use tokio::sync::broadcast;

/// Messages that a socket may be behind; nothing here is told twice or missed, as one follows the other.
const QUEUE: usize = 16;
/// As Kontor has it, since axum's own 128 KiB would be all that is measured.
const READ_BUFFER: usize = 4_096;

/// `GET /feed` upgrades, `POST /publish` sends.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let messages: broadcast::Sender<Utf8Bytes> = broadcast::Sender::new(QUEUE);
    Router::new().route("/feed", get(open)).route("/publish", post(publish)).with_state(messages)
}

async fn open(
    State(messages): State<broadcast::Sender<Utf8Bytes>>,
    upgrade: WebSocketUpgrade,
) -> axum::response::Response {
    upgrade.read_buffer_size(READ_BUFFER).on_upgrade(move |socket| forward(socket, messages.subscribe()))
}

async fn forward(mut socket: WebSocket, mut messages: broadcast::Receiver<Utf8Bytes>) {
    loop {
        tokio::select! {
            message = messages.recv() => {
                let Ok(message) = message else { return };
                if socket.send(Message::Text(message)).await.is_err() {
                    return;
                }
            }
            received = socket.recv() => {
                if !matches!(received, Some(Ok(_))) {
                    return;
                }
            }
        }
    }
}

async fn publish(State(messages): State<broadcast::Sender<Utf8Bytes>>, body: String) -> &'static str {
    // Before the first socket there is nobody to tell.
    let _ = messages.send(body.into());
    "{\"data\":null}"
}
