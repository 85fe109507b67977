//! A load generator: HTTP/1.1 with kept connections (RFC 9112), requests made beforehand, each connection one request
//! after the other.

use crate::failure::Failure;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The bytes of a POST request with a JSON body, of a user with a token.
pub(crate) fn post(path: &str, token: Option<&str>, body: &str) -> Vec<u8> {
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    post_with(path, &authorization, body)
}

/// The same with lines of the head.
pub(crate) fn post_with(path: &str, head: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n{head}\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Result<Self, Failure> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1 << 18) })
    }

    /// Sends a request; gives the body of the answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<&[u8], Failure> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head, length) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(Failure::Answer("the server closed the connection".to_owned()));
            }
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break (end + 4, length(&self.buffer[..end])?);
            }
        };
        while self.buffer.len() < head + length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(Failure::Answer("the server closed the connection".to_owned()));
            }
        }
        let body = &self.buffer[head..];
        if self.buffer.starts_with(b"HTTP/1.1 200") {
            return Ok(body);
        }
        Err(Failure::Answer(String::from_utf8_lossy(&self.buffer).into_owned()))
    }
}

/// The length of the body that a head announces.
fn length(head: &[u8]) -> Result<usize, Failure> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    length.ok_or_else(|| Failure::Answer(format!("no length: {head}")))
}

/// What a run of requests took.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// Times from request to answer, sorted.
    pub(crate) latencies: Vec<Duration>,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
}

/// Stands in a request for a number that is another each time: a change to the same value would be none.
pub(crate) const CHANGING: &str = "~0000000";

/// Where that is in each request.
type Places = Vec<Option<usize>>;

/// A number that no request before had.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A request with what changes in it.
fn changed(request: &[u8], at: Option<usize>, buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.extend_from_slice(request);
    if let Some(at) = at {
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % 10_000_000;
        buffer[at..at + CHANGING.len()].copy_from_slice(format!("~{number:07}").as_bytes());
    }
}

/// A request with another number in it.
pub(crate) fn renewed(request: &[u8]) -> Vec<u8> {
    let mut renewed = Vec::new();
    changed(request, place(request), &mut renewed);
    renewed
}

fn place(request: &[u8]) -> Option<usize> {
    request.windows(CHANGING.len()).position(|part| part == CHANGING.as_bytes())
}

/// Sends the requests in turn over so many connections for so long.
pub(crate) async fn load(
    port: u16,
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    duration: Duration,
) -> Result<Load, Failure> {
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(port).await?);
    }
    let places: Arc<Places> = Arc::new(requests.iter().map(|request| place(request)).collect());
    let started = Instant::now();
    let tasks: Vec<_> = open
        .into_iter()
        .enumerate()
        .map(|(n, connection)| {
            let first = n * requests.len() / connections;
            let requests = (requests.clone(), places.clone());
            tokio::spawn(one_after_the_other(connection, requests, first, started + duration))
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.map_err(std::io::Error::other)??);
    }
    latencies.sort_unstable();
    Ok(Load { latencies, elapsed: started.elapsed() })
}

async fn one_after_the_other(
    mut connection: Connection,
    (requests, places): (Arc<Vec<Vec<u8>>>, Arc<Places>),
    first: usize,
    until: Instant,
) -> Result<Vec<Duration>, Failure> {
    let mut latencies = Vec::new();
    let mut changing = Vec::new();
    for (request, place) in requests.iter().zip(places.iter()).cycle().skip(first) {
        changed(request, *place, &mut changing);
        let sent = Instant::now();
        if sent >= until && !latencies.is_empty() {
            break;
        }
        let body = connection.send(&changing).await?;
        if body.windows(9).take(40).any(|nine| nine == b"\"errors\":") {
            return Err(Failure::Answer(String::from_utf8_lossy(body).into_owned()));
        }
        latencies.push(sent.elapsed());
    }
    Ok(latencies)
}
