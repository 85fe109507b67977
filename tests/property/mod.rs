//! Thousands of random valid documents over made-up rows, answered by the compiled path and by a naive evaluator; the two
//! must agree to the byte. `KONTOR_SEED` begins at another seed, `KONTOR_CASES` sets how many; a failure prints both.

mod compare;
mod generate;
mod oracle;
mod seed;
mod shrink;

use crate::support::{App, Backend, backends};
use compare::{Difference, Tally, compare};
use generate::{Case, Generator};
use oracle::{Cursors, World};
use serde_json::Value as Json;
use std::collections::HashMap;

/// Seed of the rows.
const ROWS: u64 = 20_261_121;
/// Seeds of a run, of two to six documents each.
const SEEDS: u64 = 300;
/// Answers that are looked at while one failing document is made smaller.
const PATIENCE: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_documents_are_answered_as_by_a_naive_evaluator_on_sqlite() {
    run(Backend::Sqlite, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_documents_are_answered_as_by_a_naive_evaluator_on_postgresql() {
    run(Backend::Postgres, 1_000_001).await;
}

async fn run(backend: Backend, first: u64) {
    if !backends().contains(&backend) {
        return;
    }
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let first = number("KONTOR_SEED").unwrap_or(first);
    let count = number("KONTOR_CASES").unwrap_or(SEEDS);
    let app = App::with_packages(backend, &["config/packages", "examples/packages", "tests/data/packages"]).await;
    let user = seed::seed(&app, ROWS).await;
    let world = World::load(&app, user).await;
    let conditions = generate::conditions(&world.schema);
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    for seed in first..first + count {
        if let Some((case, difference)) = session(&app, &world, &conditions, seed, &mut tally).await {
            failures.push(format!("KONTOR_SEED={seed} KONTOR_CASES=1 on {backend:?}\n{}", report(&case, &difference)));
            if failures.len() == 3 {
                break;
            }
        }
    }
    println!("{backend:?}: {tally:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let all = tally.same + tally.invalid + tally.costly;
    assert!(tally.invalid * 10 < all && tally.costly * 20 < all, "too few documents say anything: {tally:?}");
}

fn report(case: &Case, difference: &Difference) -> String {
    let Difference { expected, actual } = difference;
    format!(
        "{}\nvariables {}\nexpected {expected}\nactual   {actual}",
        case.document,
        Json::Object(case.variables.clone())
    )
}

/// The documents of a seed: later ones go on with the cursors of earlier ones. Gives the first that fails, made smaller.
async fn session(
    app: &App,
    world: &World,
    conditions: &HashMap<String, Vec<String>>,
    seed: u64,
    tally: &mut Tally,
) -> Option<(Case, Difference)> {
    let mut generator = Generator::new(world, conditions, seed);
    let mut cursors = Cursors::new();
    for _ in 0..2 {
        let mut case = generator.document();
        for _ in 0..2 {
            if let Some(difference) = compare(app, world, &mut cursors, &case, tally).await {
                return Some(shrunk(app, world, &cursors, case, difference).await);
            }
            if case.variables.is_empty() {
                break;
            }
            case = generator.again(&case);
        }
        generator.know(&cursors);
    }
    None
}

async fn shrunk(
    app: &App,
    world: &World,
    cursors: &Cursors,
    mut case: Case,
    mut difference: Difference,
) -> (Case, Difference) {
    let mut patience = PATIENCE;
    'smaller: loop {
        for smaller in shrink::smaller(&case.clone()) {
            patience -= 1;
            if patience == 0 {
                break 'smaller;
            }
            let still = compare(app, world, &mut cursors.clone(), &smaller, &mut Tally::default()).await;
            if let Some(still) = still {
                (case, difference) = (smaller, still);
                continue 'smaller;
            }
        }
        break;
    }
    (case, difference)
}
