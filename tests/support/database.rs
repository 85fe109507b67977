use kontor_domain::store::Location;
use kontor_tests::{Backend, Scratch};

/// A database of a test's own, gone with it.
pub(crate) struct Database {
    /// Where it is.
    pub(crate) location: Location,
    _postgres: Option<Scratch>,
    /// A folder of the test's own.
    pub(crate) folder: tempfile::TempDir,
}

impl Database {
    /// A new, empty database.
    pub(crate) fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let postgres = (backend == Backend::Postgres).then(Scratch::new);
        let location = match &postgres {
            Some(scratch) => Location::Postgres(scratch.url.clone()),
            None => Location::Sqlite(folder.path().join("test.db")),
        };
        Self { location, _postgres: postgres, folder }
    }
}
