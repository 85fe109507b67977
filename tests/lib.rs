//! Servers for tests: which kinds of databases there are, scratch databases on PostgreSQL and streams of NATS that go with
//! the test, networks that can be cut, and choices. Used by the behaviour tests here and by the tests of the binary.

mod nats;
mod proxy;
mod random;

pub use nats::{Stream, nats_server};
pub use proxy::Proxy;
pub use random::Random;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::io::Write as _;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file of the test's own.
    Sqlite,
    /// A [`Scratch`] database on the server of `KONTOR_TEST_POSTGRES`.
    Postgres,
}

/// The kinds of database to test on. Without PostgreSQL its tests are skipped, and said to be; under `CI=true` they fail.
pub fn backends() -> Vec<Backend> {
    let Err(error) = blocking(|| async { PgConnection::connect(&server()).await.map(drop) }) else {
        return vec![Backend::Sqlite, Backend::Postgres];
    };
    skipped("PostgreSQL", "KONTOR_TEST_POSTGRES or 127.0.0.1:5432", &error);
    vec![Backend::Sqlite]
}

/// Says that tests are skipped since a server is not there; under `CI=true` they fail.
fn skipped(server: &str, place: &str, why: &dyn std::fmt::Display) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{server} is not reachable, and CI needs it: {why}");
    // Past the capture of the test harness, so that it is seen in a run that passes.
    let name = server.to_uppercase();
    let _ = writeln!(std::io::stderr(), "\n*** SKIPPED ON {name}: no server at {place} ({why}) ***\n");
}

/// A new, empty database on PostgreSQL, dropped with this value.
pub struct Scratch {
    /// `postgres://…/kontor_test_…`
    pub url: String,
    name: String,
}

impl Scratch {
    /// Makes one.
    #[expect(clippy::new_without_default, reason = "it makes something on a server, which a default should not")]
    pub fn new() -> Self {
        let name = format!("kontor_test_{}", uuid::Uuid::new_v4().simple());
        execute(&server(), &format!("CREATE DATABASE {name}"));
        let server = server();
        let (base, rest) = server.rsplit_once('/').expect("the URL names a database");
        let options = rest.find('?').map_or("", |at| &rest[at..]);
        Self { url: format!("{base}/{name}{options}"), name }
    }

    /// Runs a statement in it.
    pub fn execute(&self, sql: &str) {
        execute(&self.url, sql);
    }

    /// The texts that a query gives.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        blocking(|| async {
            let mut connection = PgConnection::connect(&self.url).await.expect("the database was made");
            let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
            query.fetch_all(&mut connection).await.expect("the query gives texts")
        })
    }

    /// The one number that a query gives.
    pub fn number(&self, sql: &str) -> i64 {
        blocking(|| async {
            let mut connection = PgConnection::connect(&self.url).await.expect("the database was made");
            let query = sqlx::query_scalar(AssertSqlSafe(sql.to_owned()));
            query.fetch_one(&mut connection).await.expect("the query gives a number")
        })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        execute(&server(), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn server() -> String {
    std::env::var("KONTOR_TEST_POSTGRES").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

fn execute(url: &str, sql: &str) {
    blocking(|| async {
        let mut connection = PgConnection::connect(url).await.expect("PostgreSQL was there before");
        connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("the statement runs");
    });
}

/// Waits for a future on a thread of its own, so that tests may call it inside and outside a runtime.
fn blocking<T: Send, F: Future<Output = T>>(make: impl FnOnce() -> F + Send) -> T {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime of one thread can be made").block_on(make())
        });
        waiting.join().expect("the database did what it was asked")
    })
}
