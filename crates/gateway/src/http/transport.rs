//! What stands around every route: an id and a line in the log, answers to panics and to browsers of other sites,
//! compression. All of it is one service with known types: a layer of the router's would be a box for every route and
//! request.

use super::{REQUEST_ID, routes, security, serve::Peer};
use crate::{engine::Engine, error::Error};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header},
    response::{IntoResponse as _, Response},
};
use kontor_domain::store::abandonable;
use std::{
    any::Any,
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};
use tower::{
    Layer as _, Service, ServiceExt as _,
    util::{Either, option_layer},
};
use tower_http::{
    CompressionLevel,
    catch_panic::{CatchPanic, CatchPanicLayer, ResponseForPanic},
    compression::{Compression, CompressionLayer, DefaultPredicate, Predicate as _, predicate::And},
    cors::Cors,
};
use tracing::Instrument as _;
use uuid::Uuid;

type Worthwhile = And<DefaultPredicate, fn(StatusCode, Version, &HeaderMap, &Extensions) -> bool>;
type Inner = CatchPanic<Compression<Router, Worthwhile>, Panicked>;

/// GraphQL over HTTP, and whether the server is alive: what [`super::serve`] gives requests to.
#[derive(Clone)]
pub struct Transport {
    inner: Either<Cors<Inner>, Inner>,
    tls: bool,
}

impl Transport {
    /// `/graphql`, `/files/{id}`, `/healthz`, `/readyz`, `/status`, `/.well-known/jwks.json`, `/auth/oidc/…`, and the pages.
    pub fn new(engine: Arc<Engine>, options: super::Options) -> Self {
        let (cors, tls) = (options.origins.layer(), options.tls);
        // Answers are text that repeats itself; the quickest level takes most of it away.
        let worthwhile = DefaultPredicate::new().and(is_whole as fn(_, _, &_, &_) -> _);
        let compression = CompressionLayer::new().gzip(true).br(true).quality(CompressionLevel::Fastest);
        let routes = compression.compress_when(worthwhile).layer(routes(engine, options));
        let inner = CatchPanicLayer::custom(Panicked).layer(routes);
        Self { inner: option_layer(cors).layer(inner), tls }
    }
}

impl Service<Request> for Transport {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // No layer of it, nor the router, makes anybody wait.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        Box::pin(answer(self.clone(), request))
    }
}

/// Gives every request an id, its own if it brings a plausible one, and logs it with what became of it. Its statements
/// end once the client has gone. Every answer says what browsers may do with it.
async fn answer(Transport { inner, tls }: Transport, mut request: Request) -> Result<Response, Infallible> {
    let given = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok());
    let plausible =
        |id: &&str| !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let id = given.filter(plausible).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
    let value = HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("unknown"));
    request.headers_mut().insert(&REQUEST_ID, value.clone());
    let span = tracing::info_span!("request", id = %id, method = %request.method(), path = request.uri().path());
    let peer = request.extensions().get::<Peer>().cloned();
    async move {
        let started = Instant::now();
        let answered = inner.oneshot(request);
        let answered = match peer {
            Some(Peer { has_left, .. }) => abandonable(has_left, answered).await,
            None => answered.await,
        };
        let mut response = answered?.map(Body::new);
        response.headers_mut().insert(&REQUEST_ID, value);
        security::harden(response.headers_mut(), tls);
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), micros, "answered");
        Ok(response)
    }
    .instrument(span)
    .await
}

/// What may be had in parts is sent as it is: files, of which who knows whether they can be made smaller.
fn is_whole(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ACCEPT_RANGES)
}

/// A mistake of ours ends one request, not the connection; the log has the rest.
#[derive(Clone)]
struct Panicked;

impl ResponseForPanic for Panicked {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send + 'static>) -> Response {
        tracing::error!("a request panicked");
        let errors = serde_json::json!({"errors": [Error::internal("see x-request-id")]});
        let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))];
        (StatusCode::INTERNAL_SERVER_ERROR, headers, errors.to_string()).into_response()
    }
}
