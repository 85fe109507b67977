//! A package that changes for a long time, at random: whatever is added, renamed, widened, replaced, removed and brought
//! back, records keep their values, a second plan is empty, undoing restores what was, and in the end the tables are those
//! of a fresh database. `KONTOR_SEED` and `KONTOR_CASES` ask for others and more than those of every run.

mod edits;
mod rows;
mod tables;
mod world;

use crate::support::{Backend, Database, backends};
use kontor_domain::{
    context::Whose,
    ddl::Terms,
    processes,
    store::{Pending, Settings, SetupError, Store},
};
use kontor_metadata::model::Catalog;
use kontor_tests::Random;
use uuid::Uuid;
use world::World;

/// Edits of a run.
const STEPS: u64 = 60;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_changes_records_keep_their_values() {
    let (seed, steps) = (setting("KONTOR_SEED", 20_261_121), setting("KONTOR_CASES", STEPS));
    for backend in backends() {
        let mut life = Life::begin(backend, seed).await;
        for step in 0..steps {
            life.step(step).await;
        }
        life.end().await;
    }
}

/// A database, what it should hold, and what happened so far.
struct Life {
    backend: Backend,
    _database: Database,
    store: Store,
    org: Uuid,
    world: World,
    random: Random,
    story: Vec<String>,
}

impl Life {
    async fn begin(backend: Backend, seed: u64) -> Self {
        let (database, store, org) = fresh(backend, &World::default().catalog()).await;
        let (random, story) = (Random::new(seed), vec![format!("seed {seed}, {backend:?}")]);
        Self { backend, _database: database, store, org, world: World::default(), random, story }
    }

    /// Some edits, applied at once.
    async fn step(&mut self, number: u64) {
        let before = self.world.clone();
        self.world.settled();
        for _ in 0..=self.random.below(2) {
            let told = self.world.edit(&mut self.random);
            self.story.push(format!("{number}: {told}"));
            // What is said of the past of a thing is said once.
            if told.contains("rename") || told.contains("becomes") || told.contains("required") {
                break;
            }
        }
        let catalog = self.world.catalog();
        let prune = self.random.chance(15);
        if prune {
            self.story.push(format!("{number}: prune"));
        }
        let terms = Terms { prune, ..Terms::default() };
        self.apply(&catalog, &terms).await;
        self.check(&catalog).await;
        if self.random.chance(30) && self.pending(&before.catalog()).await.is_some() {
            self.undo(number, &before, &catalog, &terms).await;
        }
        if prune {
            self.world.hidden.clear();
        }
        let grown = self.world.grow(&mut self.random);
        rows::insert(&self.store, &catalog, self.org, grown).await;
        self.check(&catalog).await;
    }

    async fn apply(&self, catalog: &Catalog, terms: &Terms) {
        let applied = self.store.apply_as(catalog, terms, None, &mut |_| {}).await;
        if let Err(error) = applied {
            panic!("{}\n{error:?}\n{}", self.told(), self.shown(&error));
        }
        let left = self.store.pending(catalog, terms).await.unwrap().plan.summary();
        assert!(left.is_empty(), "{}\na second plan: {left:?}", self.told());
    }

    /// The plan back to an earlier catalog, where there is something to undo.
    async fn pending(&self, catalog: &Catalog) -> Option<Pending> {
        let accept = Terms::default();
        match self.store.pending(catalog, &accept).await {
            Ok(pending) if pending.plan.is_empty() => None,
            Ok(pending) => Some(pending),
            Err(SetupError::Diff(_)) => {
                let version = self.store.pending(&self.world.catalog(), &accept).await.unwrap();
                Some(version)
            }
            Err(error) => panic!("{}\n{error:?}", self.told()),
        }
    }

    /// Undone, the database holds what it held; done again, what it should.
    async fn undo(&mut self, number: u64, before: &World, catalog: &Catalog, terms: &Terms) {
        let version = self.store.pending(catalog, terms).await.unwrap().version;
        if version < 2 {
            return;
        }
        self.story.push(format!("{number}: undo, and do again"));
        let undone = self.store.rollback(None, &mut |_| {}).await;
        undone.unwrap_or_else(|error| panic!("{}\n{error:?}", self.told()));
        let old = before.catalog();
        let found = rows::read(&self.store, &old, before).await;
        assert_eq!(found, before.records, "{}\nundone", self.told());
        let left = self.store.pending(&old, &Terms::default()).await.unwrap().plan.summary();
        assert!(left.is_empty(), "{}\nundone, and a plan: {left:?}", self.told());
        self.apply(catalog, terms).await;
        self.check(catalog).await;
    }

    async fn check(&self, catalog: &Catalog) {
        let found = rows::read(&self.store, catalog, &self.world).await;
        for (module, records) in &self.world.records {
            for (id, record) in records {
                assert_eq!(found[module].get(id), Some(record), "{}\n{module} {id}", self.told());
            }
            assert_eq!(found[module].len(), records.len(), "{}\n{module}", self.told());
        }
    }

    /// With everything dropped that is hidden, the tables are those of a database that never was different.
    async fn end(self) {
        let catalog = self.world.catalog();
        self.apply(&catalog, &Terms { prune: true, ..Terms::default() }).await;
        self.check(&catalog).await;
        let (_database, other, _) = fresh(self.backend, &catalog).await;
        let (here, there) = (tables::tables(&self.store).await, tables::tables(&other).await);
        assert!(!there.is_empty());
        let differ =
            |a: &[String], b: &[String]| a.iter().filter(|line| !b.contains(line)).cloned().collect::<Vec<_>>();
        assert_eq!(differ(&here, &there), differ(&there, &here), "{}\nevolved, and fresh", self.told());
    }

    fn told(&self) -> String {
        self.story.join("\n")
    }

    fn shown(&self, error: &SetupError) -> String {
        match error {
            SetupError::Diff(report) => report.render_text(false),
            other => other.to_string(),
        }
    }
}

async fn fresh(backend: Backend, catalog: &Catalog) -> (Database, Store, Uuid) {
    let database = Database::new(backend);
    let store = Store::open(Settings::new(database.location.clone())).await.unwrap();
    store.apply(catalog).await.unwrap();
    let org = Uuid::now_v7();
    let mut transaction = store.begin(Whose::Platform).await.unwrap();
    processes::create_organization(&mut transaction, org, "evolving", "evolving", processes::DEFAULT_PLAN, false)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    (database, store, org)
}
