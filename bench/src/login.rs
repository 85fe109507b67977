//! Signing in: what it costs, whether its time tells who has an account, and whether a flood of it starves everybody else.

use crate::{
    client::{self, Connection},
    data::{Data, Kind},
    failure::Failure,
    measure::median,
    process::{self, Cpu, Server},
    settings::Settings,
    shapes,
};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

const PASSWORD: &str = "kontor-demo";
/// Attempts of each kind whose times are compared.
const SAMPLES: usize = 300;
/// Attempts between two moments at which all failures are forgotten: accounts are slowed down behind some.
const FORGET_EVERY: usize = 60;
/// Sign-ins that succeed, whose CPU time is measured.
const SIGN_INS: usize = 60;
/// Connections of a flood, and sign-ins that are given up at once.
const FLOOD: usize = 32;
const GIVEN_UP: usize = 400;

/// What signing in costs and tells.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Logins {
    pub(crate) database: Kind,
    /// CPU time of a sign-in that succeeds, in ms.
    pub(crate) cpu: f64,
    /// A wrong password of a user that there is.
    pub(crate) known: Times,
    /// A password of nobody.
    pub(crate) unknown: Times,
    /// How likely so much of a difference is by chance alone (Mann-Whitney, two-sided).
    pub(crate) p: f64,
    /// Reads without a flood, and during one.
    pub(crate) quiet: Reads,
    pub(crate) flooded: Reads,
    /// Most memory of the server during the flood, and while sign-ins are given up, in MiB.
    pub(crate) memory: [f64; 2],
}

/// Times to the answer, in ms.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Times {
    pub(crate) median: f64,
    /// From the first to the third quartile.
    pub(crate) spread: f64,
}

/// Reads of a record by its id, over two connections.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Reads {
    /// Requests per second.
    pub(crate) throughput: f64,
    /// Times to the answer, in ms.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Measures a server over the first of the databases.
pub(crate) async fn measure(settings: &Settings) -> Result<Logins, Failure> {
    let database = settings.databases()[0];
    let data = Data::demo(settings, database).await?;
    let port = process::free_port()?;
    let mut command = data.kontor(settings);
    // Each attempt comes from an address of its own, as the attempts of a botnet do.
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]).env("KONTOR_TRUSTED_PROXIES", "127.0.0.1");
    let server = Server::spawn(&mut command, port)?.ready().await?;
    let token = shapes::sign_in(port, "admin@demo.kontor.example", PASSWORD).await?;
    let users = users(port, &token).await?;

    let cpu = cost(&server, &users).await?;
    let (known, unknown) = times(&data, port, &users).await?;
    let p = mann_whitney(&known, &unknown);
    let (known, unknown) = (Times::of(known), Times::of(unknown));

    let read = client::post("/graphql", Some(&token), &json!({"query": "{ me { id email } }"}).to_string());
    let reads = Arc::new(vec![read]);
    let quiet = Reads::of(&client::load(port, &reads, 2, Duration::from_secs(3)).await?);
    process::forget_peak(server.pid())?;
    let flood: Vec<_> = (0..FLOOD).map(|_| tokio::spawn(flood(port))).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let flooded = Reads::of(&client::load(port, &reads, 2, Duration::from_secs(5)).await?);
    flood.iter().for_each(tokio::task::JoinHandle::abort);
    let during = peak(&server)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    process::forget_peak(server.pid())?;
    give_up(port).await?;
    let memory = [during, peak(&server)?];
    drop(server);
    data.execute("DELETE FROM sign_in_attempts").await?;
    data.tidy().await?;
    let logins = Logins { database, cpu, known, unknown, p, quiet, flooded, memory };
    eprintln!("{logins:?}");
    Ok(logins)
}

#[expect(clippy::cast_precision_loss, reason = "some hundred thousand")]
fn peak(server: &Server) -> Result<f64, Failure> {
    Ok(process::peak(server.pid())? as f64 / 1024.0)
}

/// Addresses of users.
async fn users(port: u16, token: &str) -> Result<Vec<String>, Failure> {
    let query = "{ users(first: 200, filter: {isActive: {eq: true}}) { nodes { email } } }";
    let request = client::post("/graphql", Some(token), &json!({"query": query}).to_string());
    let mut connection = Connection::open(port).await?;
    let answer: serde_json::Value =
        serde_json::from_slice(connection.send(&request).await?).map_err(std::io::Error::from)?;
    let nodes = answer["data"]["users"]["nodes"].as_array().cloned().unwrap_or_default();
    Ok(nodes.iter().filter_map(|node| Some(node["email"].as_str()?.to_owned())).collect())
}

/// An attempt from a network of its own.
fn attempt(n: usize, email: &str, password: &str) -> Vec<u8> {
    let query = "mutation($e: String!, $p: String!) { login(email: $e, password: $p) { accessToken } }";
    let body = json!({"query": query, "variables": {"e": email, "p": password}});
    let [_, a, b, c] = u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
    client::post_with("/graphql", &format!("x-forwarded-for: 10.{a}.{b}.{c}\r\n"), &body.to_string())
}

/// CPU time of a sign-in, in ms.
async fn cost(server: &Server, users: &[String]) -> Result<f64, Failure> {
    let mut connection = Connection::open(server.port).await?;
    let before = Cpu::of(&[server.pid()])?;
    for (n, user) in users.iter().cycle().take(SIGN_INS).enumerate() {
        let answer = connection.send(&attempt(n, user, PASSWORD)).await?;
        if !answer.windows(11).any(|part| part == b"accessToken") || answer.windows(8).any(|part| part == b"\"errors\"")
        {
            return Err(Failure::Answer(String::from_utf8_lossy(answer).into_owned()));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds at most")]
    Ok(Cpu::of(&[server.pid()])?.since(&before) as f64 / 1e6 / SIGN_INS as f64)
}

/// Times of wrong passwords and of unknown users, in a random order, in ms.
async fn times(data: &Data, port: u16, users: &[String]) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let mut connection = Connection::open(port).await?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for n in 0..2 * SAMPLES {
        if n % FORGET_EVERY == 0 {
            data.execute("DELETE FROM sign_in_attempts").await?;
        }
        // xorshift64 (Marsaglia): which of the two comes next is not to follow any other rhythm.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let is_known = unknown.len() == SAMPLES || (random.is_multiple_of(2) && known.len() < SAMPLES);
        let user = &users[n % users.len()];
        // As long, so that nothing but the account differs.
        let email = if is_known { user.clone() } else { format!("q{n:06}{}", user.get(7..).unwrap_or_default()) };
        let request = attempt(100_000 + n, &email, "wrong password");
        let started = Instant::now();
        let answer = connection.send(&request).await?;
        let time = started.elapsed().as_secs_f64() * 1e3;
        if !answer.windows(15).any(|part| part == b"UNAUTHENTICATED") {
            return Err(Failure::Answer(String::from_utf8_lossy(answer).into_owned()));
        }
        if is_known { known.push(time) } else { unknown.push(time) }
    }
    Ok((known, unknown))
}

impl Times {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_unstable_by(f64::total_cmp);
        let quarter = times.len() / 4;
        Self { spread: times[3 * quarter] - times[quarter], median: median(times) }
    }
}

impl Reads {
    fn of(load: &client::Load) -> Self {
        let quantile = |percent: usize| load.latencies[(load.latencies.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        #[expect(clippy::cast_precision_loss, reason = "some hundred thousand")]
        let throughput = load.latencies.len() as f64 / load.elapsed.as_secs_f64();
        Self { throughput, p50: quantile(50), p99: quantile(99) }
    }
}

/// The probability that two samples of one distribution differ at least so much in their ranks (Mann and Whitney, 1947),
/// by the normal approximation, which is good for hundreds.
#[expect(clippy::cast_precision_loss, reason = "some hundred")]
fn mann_whitney(a: &[f64], b: &[f64]) -> f64 {
    let wins =
        |x: f64| b.iter().filter(|y| **y < x).count() as f64 + b.iter().filter(|y| **y == x).count() as f64 / 2.0;
    let u: f64 = a.iter().map(|x| wins(*x)).sum();
    let (n, m) = (a.len() as f64, b.len() as f64);
    let z = (u - n * m / 2.0).abs() / (n * m * (n + m + 1.0) / 12.0).sqrt();
    // Both tails of the normal distribution (Abramowitz and Stegun, 26.2.17).
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let series = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = series.iter().rev().fold(0.0, |sum, factor| (sum + factor) * t);
    (2.0 * sum * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()).min(1.0)
}

/// Tries to sign in, again and again.
async fn flood(port: u16) {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(200_000);
    let Ok(mut connection) = Connection::open(port).await else { return };
    loop {
        let n = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if connection.send(&attempt(n, &format!("nobody{n}@example.org"), "wrong password")).await.is_err() {
            return;
        }
    }
}

/// Sends sign-ins whose answers nobody waits for.
async fn give_up(port: u16) -> Result<(), Failure> {
    for n in 0..GIVEN_UP {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(&attempt(10_000_000 + n, &format!("gone{n}@example.org"), "wrong password")).await?;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::mann_whitney;

    #[test]
    fn samples_of_one_kind_are_told_from_samples_of_two() {
        let first: Vec<f64> = (0..200).map(|n| f64::from(n * 7919 % 1000)).collect();
        let second: Vec<f64> = (0..200).map(|n| f64::from(n * 104_729 % 1000)).collect();
        let later: Vec<f64> = second.iter().map(|x| x + 150.0).collect();
        assert!(mann_whitney(&first, &second) > 0.05);
        assert!(mann_whitney(&first, &later) < 1e-4);
    }
}
