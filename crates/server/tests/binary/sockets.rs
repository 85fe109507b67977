//! What happens to open sockets when their server is asked to stop.

use crate::support::{Database, Output, Place, Served, backends};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

const SOCKETS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_asked_to_stop_tells_each_socket_to_come_back() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let args = ["user", "create", "--email", "ada@example.com", "--org", "acme", "--database", &database.url];
        Output::of(place.command(&args).env("KONTOR_USER_PASSWORD", "correct horse")).success();
        let served = Served::start(&place, &["--database", &database.url]);
        let token = served.token("ada@example.com", "correct horse");
        let mut sockets = Vec::new();
        for _ in 0..SOCKETS {
            sockets.push(follow(&served.address, &token, "subscription { accountEvents { cursor } }").await);
        }
        served.terminate();
        for mut socket in sockets {
            loop {
                match socket.next().await.expect("it says why").unwrap() {
                    Message::Close(frame) => {
                        assert_eq!(u16::from(frame.unwrap().code), 1012, "{backend:?}");
                        break;
                    }
                    Message::Ping(_) => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        assert!(served.ended().success());
    }
}

/// The next text of a socket.
pub(crate) async fn text(socket: &mut WebSocketStream<TcpStream>) -> Value {
    loop {
        if let Message::Text(text) = socket.next().await.expect("it is open").unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

/// A socket with a feed.
pub(crate) async fn follow(address: &str, token: &str, query: &str) -> WebSocketStream<TcpStream> {
    let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = client_async(request, TcpStream::connect(address).await.unwrap()).await.unwrap();
    let subscribe = json!({"query": query});
    for message in [
        json!({"type": "connection_init", "payload": {"token": token}}),
        json!({"type": "subscribe", "id": "1", "payload": subscribe}),
    ] {
        socket.send(Message::text(message.to_string())).await.unwrap();
    }
    // Before that there may be a ping.
    while !matches!(socket.next().await.unwrap().unwrap(), Message::Text(text) if text.contains("connection_ack")) {}
    socket
}
