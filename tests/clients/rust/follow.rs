use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{ops::ControlFlow, time::Duration};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue, protocol::frame::coding::CloseCode},
};

/// Closed for a mistake of ours: coming back would not help.
const OUR_MISTAKE: [u16; 4] = [4400, 4406, 4409, 4429];
/// The server pings every 15 seconds.
const SILENCE: Duration = Duration::from_secs(60);

/// Tells `handle` of every event of a subscription, in order and each once, whatever happens to the connection, until it
/// breaks. The subscription takes `$after`; who stores the cursor with what `handle` has done goes on there after a crash,
/// too.
pub async fn follow(
    url: &str,
    token: impl AsyncFn() -> String,
    query: &str,
    mut cursor: Option<String>,
    mut handle: impl AsyncFnMut(&str, &Value) -> ControlFlow<()>,
) -> Result<(), String> {
    loop {
        match once(url, &token().await, query, &mut cursor, &mut handle).await {
            Ok(ControlFlow::Break(())) => return Ok(()),
            Ok(ControlFlow::Continue(())) => {}
            Err(mistake) => return Err(mistake),
        }
        // Not all clients of a server that has restarted at once.
        let spread = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| u64::from(time.subsec_millis()));
        sleep(Duration::from_millis(100 + spread)).await;
    }
}

/// Follows for as long as one connection lasts. Errors are refusals of the server.
async fn once(
    url: &str,
    token: &str,
    query: &str,
    cursor: &mut Option<String>,
    handle: &mut impl AsyncFnMut(&str, &Value) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, String> {
    let lost = Ok(ControlFlow::Continue(()));
    let mut request = url.into_client_request().map_err(|error| error.to_string())?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let Ok((mut socket, _)) = connect_async(request).await else { return lost };
    let introduction = json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {token}")}});
    let payload = json!({"query": query, "variables": {"after": cursor}});
    for message in [introduction, json!({"type": "subscribe", "id": "1", "payload": payload})] {
        if socket.send(Message::text(message.to_string())).await.is_err() {
            return lost;
        }
    }
    while let Ok(Some(Ok(received))) = timeout(SILENCE, socket.next()).await {
        let text = match received {
            Message::Text(text) => text,
            Message::Close(Some(frame)) => match frame.code {
                CloseCode::Library(code) if OUR_MISTAKE.contains(&code) => return Err(frame.reason.to_string()),
                _ => return lost,
            },
            _ => continue,
        };
        let message: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        match message["type"].as_str() {
            Some("next") => {
                let (answer, at) = (&message["payload"], &message["payload"]["extensions"]["cursor"]);
                let at = at.as_str().ok_or_else(|| answer["errors"].to_string())?;
                if handle(at, &answer["data"]).await.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                *cursor = Some(at.to_owned());
            }
            Some("error") => return Err(message["payload"].to_string()),
            Some("ping") if socket.send(Message::text(r#"{"type":"pong"}"#)).await.is_err() => return lost,
            _ => {}
        }
    }
    lost
}
