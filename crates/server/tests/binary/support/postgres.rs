use super::Place;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::io::Write as _;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// The file `test.db` of a place.
    Sqlite,
    /// A database of its own on the server of `KONTOR_TEST_POSTGRES`.
    Postgres,
}

/// A database of a test's own, gone with it.
pub(crate) struct Database {
    /// As `--database` takes it.
    pub(crate) url: String,
    postgres: Option<String>,
}

fn server() -> String {
    std::env::var("KONTOR_TEST_POSTGRES").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The kinds of database to test on. Without PostgreSQL its tests are skipped, and said to be; under `CI=true` they fail.
pub(crate) fn backends() -> Vec<Backend> {
    match wait(PgConnection::connect(&server())) {
        Ok(_) => vec![Backend::Sqlite, Backend::Postgres],
        Err(error) => {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "PostgreSQL is not reachable, and CI needs it: {error}"
            );
            let notice = format!(
                "\n*** SKIPPED ON POSTGRESQL: no server at KONTOR_TEST_POSTGRES or 127.0.0.1:5432 ({error}) ***\n"
            );
            // Past the capture of the test harness, so that it is seen in a run that passes.
            let _ = writeln!(std::io::stderr(), "{notice}");
            vec![Backend::Sqlite]
        }
    }
}

impl Database {
    /// A new, empty database; the file of SQLite is not there yet.
    pub(crate) fn new(backend: Backend, place: &Place) -> Self {
        if backend == Backend::Sqlite {
            return Self { url: format!("sqlite:{}", place.path("test.db").display()), postgres: None };
        }
        let name = format!("kontor_test_{}", uuid::Uuid::new_v4().simple());
        execute(&server(), &format!("CREATE DATABASE {name}"));
        let server = server();
        let (base, rest) = server.rsplit_once('/').unwrap();
        let options = rest.find('?').map_or("", |at| &rest[at..]);
        Self { url: format!("{base}/{name}{options}"), postgres: Some(name) }
    }

    /// Runs a statement, past the binary.
    pub(crate) fn execute(&self, sql: &str) {
        match self.file() {
            Some(file) => drop(rusqlite::Connection::open(file).unwrap().execute(sql, []).unwrap()),
            None => execute(&self.url, sql),
        }
    }

    /// The one number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        match self.file() {
            Some(file) => rusqlite::Connection::open(file).unwrap().query_row(sql, [], |row| row.get(0)).unwrap(),
            None => wait(async {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await.unwrap()
            }),
        }
    }

    fn file(&self) -> Option<&str> {
        self.url.strip_prefix("sqlite:")
    }
}

fn execute(url: &str, sql: &str) {
    wait(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    });
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(name) = self.postgres.take() {
            execute(&server(), &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}
