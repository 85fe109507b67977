//! GraphQL over HTTP, and whether the server is alive.

mod batch;
mod body;
mod cors;
mod download;
mod graphql;
mod multipart;
mod oidc;
mod proxies;
mod ready;
mod request;
mod security;
mod serve;
mod socket;
mod status;
mod stream;
mod transport;

pub use cors::Origins;
pub use proxies::Proxies;
pub use serve::{Connections, serve};
pub use transport::Transport;

use crate::{
    engine::Engine,
    persisted::{Documents, Persisted},
};
use axum::{
    Router,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use ready::Readiness;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// The header that a request is found again by, in the log and in errors.
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The header by which an administrator asks what a request did.
static TRACE: HeaderName = HeaderName::from_static("x-kontor-trace");

/// The header that makes a repeated request answer with the first one's stored result
/// (draft-ietf-httpapi-idempotency-key-header).
static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header of an answer that was stored.
static IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What an operator decides about the transport.
pub struct Options {
    /// Bytes of a request's body, but for files.
    pub body_limit: usize,
    /// Longest time for such a body to arrive.
    pub body_timeout: Duration,
    /// Requests that one body may hold; with 0 it holds no list of them.
    pub batch: usize,
    /// WebSockets at a time; further ones are refused.
    pub sockets: usize,
    /// Documents that requests may name.
    pub persisted: Persisted,
    /// Sites whose pages may use the API.
    pub origins: Origins,
    /// Whether administrators may ask what a request does.
    pub trace: bool,
    /// Proxies in front of the server.
    pub proxies: Proxies,
    /// Whether browsers are told to come over TLS only.
    pub tls: bool,
    /// Pages that are served beside the API.
    pub pages: Router,
}

impl Default for Options {
    fn default() -> Self {
        let persisted = Persisted::automatic(Documents::new());
        Self {
            body_limit: 1 << 20,
            body_timeout: Duration::from_secs(30),
            batch: 0,
            sockets: 20_000,
            persisted,
            origins: Origins::default(),
            trace: true,
            proxies: Proxies::default(),
            tls: false,
            pages: Router::new(),
        }
    }
}

/// What every handler has: one count for all of it, since each request takes it along.
pub(crate) type Shared = Arc<Server>;

/// What there is once in a server.
pub(crate) struct Server {
    engine: Arc<Engine>,
    options: Options,
    readiness: Readiness,
    /// Places for sockets.
    sockets: Arc<Semaphore>,
}

/// The routes, and behind them the pages.
fn routes(engine: Arc<Engine>, mut options: Options) -> Router {
    let sockets = Arc::new(Semaphore::new(options.sockets));
    let pages = std::mem::take(&mut options.pages);
    Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/files/{id}", get(download::get))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready::get))
        .route("/status", get(status::get))
        .route("/.well-known/jwks.json", get(keys))
        .route("/auth/oidc/login", get(oidc::login))
        .route("/auth/oidc/callback", get(oidc::callback))
        .with_state(Arc::new(Server { engine, options, readiness: Readiness::default(), sockets }))
        .merge(pages)
}

/// The public keys that access tokens are checked with (RFC 7517), for services beside this one.
async fn keys(State(shared): State<Shared>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (headers, shared.engine.keys().published().to_string()).into_response()
}
