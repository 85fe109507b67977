use super::{
    END, Fleet,
    log::{Filter, Told},
};
use futures_util::{SinkExt as _, StreamExt as _};
use kontor_tests::Random;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};

const FEED: &str = "subscription($a: EventCursor, $f: AccountFilter, $k: [EventKind!]) {
    accountEvents(after: $a, filter: $f, kinds: $k) { cursor kind transition recordId after } }";
/// Before everything.
const BEGINNING: &str = "MS4wLjA";

/// Follows the log from its beginning to the end, on whichever server answers, leaving in the middle now and then.
pub(super) async fn follow(fleet: Arc<Fleet>, filter: Filter, n: usize) -> Vec<Told> {
    let mut random = Random::new(n as u64);
    let mut told = Vec::new();
    loop {
        // Whatever becomes of the connection: what was told is told, and the rest is asked for again.
        match visit(&fleet, filter, &mut random, &mut told).await {
            Ok(true) => return told,
            Ok(false) | Err(_) => tokio::time::sleep(Duration::from_millis(random.below(500) as u64)).await,
        }
    }
}

/// Takes what one server tells; whether it was the end.
async fn visit(
    fleet: &Fleet,
    filter: Filter,
    random: &mut Random,
    told: &mut Vec<Told>,
) -> Result<bool, tungstenite::Error> {
    let address = fleet.any(random);
    let mut request = format!("ws://{address}/graphql").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = client_async(request, TcpStream::connect(&address).await?).await?;
    let init = json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {}", fleet.token)}});
    socket.send(Message::text(init.to_string())).await?;
    let Some(ack) = hear(&mut socket).await? else { return Ok(false) };
    assert_eq!(ack["type"], "connection_ack", "{ack}");
    let after = told.last().map_or(BEGINNING, |last| &last.cursor);
    let (condition, kinds) = filter.variables();
    let payload = json!({"query": FEED, "variables": {"a": after, "f": condition, "k": kinds}});
    let subscribe = json!({"type": "subscribe", "id": "1", "payload": payload});
    socket.send(Message::text(subscribe.to_string())).await?;
    // Some stay to the end.
    let stay = if random.chance(80) { 1 + random.below(120) } else { usize::MAX };
    let patience = Duration::from_millis(500 + random.below(5_000) as u64);
    for _ in 0..stay {
        let Ok(heard) = tokio::time::timeout(patience, hear(&mut socket)).await else { return Ok(false) };
        let Some(message) = heard? else { return Ok(false) };
        if message["type"] != "next" {
            // The server could not ask the database for something.
            return Ok(false);
        }
        let event = &message["payload"]["data"]["accountEvents"];
        let text = |key: &str| event[key].as_str().unwrap_or_else(|| panic!("{message}")).to_owned();
        let transition = match event["transition"].as_str() {
            Some("ENTERED") => "ENTERED",
            Some("UPDATED") => "UPDATED",
            Some("LEFT") => "LEFT",
            _ => panic!("{message}"),
        };
        told.push(Told { cursor: text("cursor"), record: text("recordId"), kind: text("kind"), transition });
        if event["after"]["name"] == END {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The next message, if the socket is not closed.
async fn hear(socket: &mut WebSocketStream<TcpStream>) -> Result<Option<Value>, tungstenite::Error> {
    while let Some(message) = socket.next().await {
        match message? {
            Message::Text(text) => return Ok(Some(serde_json::from_str(&text).unwrap())),
            Message::Close(_) => return Ok(None),
            _ => {}
        }
    }
    Ok(None)
}
