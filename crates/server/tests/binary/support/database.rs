use super::Place;
use kontor_tests::{Backend, Scratch};
use std::path::PathBuf;

/// A database of a test's own, gone with it.
pub(crate) struct Database {
    /// As `--database` takes it.
    pub(crate) url: String,
    place: Where,
}

enum Where {
    File(PathBuf),
    Server(Scratch),
}

impl Database {
    /// A new, empty database; the file of SQLite, `test.db` of the place, is not there yet.
    pub(crate) fn new(backend: Backend, place: &Place) -> Self {
        match backend {
            Backend::Sqlite => {
                let file = place.path("test.db");
                Self { url: format!("sqlite:{}", file.display()), place: Where::File(file) }
            }
            Backend::Postgres => {
                let scratch = Scratch::new();
                Self { url: scratch.url.clone(), place: Where::Server(scratch) }
            }
        }
    }

    /// Runs a statement, past the binary.
    pub(crate) fn execute(&self, sql: &str) {
        match &self.place {
            Where::File(file) => drop(rusqlite::Connection::open(file).unwrap().execute(sql, []).unwrap()),
            Where::Server(scratch) => scratch.execute(sql),
        }
    }

    /// The one number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        match &self.place {
            Where::File(file) => {
                rusqlite::Connection::open(file).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
            }
            Where::Server(scratch) => scratch.number(sql),
        }
    }
}
