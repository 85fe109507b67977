//! Connections that are slow, and sockets that say too much or too little.

use super::{Attack, Target, attack, exchange::of_body};
use crate::{failure::Failure, socket::Socket};
use serde_json::json;
use std::time::Duration;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::timeout};

/// Clients that are slow at once, and sockets that are.
const MANY: usize = 400;
/// Longer than the server waits for anything here.
const END: Duration = Duration::from_secs(20);

/// All of them.
pub(super) async fn all(target: &Target) -> Result<Vec<Attack>, Failure> {
    let mut attacks = vec![slow(target).await?];
    for (name, attacker) in [
        ("400 sockets that never say who they are", Attacker::Silent),
        ("a socket: 1,000 operations at once", Attacker::Operations),
        ("a socket: a message of 2 MB", Attacker::Huge),
        ("a socket: a frame without an end", Attacker::Unfinished),
        ("a socket: a message of 20,000 frames", Attacker::Fragments),
        ("a socket: 5,000 pings", Attacker::Pings),
        ("a socket: 5,000 operations that are ended at once", Attacker::Ended),
    ] {
        let before = target.look()?;
        let said = attacker.attack(target).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        let cpu = target.since(&before)?;
        let answered = said.len();
        let answer = if said.starts_with('{') { of_body(&said) } else { said };
        attacks.push(Attack { name: name.to_owned(), cpu, answered, answer });
        let Some(Attack { cpu, answer, .. }) = attacks.last() else { continue };
        eprintln!("{cpu:>9.2} ms              {name}: {answer}");
    }
    Ok(attacks)
}

/// Connections that do not go on, of which each is closed or answered in the end.
async fn slow(target: &Target) -> Result<Attack, Failure> {
    let beginnings: [&str; 4] = [
        "",
        "GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ",
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n",
        "P",
    ];
    let before = target.look()?;
    let mut waiting = Vec::new();
    for n in 0..MANY {
        let mut stream = TcpStream::connect(("127.0.0.1", target.server.port)).await?;
        stream.write_all(beginnings[n % beginnings.len()].as_bytes()).await?;
        waiting.push(tokio::spawn(async move {
            let mut said = vec![0; 4_096];
            loop {
                match tokio::io::AsyncReadExt::read(&mut stream, &mut said).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
            }
        }));
    }
    let all = async {
        for client in waiting {
            let _ = client.await;
        }
    };
    timeout(END, all).await.map_err(|_| Failure::Answer("slow clients are not closed".to_owned()))?;
    let cpu = target.since(&before)?;
    Ok(attack("400 clients that are slow".to_owned(), (cpu, b"HTTP/1.1 408 \r\n\r\nclosed".to_vec())))
}

/// What a socket is used for.
enum Attacker {
    Silent,
    Operations,
    Huge,
    Unfinished,
    Fragments,
    Pings,
    Ended,
}

impl Attacker {
    /// Attacks, until the server ends it or nothing more is to be said; gives the last that it said.
    async fn attack(&self, target: &Target) -> Result<String, Failure> {
        let port = target.server.port;
        if matches!(self, Self::Silent) {
            let mut sockets = Vec::new();
            for _ in 0..MANY {
                sockets.push(Socket::connect(port, "/graphql", true).await?);
            }
            let mut last = String::new();
            for socket in &mut sockets {
                last = closed(socket).await;
            }
            return Ok(last);
        }
        let mut socket = Socket::connect(port, "/graphql", true).await?;
        socket.introduce(&target.token).await?;
        let operation = |n: usize| {
            let query = format!("subscription {{ accountEvents {{ cursor }} }} #{}", n % 10);
            json!({"type": "subscribe", "id": n.to_string(), "payload": {"query": query}})
        };
        match self {
            Self::Silent => {}
            Self::Operations => {
                for n in 0..1_000 {
                    socket.send(&operation(n)).await?;
                }
                let mut last = String::new();
                for _ in 0..900 {
                    last = String::from_utf8_lossy(&socket.message().await?).into_owned();
                }
                return Ok(last);
            }
            Self::Huge => {
                socket.frame(0x81, &vec![b'x'; 2_000_000]).await;
            }
            Self::Unfinished => {
                // A length of 100 kB, of which a part comes.
                socket.write(&[0x81, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0x86, 0xa0, 0, 0, 0, 0, b'{']).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                return Ok("waits, for 45 s at most".to_owned());
            }
            Self::Fragments => {
                socket.frame(0x01, b"{").await;
                for _ in 0..20_000 {
                    socket.frame(0x00, b" ").await;
                }
                socket.frame(0x80, b"x").await;
            }
            Self::Pings => {
                for _ in 0..5_000 {
                    socket.frame(0x81, b"{\"type\":\"ping\"}").await;
                }
                let mut last = Vec::new();
                for _ in 0..5_000 {
                    last = socket.message().await?;
                }
                return Ok(String::from_utf8_lossy(&last).into_owned());
            }
            Self::Ended => {
                for n in 0..5_000 {
                    socket.send(&operation(n)).await?;
                    socket.send(&json!({"type": "complete", "id": n.to_string()})).await?;
                }
                socket.frame(0x81, b"{\"type\":\"ping\"}").await;
                return Ok(String::from_utf8_lossy(&socket.message().await?).into_owned());
            }
        }
        Ok(closed(&mut socket).await)
    }
}

/// Why the server closes a socket.
async fn closed(socket: &mut Socket) -> String {
    loop {
        match timeout(END, socket.message()).await {
            Ok(Ok(_)) => {}
            Ok(Err(Failure::Answer(reason))) => return reason,
            Ok(Err(_)) => return "closed".to_owned(),
            Err(_) => return "not closed".to_owned(),
        }
    }
}
