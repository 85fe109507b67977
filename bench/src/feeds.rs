//! Feeds beside a bare broadcast: thousands of sockets that are told of each change.

use crate::{
    client::{self, Connection},
    data::{self, Data, Kind},
    failure::Failure,
    measure::{self, median},
    process::{self, Cpu, Server},
    settings::Settings,
    shapes,
    socket::Socket,
};
use serde_json::{Value, json};
use std::{
    process::Command,
    time::{Duration, Instant},
};

/// Changes of one round.
const CHANGES: usize = 10;
/// Sockets that are opened at a time.
const AT_ONCE: usize = 100;
const QUERY: &str = "subscription($after: EventCursor) { accountEvents(filter: {industry: {eq: \"Benchmark\"}}, after: $after) \
    { cursor kind transition recordId changedFields record { id name industry city } } }";

/// What sockets cost.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Feeds {
    pub(crate) database: Kind,
    pub(crate) sockets: usize,
    /// Bytes of a message.
    pub(crate) message: usize,
    pub(crate) ratio: f64,
    pub(crate) limit: Side,
    pub(crate) kontor: Side,
}

/// One of the two servers.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Side {
    /// CPU time of the server per message, in µs: for Kontor with the write, the log and the read of the record.
    pub(crate) cpu: f64,
    /// Memory that a socket adds to the process while nothing happens, in kB (1,000 bytes).
    pub(crate) memory: f64,
    /// Time until every socket has been told of a change, in ms.
    pub(crate) told: f64,
}

/// Measures a server over SQLite, where the database costs least, or the one that is asked for.
pub(crate) async fn measure(settings: &Settings) -> Result<Feeds, Failure> {
    let database = settings.databases()[0];
    let data = Data::demo(settings, database).await?;
    let server = measure::serve(settings, &data).await?;
    let token = shapes::sign_in(server.port, "admin@demo.kontor.example", "kontor-demo").await?;
    let query = format!(
        "mutation {{ createAccount(input: {{name: \"{}\", industry: \"{}\"}}) {{ id }} }}",
        client::CHANGING,
        data::CREATED
    );
    let create = client::post("/graphql", Some(&token), &json!({"query": query}).to_string());
    let subscriber = Some((token.as_str(), cursor(&server, &token, &create).await?));
    let (mut sockets, memory) = open_all(settings, &server, "/graphql", subscriber.as_ref()).await?;
    let (kontor, message) = rounds(settings, &server, &mut sockets, &create, memory).await?;
    drop((sockets, server));
    data.tidy().await?;

    let port = process::free_port()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--limit", &data.url, "--port", &port.to_string()]);
    let server = Server::spawn(&mut command, port)?.ready().await?;
    let (mut sockets, memory) = open_all(settings, &server, "/feed", None).await?;
    let publish = client::post("/publish", None, &message);
    let (limit, _) = rounds(settings, &server, &mut sockets, &publish, memory).await?;
    let ratio = kontor.cpu / limit.cpu;
    eprintln!(
        "{:<10} {} sockets: {:.2} µs per message, limit {:.2}: {ratio:.2}; {:.1} kB per socket, limit {:.1}",
        database.name(),
        settings.sockets,
        kontor.cpu,
        limit.cpu,
        kontor.memory,
        limit.memory
    );
    Ok(Feeds { database, sockets: settings.sockets, message: message.len(), ratio, limit, kontor })
}

/// The place behind a change, where all sockets begin, so that none misses one.
async fn cursor(server: &Server, token: &str, change: &[u8]) -> Result<String, Failure> {
    let mut socket = open(server.port, "/graphql", Some(&(token, String::new()))).await?;
    let mut connection = Connection::open(server.port).await?;
    loop {
        connection.send(&client::renewed(change)).await?;
        // It may not have begun by then.
        if let Ok(message) = tokio::time::timeout(Duration::from_millis(200), socket.message()).await {
            let message: Value = serde_json::from_slice(&message?).map_err(std::io::Error::from)?;
            return Ok(message["payload"]["extensions"]["cursor"].as_str().unwrap_or_default().to_owned());
        }
    }
}

/// Opens the sockets; what each adds to the server's memory, in kB.
async fn open_all(
    settings: &Settings,
    server: &Server,
    path: &str,
    subscriber: Option<&(&str, String)>,
) -> Result<(Vec<Socket>, f64), Failure> {
    let mut sockets = Vec::with_capacity(settings.sockets);
    // What the first of all needs is not counted.
    sockets.push(open(server.port, path, subscriber).await?);
    let before = process::resident(server.pid())?;
    while sockets.len() < settings.sockets {
        let count = AT_ONCE.min(settings.sockets - sockets.len());
        let open = (0..count).map(|_| open(server.port, path, subscriber));
        sockets.extend(futures_util::future::try_join_all(open).await?);
    }
    let added = process::resident(server.pid())?.saturating_sub(before);
    let each = added as f64 * 1.024 / (settings.sockets - 1) as f64;
    Ok((sockets, each))
}

/// Opens a socket, and subscribes if there is a token to introduce oneself with, behind a cursor unless it is empty.
async fn open(port: u16, path: &str, subscriber: Option<&(&str, String)>) -> Result<Socket, Failure> {
    let mut socket = Socket::connect(port, path, subscriber.is_some()).await?;
    if let Some((token, after)) = subscriber {
        socket.introduce(token).await?;
        let variables = json!({"after": (!after.is_empty()).then_some(after)});
        let payload = json!({"query": QUERY, "variables": variables});
        socket.send(&json!({"type": "subscribe", "id": "1", "payload": payload})).await?;
    }
    Ok(socket)
}

/// Makes changes, one after the other, and waits each time until every socket has been told.
async fn rounds(
    settings: &Settings,
    server: &Server,
    sockets: &mut [Socket],
    request: &[u8],
    memory: f64,
) -> Result<(Side, String), Failure> {
    let mut connection = Connection::open(server.port).await?;
    let mut message = Vec::new();
    let (mut costs, mut times) = (Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=settings.rounds {
        let before = Cpu::of(&[server.pid()])?;
        for _ in 0..CHANGES {
            let started = Instant::now();
            connection.send(&client::renewed(request)).await?;
            for socket in sockets.iter_mut() {
                message = socket.message().await?;
            }
            if round > 0 {
                times.push(started.elapsed().as_secs_f64() * 1_000.0);
            }
        }
        let spent = Cpu::of(&[server.pid()])?.since(&before);
        if round > 0 {
            costs.push(spent as f64 / 1_000.0 / (CHANGES * sockets.len()) as f64);
        }
    }
    let message = String::from_utf8_lossy(&message).into_owned();
    Ok((Side { cpu: median(costs), memory, told: median(times) }, message))
}
