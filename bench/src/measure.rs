//! Shapes beside their limits: the two servers take turns, so that what the machine does besides strikes both.

use crate::{
    client::{self, Connection},
    data::{self, Data},
    failure::Failure,
    process::{self, Cpu, Server},
    settings::Settings,
    shapes::{self, Shape},
    statements::{self, Sent},
};
use std::{process::Command, sync::Arc, time::Duration};

/// A shape on a database over so many connections.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Measured {
    pub(crate) shape: &'static str,
    pub(crate) title: &'static str,
    pub(crate) database: data::Kind,
    pub(crate) connections: usize,
    pub(crate) target: shapes::Target,
    /// Kontor's requests per second as a share of the limit's.
    pub(crate) share: f64,
    pub(crate) ratio: f64,
    pub(crate) limit: Side,
    pub(crate) kontor: Side,
}

/// One of the two servers: medians of its rounds.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Side {
    /// CPU time of the server per request, in µs.
    pub(crate) server: f64,
    /// CPU time of the PostgreSQL backends per request, in µs.
    pub(crate) database: f64,
    /// Requests per second.
    pub(crate) throughput: f64,
    /// Median of the times to the answer, in µs.
    pub(crate) p50: f64,
    /// The time that one of a hundred exceeds, in µs.
    pub(crate) p99: f64,
    /// Most memory of the server, in MiB.
    pub(crate) memory: f64,
}

impl Side {
    /// CPU time per request, in µs.
    pub(crate) fn cpu(&self) -> f64 {
        self.server + self.database
    }
}

/// A server with the requests of a shape.
pub(crate) struct Contender<'a> {
    pub(crate) server: &'a Server,
    /// What it calls itself to PostgreSQL.
    pub(crate) application: &'static str,
    pub(crate) requests: Arc<Vec<Vec<u8>>>,
}

/// Measures all shapes on a database.
pub(crate) async fn shapes(settings: &Settings, data: &Data) -> Result<(Vec<Measured>, Vec<Sent>), Failure> {
    let kontor = serve(settings, data).await?;
    let port = process::free_port()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--limit", &data.url, "--port", &port.to_string()]);
    let limit = Server::spawn(&mut command, port)?.ready().await?;
    let token = shapes::sign_in(kontor.port, "admin@demo.kontor.example", "kontor-demo").await?;
    let (mut measured, mut sent) = (Vec::new(), Vec::new());
    for shape in shapes::all(kontor.port, &token).await? {
        if !settings.wants(shape.name) {
            continue;
        }
        let contenders = [
            Contender { server: &limit, application: data::LIMIT, requests: Arc::new(shape.to_limit()) },
            Contender { server: &kontor, application: data::KONTOR, requests: Arc::new(shape.to_kontor(&token)) },
        ];
        sent.push(statements::of(&shape, data.kind, kontor.port, &token).await?);
        compare_answers(data, &shape, &contenders).await?;
        for &connections in shape.connections {
            let [limit, kontor] = contest(settings, data, &contenders, connections).await?;
            let ratio = kontor.cpu() / limit.cpu();
            let share = kontor.throughput / limit.throughput;
            let (name, database) = (shape.name, data.kind.name());
            let parts = |side: &Side| format!("{:.1} + {:.1}", side.server, side.database);
            eprintln!(
                "{database:<10} {name:<11} {connections:>2}: {} µs, limit {}: {ratio:.2}; {share:.2} of its requests/s",
                parts(&kontor),
                parts(&limit)
            );
            let Shape { title, target, .. } = shape;
            measured.push(Measured {
                shape: name,
                title,
                database: data.kind,
                connections,
                target,
                share,
                ratio,
                limit,
                kontor,
            });
        }
    }
    Ok((measured, sent))
}

/// Kontor over the database, on a free port.
pub(crate) async fn serve(settings: &Settings, data: &Data) -> Result<Server, Failure> {
    let port = process::free_port()?;
    let mut command = data.kontor(settings);
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
    Server::spawn(&mut command, port)?.ready().await
}

/// Both must give the same bytes for some requests of a shape, but for the ids of new records.
async fn compare_answers(data: &Data, shape: &Shape, [limit, kontor]: &[Contender<'_>; 2]) -> Result<(), Failure> {
    let mut to_limit = Connection::open(limit.server.port).await?;
    let mut to_kontor = Connection::open(kontor.server.port).await?;
    for (at_limit, at_kontor) in limit.requests.iter().zip(kontor.requests.iter()).take(10) {
        let limit = shown(to_limit.send(at_limit).await?, shape.name);
        let kontor = shown(to_kontor.send(at_kontor).await?, shape.name);
        if limit != kontor {
            return Err(Failure::Differs { shape: shape.name, database: data.kind.name(), kontor, limit });
        }
    }
    Ok(())
}

/// The `data` of an answer.
fn shown(answer: &[u8], shape: &str) -> String {
    let mut answer = String::from_utf8_lossy(answer).into_owned();
    if let Some(extensions) = answer.rfind(",\"extensions\":") {
        answer.replace_range(extensions.., "}");
    }
    if !matches!(shape, "create" | "quote" | "bulk") {
        return answer;
    }
    let mut parts = answer.split("\"id\":\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |shown, part| shown + part.get(36..).unwrap_or_default())
}

/// Rounds in turn; the medians of both.
async fn contest(
    settings: &Settings,
    data: &Data,
    contenders: &[Contender<'_>; 2],
    connections: usize,
) -> Result<[Side; 2], Failure> {
    let mut rounds = [Vec::new(), Vec::new()];
    for contender in contenders {
        process::forget_peak(contender.server.pid())?;
        // Opens the connections, prepares the statements.
        client::load(contender.server.port, &contender.requests, connections, Duration::from_millis(150)).await?;
    }
    for _ in 0..settings.rounds {
        for (contender, rounds) in contenders.iter().zip(&mut rounds) {
            rounds.push(round(settings, data, contender, connections).await?);
        }
    }
    let [limit, kontor] = rounds;
    Ok([medians(&limit), medians(&kontor)])
}

/// Sends requests for a while.
pub(crate) async fn round(
    settings: &Settings,
    data: &Data,
    contender: &Contender<'_>,
    connections: usize,
) -> Result<Side, Failure> {
    let (server, backends) = (vec![contender.server.pid()], data.backends(contender.application).await?);
    let before = (Cpu::of(&server)?, Cpu::of(&backends)?);
    let duration = Duration::from_secs_f64(settings.seconds);
    let load = client::load(contender.server.port, &contender.requests, connections, duration).await?;
    let used = (Cpu::of(&server)?.since(&before.0), Cpu::of(&backends)?.since(&before.1));
    #[expect(clippy::cast_precision_loss, reason = "durations of seconds in nanoseconds")]
    let per_request = |nanoseconds: u64| nanoseconds as f64 / 1e3 / load.latencies.len() as f64;
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let throughput = load.latencies.len() as f64 / load.elapsed.as_secs_f64();
    let quantile = |percent: usize| load.latencies[(load.latencies.len() - 1) * percent / 100].as_secs_f64() * 1e6;
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let memory = process::peak(contender.server.pid())? as f64 / 1024.0;
    Ok(Side {
        server: per_request(used.0),
        database: per_request(used.1),
        throughput,
        p50: quantile(50),
        p99: quantile(99),
        memory,
    })
}

fn medians(rounds: &[Side]) -> Side {
    let of = |value: fn(&Side) -> f64| median(rounds.iter().map(value).collect());
    Side {
        server: of(|s| s.server),
        database: of(|s| s.database),
        throughput: of(|s| s.throughput),
        p50: of(|s| s.p50),
        p99: of(|s| s.p99),
        memory: rounds.iter().map(|s| s.memory).fold(0.0, f64::max),
    }
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
