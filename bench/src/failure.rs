//! Why there is no result.

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file, a process or a socket failed.
    #[error("the system refused: {0}")]
    System(#[from] std::io::Error),
    /// A server did not come up.
    #[error("a server could not be started: {0}")]
    Server(String),
    /// A program failed.
    #[error("`{program}` failed:\n{output}")]
    Program {
        /// Which.
        program: String,
        /// What it printed.
        output: String,
    },
    /// PostgreSQL failed.
    #[error("PostgreSQL refused: {0}")]
    Postgres(#[from] sqlx::Error),
    /// SQLite failed.
    #[error("SQLite refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// An answer is not HTTP, or has another status than 200.
    #[error("an answer is not as expected: {0}")]
    Answer(String),
    /// Kontor and the limit do not do the same work.
    #[error("{shape} on {database}: the answers differ\n  kontor: {kontor}\n  limit:  {limit}")]
    Differs {
        /// Which shape.
        shape: &'static str,
        /// On which database.
        database: &'static str,
        /// One answer.
        kontor: String,
        /// The other.
        limit: String,
    },
    /// The metadata made for a measurement are not valid.
    #[error("the metadata of the measurement are not valid:\n{0}")]
    Metadata(String),
}
