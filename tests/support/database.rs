use kontor_domain::store::Location;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::io::Write as _;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// A file in a folder of its own.
    Sqlite,
    /// A database of its own on the server of `KONTOR_TEST_POSTGRES`.
    Postgres,
}

/// A database of a test's own, gone with it.
pub(crate) struct Database {
    /// Where it is.
    pub(crate) location: Location,
    postgres: Option<String>,
    _folder: tempfile::TempDir,
}

fn server() -> String {
    std::env::var("KONTOR_TEST_POSTGRES").unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

/// The kinds of database to test on. Without PostgreSQL its tests are skipped, and said to be; under `CI=true` they fail.
pub(crate) async fn backends() -> Vec<Backend> {
    match PgConnection::connect(&server()).await {
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
    /// A new, empty database.
    pub(crate) async fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if backend == Backend::Sqlite {
            let location = Location::Sqlite(folder.path().join("test.db"));
            return Self { location, postgres: None, _folder: folder };
        }
        let name = format!("kontor_test_{}", uuid::Uuid::new_v4().simple());
        let mut connection = PgConnection::connect(&server()).await.unwrap();
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let (base, _) = server().rsplit_once('/').map(|(base, rest)| (base.to_owned(), rest.to_owned())).unwrap();
        let location = Location::Postgres(format!("{base}/{name}"));
        Self { location, postgres: Some(name), _folder: folder }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(name) = self.postgres.take() else { return };
        // Dropping is not async, so a thread with a runtime of its own does it.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server()).await.unwrap();
                connection.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
            });
        });
        let _ = dropped.join();
    }
}
