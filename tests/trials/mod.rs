//! Many workers write at once, at random: quotes and their lines, prices, stages, links, deletions and what undoes them.
//! Some operations break a rule in their middle. Afterwards everything that Kontor promises is looked for in what the API
//! gives, by code of this test alone. `KONTOR_SEED` begins at another seed, `KONTOR_CASES` sets how many operations.

mod audit;
mod check;
mod generate;
mod invariant;
mod known;
mod operation;
mod read;

use crate::support::{App, Backend, User, backends};
use generate::Maker;
use invariant::PROMISES;
use known::Known;
use operation::{Accepted, Operation, Outcome};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// Who writes at once.
const WORKERS: usize = 8;
/// Operations of a run.
const OPERATIONS: u64 = 1_200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_writers_at_once_break_no_promise_on_sqlite() {
    run(Backend::Sqlite, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_writers_at_once_break_no_promise_on_postgresql() {
    run(Backend::Postgres, 1_000_001).await;
}

/// What the workers have in common.
struct Trial {
    app: App,
    user: User,
    known: Mutex<Known>,
    history: Mutex<History>,
    left: AtomicU64,
}

/// How the operations ended.
#[derive(Debug, Default)]
struct History {
    accepted: Vec<Accepted>,
    /// The marks of refused ones, which nothing may carry.
    refused: Vec<String>,
    /// How many ended how: `accepted`, or the code of the error.
    ends: BTreeMap<String, u64>,
}

async fn run(backend: Backend, first: u64) {
    if !backends().contains(&backend) {
        return;
    }
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("KONTOR_SEED").unwrap_or(first);
    let app = App::with_connections(backend, WORKERS).await;
    let user = app.user("acme").await;
    let known = Mutex::new(Known::of_stages(&app, &user).await);
    let left = AtomicU64::new(number("KONTOR_CASES").unwrap_or(OPERATIONS));
    let trial = Arc::new(Trial { app, user, known, history: Mutex::default(), left });
    let workers: Vec<_> = (0..WORKERS).map(|worker| tokio::spawn(work(trial.clone(), seed, worker))).collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let history = std::mem::take(&mut *trial.history.lock().unwrap());
    println!("KONTOR_SEED={seed} on {backend:?}: {:?}", history.ends);
    let all: u64 = history.ends.values().sum();
    assert!(history.accepted.len() as u64 * 2 > all, "too few operations do anything: {:?}", history.ends);
    let records = read::all(&trial.app, &trial.user).await;
    let mut problems = Vec::new();
    for (invariant, _) in PROMISES.iter().filter(|(_, kept)| *kept) {
        let found = invariant.problems(&records, &history);
        problems.extend(found.iter().take(10).map(|problem| format!("{invariant:?}: {problem}")));
        problems.extend((found.len() > 10).then(|| format!("{invariant:?}: and {} more", found.len() - 10)));
    }
    assert!(problems.is_empty(), "KONTOR_SEED={seed} on {backend:?}\n{}", problems.join("\n"));
}

/// Makes up operations and sends them until none is left.
async fn work(trial: Arc<Trial>, seed: u64, worker: usize) {
    let mut maker = Maker::new(seed, worker);
    while trial.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
        let operation = maker.operation(&trial.known.lock().unwrap());
        let outcome = operation.send(&trial.app, &trial.user).await;
        note(&trial, operation, outcome);
    }
}

/// Remembers how an operation ended.
fn note(trial: &Trial, operation: Operation, outcome: Outcome) {
    let mut history = trial.history.lock().unwrap();
    let end = match outcome {
        Outcome::Accepted(written) => {
            let accepted = Accepted { mark: operation.mark, written };
            trial.known.lock().unwrap().learn(&accepted);
            history.accepted.push(accepted);
            "accepted".to_owned()
        }
        Outcome::Refused(code) => {
            history.refused.push(operation.mark);
            code
        }
    };
    *history.ends.entry(end).or_default() += 1;
}
