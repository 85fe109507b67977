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

pub use cors::Origins;
pub use proxies::Proxies;
pub use serve::{Connections, serve};

use crate::{
    engine::Engine,
    error::Error,
    persisted::{Documents, Persisted},
};
use axum::{
    Router,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
use kontor_domain::store::abandonable;
use ready::Readiness;
use serve::Peer;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;
use tower_http::{CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer};
use tracing::Instrument as _;

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

/// What every handler has.
#[derive(Clone)]
pub(crate) struct Shared {
    engine: Arc<Engine>,
    options: Arc<Options>,
    readiness: Arc<Readiness>,
    /// Places for sockets.
    sockets: Arc<Semaphore>,
}

/// `/graphql`, `/files/{id}`, `/healthz`, `/readyz`, `/status`, `/.well-known/jwks.json`, `/auth/oidc/…`, and the pages.
pub fn router(engine: Arc<Engine>, mut options: Options) -> Router {
    let (cors, tls) = (options.origins.layer(), options.tls);
    let sockets = Arc::new(Semaphore::new(options.sockets));
    let pages = std::mem::take(&mut options.pages);
    let router = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready::get))
        .route("/status", get(status::get))
        .route("/.well-known/jwks.json", get(keys))
        .route("/auth/oidc/login", get(oidc::login))
        .route("/auth/oidc/callback", get(oidc::callback))
        // Answers are text that repeats itself; the quickest level takes most of it away.
        .layer(CompressionLayer::new().gzip(true).br(true).quality(CompressionLevel::Fastest))
        .route("/files/{id}", get(download::get))
        .with_state(Shared { engine, options: Arc::new(options), readiness: Arc::default(), sockets })
        .merge(pages)
        .layer(CatchPanicLayer::custom(panicked));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router.layer(middleware::from_fn(move |request, next| identify(tls, request, next)))
}

/// A mistake of ours ends one request, not the connection; the log has the rest.
fn panicked(_payload: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    let errors = serde_json::json!({"errors": [Error::internal("see x-request-id")]});
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))];
    (StatusCode::INTERNAL_SERVER_ERROR, headers, errors.to_string()).into_response()
}

/// The public keys that access tokens are checked with (RFC 7517), for services beside this one.
async fn keys(State(shared): State<Shared>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (headers, shared.engine.keys().published().to_string()).into_response()
}

/// Gives every request an id, its own if it brings a plausible one, and logs it with what became of it. Its statements
/// end once the client has gone. Every answer says what browsers may do with it.
async fn identify(tls: bool, mut request: axum::extract::Request, next: Next) -> Response {
    let given = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok());
    let plausible =
        |id: &&str| !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let id = given.filter(plausible).map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned);
    let value = HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("unknown"));
    request.headers_mut().insert(&REQUEST_ID, value.clone());
    let span = tracing::info_span!("request", id = %id, method = %request.method(), path = request.uri().path());
    let peer = request.extensions().get::<Peer>().cloned();
    async move {
        let started = std::time::Instant::now();
        let mut response = match peer {
            Some(Peer { has_left, .. }) => abandonable(has_left, next.run(request)).await,
            None => next.run(request).await,
        };
        response.headers_mut().insert(&REQUEST_ID, value);
        security::harden(response.headers_mut(), tls);
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), micros, "answered");
        response
    }
    .instrument(span)
    .await
}
