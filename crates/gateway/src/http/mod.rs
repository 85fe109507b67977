//! GraphQL over HTTP, and whether the server is alive.

mod graphql;
mod request;

use crate::{engine::Engine, error::Error};
use axum::{
    Router,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
use std::sync::Arc;
use tower_http::{CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer};
use tracing::Instrument as _;

/// The header that a request is found again by, in the log and in errors.
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Limits of the transport.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body: usize,
}

/// What every handler has.
#[derive(Clone)]
pub(crate) struct Shared {
    engine: Arc<Engine>,
    limits: Limits,
}

/// `/graphql`, `/healthz`, `/readyz`.
pub fn router(engine: Arc<Engine>, limits: Limits) -> Router {
    Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .with_state(Shared { engine, limits })
        // Answers are text that repeats itself; the quickest level takes most of it away.
        .layer(CompressionLayer::new().gzip(true).br(true).quality(CompressionLevel::Fastest))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(identify))
}

/// A mistake of ours ends one request, not the connection; the log has the rest.
fn panicked(_payload: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    let errors = serde_json::json!({"errors": [Error::internal("see x-request-id")]});
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))];
    (StatusCode::INTERNAL_SERVER_ERROR, headers, errors.to_string()).into_response()
}

async fn ready(State(shared): State<Shared>) -> Response {
    match shared.engine.store().ping().await {
        Ok(()) => "ready".into_response(),
        Err(error) => {
            tracing::warn!(error = crate::error::chain(&error), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response()
        }
    }
}

/// Gives every request an id, its own if it brings a plausible one, and logs it with what became of it.
async fn identify(mut request: axum::extract::Request, next: Next) -> Response {
    let given = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok());
    let plausible =
        |id: &&str| !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let id = given.filter(plausible).map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned);
    let value = HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("unknown"));
    request.headers_mut().insert(&REQUEST_ID, value.clone());
    let span = tracing::info_span!("request", id = %id, method = %request.method(), path = request.uri().path());
    async move {
        let started = std::time::Instant::now();
        let mut response = next.run(request).await;
        response.headers_mut().insert(&REQUEST_ID, value);
        response.headers_mut().entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), micros, "answered");
        response
    }
    .instrument(span)
    .await
}
