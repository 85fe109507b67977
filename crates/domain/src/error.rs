//! What can go wrong between a plan and the database. Nothing in a `Display` here is for clients but what says so.

/// A failure of the database or on the way to it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection, or it broke.
    #[error("the database cannot be reached")]
    Unavailable(#[source] Source),
    /// The statement ran into its time limit.
    #[error("the statement took longer than allowed")]
    Timeout,
    /// Another transaction was in the way; the whole operation may be tried again.
    #[error("another transaction was in the way")]
    Busy,
    /// A constraint refused the write.
    #[error("constraint `{name}` refused the write")]
    Constraint {
        /// What kind of constraint.
        kind: ConstraintKind,
        /// PostgreSQL: its name; SQLite: `table.column, …` or the index name.
        name: String,
    },
    /// A sum that the database cannot hold: SQLite's have 64 bits.
    #[error("a sum is too large")]
    TooLarge,
    /// The JSON of an operation has more bytes than this, the most that it may have.
    #[error("the answer is longer than allowed")]
    TooLong(usize),
    /// The database takes no writes: a read-only file or a standby.
    #[error("the database is read-only")]
    ReadOnly,
    /// Anything else: a mistake of ours.
    #[error("the database refused a statement")]
    Database(#[source] Source),
}

/// The cause of an error, of whichever library.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// The kind of a violated constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// A unique key.
    Unique,
    /// A foreign key: the record linked to is not there.
    ForeignKey,
    /// A required value is missing.
    NotNull,
    /// A check.
    Check,
}

/// Whether PostgreSQL refuses a prepared statement since a table has changed under it: it gives other types now.
pub(crate) fn is_outdated(error: &sqlx::Error) -> bool {
    let Some(database) = error.as_database_error() else { return false };
    database.code().as_deref() == Some("0A000") && database.message().starts_with("cached plan")
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let kind = |code: &str| match code {
            "23505" => Some(ConstraintKind::Unique),
            "23503" => Some(ConstraintKind::ForeignKey),
            "23502" => Some(ConstraintKind::NotNull),
            "23514" => Some(ConstraintKind::Check),
            _ => None,
        };
        if let sqlx::Error::Database(database) = &error {
            let code = database.code().unwrap_or_default().into_owned();
            if let Some(kind) = kind(&code) {
                return Self::Constraint { kind, name: database.constraint().unwrap_or_default().to_owned() };
            }
            return match code.as_str() {
                "57014" => Self::Timeout,
                "40001" | "40P01" | "55P03" => Self::Busy,
                _ if is_outdated(&error) => Self::Busy,
                "25006" => Self::ReadOnly,
                "57P01" | "57P02" | "57P03" | "53300" => Self::Unavailable(error.into()),
                code if code.starts_with("08") => Self::Unavailable(error.into()),
                _ => Self::Database(error.into()),
            };
        }
        match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => Self::Unavailable(error.into()),
            other => Self::Database(other.into()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let rusqlite::Error::SqliteFailure(failure, message) = &error else { return Self::Database(error.into()) };
        let name = || {
            let message = message.as_deref().unwrap_or_default();
            message.split_once("failed: ").map_or(message, |(_, name)| name).to_owned()
        };
        match failure.code {
            ErrorCode::ConstraintViolation => {
                let kind = match failure.extended_code {
                    ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ConstraintKind::ForeignKey,
                    ffi::SQLITE_CONSTRAINT_NOTNULL => ConstraintKind::NotNull,
                    ffi::SQLITE_CONSTRAINT_CHECK => ConstraintKind::Check,
                    _ => ConstraintKind::Unique,
                };
                Self::Constraint { kind, name: name() }
            }
            ErrorCode::OperationInterrupted => Self::Timeout,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::Unknown if message.as_deref() == Some("integer overflow") => Self::TooLarge,
            ErrorCode::CannotOpen | ErrorCode::NotADatabase | ErrorCode::DiskFull | ErrorCode::SystemIoFailure => {
                Self::Unavailable(error.into())
            }
            _ => Self::Database(error.into()),
        }
    }
}
