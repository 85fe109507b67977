//! What attackers send, and what it costs the server to refuse it: the CPU time of its threads, whatever the clock says.

mod documents;
mod exchange;
mod requests;
mod sockets;

use crate::{
    client,
    data::{Data, Kind},
    failure::Failure,
    measure::median,
    process::{self, Cpu, Server},
    settings::Settings,
    shapes,
};
use documents::Bomb;
use exchange::{exchange, shown};
use serde_json::json;
use std::time::Duration;

/// What a refusal may cost, in ms of CPU time.
pub(crate) const MOST: f64 = 100.0;
/// How often each is sent.
const TIMES: usize = 3;
/// Seconds that the server waits for what is slow.
const SLOW: &str = "2";

/// What attacks have cost.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Attacks {
    pub(crate) database: Kind,
    /// What is refused.
    pub(crate) refused: Vec<Attack>,
    /// What is executed, since it is allowed, and charged for.
    pub(crate) allowed: Vec<Charged>,
}

/// An attack that is refused.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Attack {
    pub(crate) name: String,
    /// CPU time of the server, in ms: the median of a few times.
    pub(crate) cpu: f64,
    /// Bytes that were answered.
    pub(crate) answered: usize,
    /// What was answered.
    pub(crate) answer: String,
}

/// An operation that is heavy and allowed.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Charged {
    pub(crate) name: String,
    pub(crate) cpu: f64,
    /// What it was charged.
    pub(crate) points: u64,
    pub(crate) answered: usize,
    /// Whether it was executed, or what ended it.
    pub(crate) answer: String,
}

/// The server that is attacked.
pub(super) struct Target {
    server: Server,
    token: String,
}

/// Attacks a server over the first of the databases.
pub(crate) async fn measure(settings: &Settings) -> Result<Attacks, Failure> {
    let database = settings.databases()[0];
    let data = Data::demo(settings, database).await?;
    let port = process::free_port()?;
    let mut command = data.kontor(settings);
    command.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
    command.env("KONTOR_HEAD_TIMEOUT", SLOW).env("KONTOR_BODY_TIMEOUT", SLOW);
    command.env("KONTOR_RATES_ADDRESS_PER_MINUTE", "0");
    let server = Server::spawn(&mut command, port)?.ready().await?;
    let token = shapes::sign_in(server.port, "admin@demo.kontor.example", "kontor-demo").await?;
    let target = Target { server, token };
    let mut refused = Vec::new();
    for bomb in documents::anonymous() {
        refused.push(target.refused(&bomb, false).await?);
    }
    for bomb in documents::signed_in() {
        refused.push(target.refused(&bomb, true).await?);
    }
    for (name, request) in requests::all(&target.token) {
        let cost = target.costs(|_| exchange(target.server.port, request.clone())).await?;
        refused.push(attack(name.to_owned(), cost));
    }
    refused.extend(sockets::all(&target).await?);
    let mut allowed = Vec::new();
    for bomb in documents::allowed() {
        allowed.push(target.charged(&bomb).await?);
    }
    data.tidy().await?;
    Ok(Attacks { database, refused, allowed })
}

impl Target {
    /// CPU time of the server since a look, in ms.
    fn since(&self, before: &Cpu) -> Result<f64, Failure> {
        #[expect(clippy::cast_precision_loss, reason = "seconds at most")]
        Ok(Cpu::of(&[self.server.pid()])?.since(before) as f64 / 1e6)
    }

    fn look(&self) -> Result<Cpu, Failure> {
        Cpu::of(&[self.server.pid()])
    }

    /// Does something a few times: the median of what it costs, and the last answer.
    async fn costs<F: Future<Output = Result<Vec<u8>, Failure>>>(
        &self,
        send: impl Fn(usize) -> F,
    ) -> Result<(f64, Vec<u8>), Failure> {
        let (mut costs, mut answer) = (Vec::new(), Vec::new());
        for time in 0..TIMES {
            let before = self.look()?;
            answer = send(time).await?;
            // What is done behind the answer counts too.
            tokio::time::sleep(Duration::from_millis(20)).await;
            costs.push(self.since(&before)?);
        }
        Ok((median(costs), answer))
    }

    async fn send(&self, bomb: &Bomb, signed_in: bool) -> Result<(f64, Vec<u8>), Failure> {
        let token = signed_in.then_some(self.token.as_str());
        // Another text each time, so that nothing is remembered; it is short enough for each limit.
        let request = |time: usize| {
            let body = json!({"query": format!("{} #{time}", bomb.query), "variables": bomb.variables});
            client::post("/graphql", token, &body.to_string())
        };
        self.costs(|time| exchange(self.server.port, request(time))).await
    }

    async fn refused(&self, bomb: &Bomb, signed_in: bool) -> Result<Attack, Failure> {
        Ok(attack(bomb.name.to_owned(), self.send(bomb, signed_in).await?))
    }

    async fn charged(&self, bomb: &Bomb) -> Result<Charged, Failure> {
        let (cpu, answer) = self.send(bomb, true).await?;
        let text = String::from_utf8_lossy(&answer);
        let points = text.rsplit_once("\"points\":").and_then(|(_, rest)| {
            rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok())
        });
        let attack = attack(bomb.name.to_owned(), (cpu, answer));
        let Attack { name, cpu, answered, answer } = attack;
        Ok(Charged { name, cpu, points: points.unwrap_or(1), answered, answer })
    }
}

fn attack(name: String, (cpu, answer): (f64, Vec<u8>)) -> Attack {
    let attack = Attack { name, cpu, answered: answer.len(), answer: shown(&answer) };
    eprintln!("{:>9.2} ms {:>9} B  {}: {}", attack.cpu, attack.answered, attack.name, attack.answer);
    attack
}
