use super::{App, Backend, User};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header, request},
};
use http_body_util::BodyExt as _;
use kontor_gateway::http::{Options, Transport};
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

/// The media type of answers that have a status.
pub(crate) const RESPONSE: &str = "application/graphql-response+json";

/// The transport over an engine, without a socket, and an administrator.
pub(crate) struct Served {
    pub(crate) app: App,
    pub(crate) user: User,
    pub(crate) transport: Transport,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Served {
    pub(crate) async fn new(backend: Backend, options: Options) -> Self {
        Self::over(App::new(backend).await, options).await
    }

    pub(crate) async fn over(app: App, options: Options) -> Self {
        let user = app.user("acme").await;
        let transport = Transport::new(app.engine.clone(), options);
        Self { app, user, transport }
    }

    /// `Authorization` of a user in this role.
    pub(crate) fn bearer(&self, role: &str) -> String {
        let (token, _) = self.app.engine.keys().issue(self.user.id, self.user.org, role, Uuid::nil());
        format!("Bearer {token}")
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Received {
        let response = self.transport.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Received { status: parts.status, headers: parts.headers, body }
    }

    /// Sends JSON.
    pub(crate) async fn post(&self, body: Value) -> Received {
        self.send(post().body(Body::from(body.to_string())).unwrap()).await
    }

    /// Sends JSON as the administrator.
    pub(crate) async fn ask(&self, body: Value) -> Received {
        let request = post().header(header::AUTHORIZATION, self.bearer("admin"));
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }
}

impl Received {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The code of the first error.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let answer = self.json();
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {answer}")).to_owned()
    }
}

/// A request that is answered with a status.
pub(crate) fn post() -> request::Builder {
    Request::post("/graphql").header(header::CONTENT_TYPE, "application/json").header(header::ACCEPT, RESPONSE)
}
