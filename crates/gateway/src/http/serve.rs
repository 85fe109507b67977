//! Connections: accepted, given to the router, closed in order.

use axum::{Router, body::Body, extract::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use kontor_domain::store::Abandoned;
use std::{convert::Infallible, io::ErrorKind, net::IpAddr, pin::pin, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tower::Service as _;

/// How long a connection may take for the head of a request, and wait for the next.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// Wait after a connection could not be accepted, such as for want of file descriptors.
const REST: Duration = Duration::from_millis(100);

/// The other end of the request's connection.
#[derive(Clone)]
pub(super) struct Peer {
    /// Tells whether it has closed the connection.
    pub(super) has_left: Abandoned,
    /// Its address; that of a proxy if there is one in front, see [`super::Proxies`].
    pub(super) address: IpAddr,
}

impl Peer {
    /// The other end of a stream, which is looked at by a handle of its own.
    fn of(stream: TcpStream, address: IpAddr) -> std::io::Result<(Self, TcpStream)> {
        let stream = stream.into_std()?;
        let handle = stream.try_clone()?;
        // What it may have sent meanwhile stays where it is.
        let has_left = move || match handle.peek(&mut [0]) {
            Ok(read) => read == 0,
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        };
        Ok((Self { has_left: Arc::new(has_left), address: address.to_canonical() }, TcpStream::from_std(stream)?))
    }
}

/// Serves until `stop` is ready, then finishes the requests under way.
pub async fn serve(listener: TcpListener, app: Router, head_timeout: Duration, stop: impl Future<Output = ()>) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head_timeout);
    builder.http2().timer(TokioTimer::new());
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, address)) => (stream, address.ip()),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Answers are written whole, so there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let Ok((peer, stream)) = Peer::of(stream, address) else { continue };
        let app = app.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer.clone());
            let mut app = app.clone();
            async move { Ok::<_, Infallible>(app.call(request).await.unwrap_or_else(|never| match never {})) }
        });
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}
