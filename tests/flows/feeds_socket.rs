//! graphql-transport-ws: what each message is answered with, and why a socket is closed.

use crate::support::{App, User, backends};
use futures_util::{SinkExt as _, StreamExt as _};
use kontor_domain::events;
use kontor_gateway::http::{Connections, Options, Transport, serve};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

/// A server on a port of its own.
pub(super) struct Listening {
    pub(super) app: App,
    pub(super) user: User,
    address: SocketAddr,
}

impl Listening {
    pub(super) async fn new(backend: crate::support::Backend) -> Self {
        Self::over(App::new(backend).await).await
    }

    pub(super) async fn over(app: App) -> Self {
        Self::with(app, Options::default()).await
    }

    async fn with(app: App, options: Options) -> Self {
        let user = app.user("acme").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let transport = Transport::new(app.engine.clone(), options);
        tokio::spawn(serve(listener, transport, Connections::default(), std::future::pending()));
        Self { app, user, address }
    }

    fn token(&self) -> String {
        self.app.engine.keys().issue(self.user.id, self.user.org, "admin", uuid::Uuid::nil()).0
    }

    async fn open_as(&self, protocol: Option<&str>) -> Socket {
        let mut request = format!("ws://{}/graphql", self.address).into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (socket, _) = client_async(request, stream).await.unwrap();
        Socket(socket)
    }

    /// A socket that says nothing yet.
    pub(super) async fn open(&self) -> Socket {
        self.open_as(Some("graphql-transport-ws")).await
    }

    /// A socket of the administrator.
    pub(super) async fn ready(&self) -> Socket {
        let mut socket = self.open().await;
        let payload = json!({"Authorization": format!("Bearer {}", self.token())});
        socket.say(json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }

    /// A feed from here on, whenever the server comes to it.
    pub(super) async fn feed(&self) -> String {
        let now = events::last(self.app.engine.store()).await.unwrap();
        format!("subscription {{ accountEvents(after: \"{now}\") {{ cursor after }} }}")
    }

    async fn create(&self, name: &str) {
        let query = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
        self.app.data(&self.user, query, json!({"n": name})).await;
    }
}

pub(super) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    pub(super) async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({"type": "subscribe", "id": id, "payload": {"query": query}})).await;
    }

    async fn message(&mut self) -> Message {
        let message = tokio::time::timeout(Duration::from_secs(60), self.0.next());
        message.await.expect("the server says something").expect("the socket is open").unwrap()
    }

    pub(super) async fn hear(&mut self) -> Value {
        self.hear_or_end().await.unwrap_or_else(|end| panic!("{end:?} instead of a message"))
    }

    /// The next message, or the code and the reason that the socket is closed with.
    pub(super) async fn hear_or_end(&mut self) -> Result<Value, (u16, String)> {
        loop {
            match self.message().await {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => {
                    let frame = frame.expect("a close has its reason");
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?} is not of this protocol"),
            }
        }
    }

    /// The name of the account that an operation tells of.
    pub(super) async fn name(&mut self, id: &str) -> Value {
        let message = self.hear().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        message["payload"]["data"]["accountEvents"]["after"]["name"].clone()
    }

    /// The code that the socket is closed with.
    pub(super) async fn code(&mut self) -> u16 {
        match self.hear_or_end().await {
            Ok(message) => panic!("{message} instead of the end"),
            Err((code, _)) => code,
        }
    }
}

const FEED: &str = "subscription { accountEvents { cursor after } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_so_many_sockets_and_no_more() {
    let app = App::new(crate::support::Backend::Sqlite).await;
    let server = Listening::with(app, Options { sockets: 1, ..Options::default() }).await;
    let mut first = server.ready().await;
    let request = || format!("ws://{}/graphql", server.address).into_client_request().unwrap();
    let stream = TcpStream::connect(server.address).await.unwrap();
    let refused = client_async(request(), stream).await.unwrap_err();
    let tokio_tungstenite::tungstenite::Error::Http(refused) = refused else { panic!("{refused}") };
    assert_eq!(refused.status(), 503);
    // The first is not disturbed, and makes room when it goes.
    first.subscribe("1", "{ __typename }").await;
    assert_eq!(first.hear().await["payload"]["data"]["__typename"], "Query");
    drop(first);
    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let stream = TcpStream::connect(server.address).await.unwrap();
        match client_async(request(), stream).await {
            Ok(_) => break,
            Err(error) => assert!(std::time::Instant::now() < end, "{error}"),
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_socket_has_several_operations() {
    for backend in backends() {
        let server = Listening::new(backend).await;
        let mut socket = server.ready().await;
        socket.say(json!({"type": "ping", "payload": {"n": 1}})).await;
        assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"n": 1}}));
        socket.subscribe("feed", &server.feed().await).await;
        socket.subscribe("query", "{ me { id } }").await;
        let answer = socket.hear().await;
        assert_eq!((&answer["type"], &answer["id"]), (&json!("next"), &json!("query")), "{backend:?}");
        assert_eq!(answer["payload"]["data"]["me"]["id"], json!(server.user.id));
        assert_eq!(socket.hear().await, json!({"type": "complete", "id": "query"}));
        // An id is free again after its operation, and a mutation is as good as any.
        socket.subscribe("query", "mutation { createAccount(input: {name: \"One\"}) { name } }").await;
        let mut heard = [socket.hear().await, socket.hear().await, socket.hear().await];
        heard.sort_by_key(|message| (message["id"].to_string(), message["type"] == "complete"));
        assert_eq!(heard[0]["payload"]["data"]["accountEvents"]["after"]["name"], "One");
        assert_eq!(heard[1]["payload"]["data"]["createAccount"]["name"], "One");
        assert_eq!(heard[2], json!({"type": "complete", "id": "query"}));

        socket.subscribe("wrong", "{ nothing }").await;
        let refused = socket.hear().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("wrong")));
        assert_eq!(refused["payload"][0]["extensions"]["code"], "BAD_USER_INPUT");

        socket.say(json!({"type": "complete", "id": "feed"})).await;
        // Messages are read in order, so that the feed has ended when this is answered.
        socket.say(json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await, json!({"type": "pong"}));
        server.create("Two").await;
        socket.subscribe("feed", FEED).await;
        socket.subscribe("again", "{ __typename }").await;
        assert_eq!(socket.hear().await["id"], "again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_goes_on_behind_a_cursor_on_another_socket() {
    for backend in backends() {
        let server = Listening::new(backend).await;
        let mut socket = server.ready().await;
        socket.subscribe("1", &server.feed().await).await;
        server.create("One").await;
        let first = socket.hear().await;
        let cursor = first["payload"]["data"]["accountEvents"]["cursor"].as_str().unwrap().to_owned();
        drop(socket);
        server.create("Two").await;
        let mut socket = server.ready().await;
        let resumed = format!("subscription {{ accountEvents(after: \"{cursor}\") {{ after }} }}");
        socket.subscribe("2", &resumed).await;
        server.create("Three").await;
        assert_eq!((socket.name("2").await, socket.name("2").await), (json!("Two"), json!("Three")), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_is_closed_with_a_code_that_says_why() {
    for backend in backends() {
        let server = Listening::new(backend).await;
        let init = || json!({"type": "connection_init"});
        let subscribe = || json!({"type": "subscribe", "id": "1", "payload": {"query": FEED}});
        let cases = [
            (vec![json!({"type": "nonsense"})], 4400),
            (vec![json!(["not", "an", "object"])], 4400),
            (vec![json!({"type": "subscribe", "payload": {"query": FEED}})], 4400),
            (vec![json!({"type": "subscribe", "id": "1", "payload": {}})], 4400),
            (vec![subscribe()], 4401),
            (vec![json!({"type": "connection_init", "payload": {"token": "nonsense"}})], 4403),
            (vec![init(), init()], 4429),
        ];
        for (messages, code) in cases {
            let mut socket = server.open().await;
            let accepted = messages.len() - 1;
            for message in &messages {
                socket.say(message.clone()).await;
            }
            for _ in 0..accepted {
                assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
            }
            assert_eq!(socket.code().await, code, "{backend:?} {messages:?}");
        }
        let mut socket = server.ready().await;
        socket.subscribe("1", FEED).await;
        socket.subscribe("1", FEED).await;
        assert_eq!(socket.code().await, 4409);
        let mut other = server.open_as(None).await;
        assert_eq!(other.code().await, 4406);
        let mut silent = server.open().await;
        assert_eq!(silent.code().await, 4408);
        // Who is signed in learns that the server stops.
        let mut socket = server.ready().await;
        socket.subscribe("1", FEED).await;
        server.app.engine.stop_feeds();
        assert_eq!(socket.code().await, 1012);
        drop(socket);
        server.app.engine.feeds_ended().await;
    }
}
