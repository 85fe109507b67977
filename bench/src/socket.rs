//! A WebSocket (RFC 6455) with graphql-transport-ws, as far as a subscriber needs one, or somebody who pretends to be.

use crate::failure::Failure;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A socket.
pub(crate) struct Socket {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Socket {
    /// Opens one, with the sub-protocol or without.
    pub(crate) async fn connect(port: u16, path: &str, protocol: bool) -> Result<Self, Failure> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let protocol = if protocol { "sec-websocket-protocol: graphql-transport-ws\r\n" } else { "" };
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{protocol}\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        let mut socket = Self { stream, received: Vec::new() };
        while !socket.received.windows(4).any(|four| four == b"\r\n\r\n") {
            socket.fill().await?;
        }
        let end = socket.received.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0) + 4;
        if !socket.received.starts_with(b"HTTP/1.1 101") {
            return Err(Failure::Answer(String::from_utf8_lossy(&socket.received).into_owned()));
        }
        socket.received.drain(..end);
        Ok(socket)
    }

    /// Tells who one is, and waits until that is accepted.
    pub(crate) async fn introduce(&mut self, token: &str) -> Result<(), Failure> {
        let init = json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {token}")}});
        self.send(&init).await?;
        self.message().await.map(drop)
    }

    /// Sends a text.
    pub(crate) async fn send(&mut self, message: &Value) -> Result<(), Failure> {
        Ok(self.stream.write_all(&masked(0x81, message.to_string().as_bytes())).await?)
    }

    /// Sends a frame with this first byte, whether it is taken or not.
    pub(crate) async fn frame(&mut self, first: u8, payload: &[u8]) {
        self.write(&masked(first, payload)).await;
    }

    /// Sends bytes, whether they are taken or not.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// The next text; pings are passed over.
    pub(crate) async fn message(&mut self) -> Result<Vec<u8>, Failure> {
        loop {
            if let Some((code, start, end)) = frame(&self.received) {
                let payload = self.received[start..end].to_vec();
                self.received.drain(..end);
                match (code, payload.as_slice()) {
                    (1, _) => return Ok(payload),
                    (8, [high, low, reason @ ..]) => {
                        let code = u16::from_be_bytes([*high, *low]);
                        return Err(Failure::Answer(format!("{code} {}", String::from_utf8_lossy(reason))));
                    }
                    (8, _) => return Err(Failure::Answer("closed".to_owned())),
                    _ => continue,
                }
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), Failure> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(Failure::Answer("the server has closed a socket".to_owned())),
            _ => Ok(()),
        }
    }
}

/// A frame of a client, masked with zeros.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match u16::try_from(payload.len()) {
        Ok(length) => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&length.to_be_bytes());
        }
        Err(_) => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

/// Code of the first frame, and where its payload is, if it is here as a whole.
fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (code, short) = (bytes.first()? & 0x0f, usize::from(bytes.get(1)? & 0x7f));
    let (length, start) = match short {
        126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?, 10),
        short => (short, 2),
    };
    (bytes.len() >= start + length).then_some((code, start, start + length))
}
