//! Connections: accepted, given to the router, watched, closed in order.

use super::Transport;
use axum::{body::Body, extract::Request};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use kontor_domain::store::Abandoned;
use std::{
    convert::Infallible,
    io::ErrorKind,
    net::IpAddr,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::sleep,
};
use tower::Service as _;

/// Wait after a connection could not be accepted, such as for want of file descriptors.
const REST: Duration = Duration::from_millis(100);
/// How long what was sent may not be received; the system then gives the connection up.
const UNRECEIVED: Duration = Duration::from_secs(30);
/// Bytes of a head.
const LONGEST_HEAD: usize = 128 << 10;
/// Requests under way on one connection of HTTP/2.
const MOST_STREAMS: u32 = 100;
/// Streams that one may reset before they are looked at (CVE-2023-44487), and that we may for mistakes of the client's.
const MOST_RESETS: usize = 20;
/// Bytes of the headers of a request by HTTP/2.
const LONGEST_HEADERS: u32 = 32 << 10;
/// Time between two questions whether the other end of HTTP/2 lives, and for the answer.
const ALIVE: Duration = Duration::from_secs(20);

/// How patient a server is with its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// How long a connection may take for the head of a request, and wait for the next.
    pub head_timeout: Duration,
    /// Connections at a time, without those that have become sockets; further ones wait to be accepted.
    pub most: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self { head_timeout: Duration::from_secs(30), most: 10_000 }
    }
}

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
pub async fn serve(listener: TcpListener, app: Transport, connections: Connections, stop: impl Future<Output = ()>) {
    let builder = builder(connections.head_timeout);
    let places = Arc::new(Semaphore::new(connections.most));
    let (stopping, _) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, stream, address) = tokio::select! {
            accepted = accepted => match accepted {
                (place, Ok((stream, address))) => (place, stream, address.ip()),
                (_, Err(error)) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(REST).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Answers are written whole, so there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        #[cfg(target_os = "linux")]
        let _ = socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(UNRECEIVED));
        let Ok((peer, stream)) = Peer::of(stream, address) else { continue };
        let (app, calls) = (app.clone(), Arc::new(Calls::new()));
        let counted = calls.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer.clone());
            let mut app = app.clone();
            let call = counted.begin();
            async move {
                let answered = app.call(request).await.unwrap_or_else(|never| match never {});
                drop(call);
                Ok::<_, Infallible>(answered)
            }
        });
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let mut stopped = stopping.subscribe();
        tokio::spawn(async move {
            let _place = place;
            let mut connection = pin!(connection);
            loop {
                tokio::select! {
                    ended = connection.as_mut() => {
                        if let Err(error) = ended {
                            tracing::debug!(error = crate::error::chain(&*error), "a connection ended early");
                        }
                        return;
                    }
                    () = calls.silence(connections.head_timeout) => {
                        if !calls.were_there() {
                            return tracing::debug!("a connection that asked for nothing was closed");
                        }
                        connection.as_mut().graceful_shutdown();
                    }
                    Ok(()) = stopped.changed() => connection.as_mut().graceful_shutdown(),
                }
            }
        });
    }
    drop(listener);
    let _ = stopping.send(());
    stopping.closed().await;
}

fn builder(head_timeout: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head_timeout).max_buf_size(LONGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(ALIVE)
        .keep_alive_timeout(ALIVE)
        .max_concurrent_streams(MOST_STREAMS)
        .max_pending_accept_reset_streams(MOST_RESETS)
        .max_local_error_reset_streams(MOST_RESETS)
        .max_header_list_size(LONGEST_HEADERS);
    builder
}

/// The requests of a connection: how many are under way, and since when there is none.
struct Calls(Mutex<Counted>);

struct Counted {
    under_way: usize,
    were_there: bool,
    quiet_since: Instant,
}

/// A request that is under way.
struct Call(Arc<Calls>);

impl Calls {
    fn new() -> Self {
        Self(Mutex::new(Counted { under_way: 0, were_there: false, quiet_since: Instant::now() }))
    }

    fn with<T>(&self, f: impl FnOnce(&mut Counted) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn begin(self: &Arc<Self>) -> Call {
        self.with(|counted| {
            counted.under_way += 1;
            counted.were_there = true;
        });
        Call(self.clone())
    }

    fn were_there(&self) -> bool {
        self.with(|counted| counted.were_there)
    }

    /// Waits until there was none for so long. The end of a head that never comes, and HTTP/2 whose other end only
    /// answers that it lives, are silence too.
    async fn silence(&self, long: Duration) {
        loop {
            let left = self.with(|counted| match counted.under_way {
                0 => long.saturating_sub(counted.quiet_since.elapsed()),
                _ => long,
            });
            if left.is_zero() {
                // Whoever waits again waits for as long again.
                return self.with(|counted| counted.quiet_since = Instant::now());
            }
            sleep(left).await;
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.with(|counted| {
            counted.under_way -= 1;
            counted.quiet_since = Instant::now();
        });
    }
}
