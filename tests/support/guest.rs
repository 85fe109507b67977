use super::App;
use kontor_gateway::{
    auth::{Mail, Mailer},
    engine::{Asker, GraphQlRequest},
};
use serde_json::Value;
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::sync::{Mutex, mpsc};

/// Somebody who comes with a token or without one, from a network address.
pub(crate) struct Guest<'a> {
    app: &'a App,
    token: Option<String>,
    address: IpAddr,
}

impl<'a> Guest<'a> {
    pub(crate) fn of(app: &'a App) -> Self {
        Self { app, token: None, address: IpAddr::from([192, 0, 2, 1]) }
    }

    pub(crate) fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub(crate) fn at(self, address: IpAddr) -> Self {
        Self { address, ..self }
    }

    /// The answer; a token that is not good is as good as none.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let request = GraphQlRequest { query: query.to_owned(), variables, ..GraphQlRequest::default() };
        let asker = Asker {
            caller: self.token.as_deref().and_then(|token| self.app.engine.keys().verify(token)),
            language: "en".to_owned(),
            request_id: "test".to_owned(),
            address: Some(self.address),
            user_agent: Some("tests".to_owned()),
            ..Asker::default()
        };
        serde_json::from_slice(&self.app.engine.execute(request, &asker).await.body).unwrap()
    }

    /// The data of an answer without errors.
    pub(crate) async fn data(&self, query: &str) -> Value {
        let answer = self.ask(query, serde_json::json!({})).await;
        assert_eq!(answer["errors"], Value::Null, "{query}: {answer}");
        answer["data"].clone()
    }

    /// The code of the first error.
    pub(crate) async fn code(&self, query: &str, variables: Value) -> String {
        let answer = self.ask(query, variables).await;
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {answer}")).to_owned()
    }
}

/// Messages that were sent, as they come.
pub(crate) struct Post {
    sent: mpsc::UnboundedSender<Mail>,
    received: Mutex<mpsc::UnboundedReceiver<Mail>>,
}

impl Default for Post {
    fn default() -> Self {
        let (sent, received) = mpsc::unbounded_channel();
        Self { sent, received: Mutex::new(received) }
    }
}

impl Mailer for Post {
    fn send(&self, mail: &Mail) -> std::io::Result<()> {
        self.sent.send(mail.clone()).map_err(std::io::Error::other)
    }
}

impl Post {
    /// Waits for the next message.
    pub(crate) async fn next(&self) -> Mail {
        self.received.lock().await.recv().await.unwrap()
    }

    /// The token in a message.
    pub(crate) fn token(mail: &Mail) -> String {
        mail.text.rsplit_once("Token: ").unwrap().1.trim().to_owned()
    }
}

/// A clock that stands still unless it is moved.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    /// At the present time.
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(kontor_domain::calendar::now())))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// µs since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn reader(&self) -> kontor_gateway::auth::Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}
