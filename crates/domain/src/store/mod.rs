//! The databases, and the only connections to them.
//!
//! [`Store::read`] runs a plan outside a transaction and writes JSON; [`Store::begin`] opens a transaction for the write
//! pipeline. Both databases write the same bytes for the same data.

mod abandon;
mod announce;
mod bind;
mod concurrent;
mod election;
mod evolve;
mod found;
pub mod functions;
pub(crate) mod json_path;
mod ledger;
pub(crate) mod like;
mod postgres;
mod postgres_rows;
mod rollback;
mod setup;
mod sqlite;
mod sqlite_rows;
mod tenancy;
mod trace;
mod transaction;
mod version;

pub use abandon::{Abandoned, abandonable, until};
pub use announce::Announcements;
pub(crate) use bind::{like_pattern, sqlite_value};
pub use election::Election;
pub use evolve::{Applied, Pending, Progress};
pub use setup::SetupError;
pub use trace::{Traced, traced};
pub use transaction::{Args, Template, Transaction};

use crate::{
    column::{ColumnType, Dialect},
    context::{Asked, Moment, Whose},
    error::StoreError,
    plan::{Plan, Statement},
    quota::Quotas,
    value::Value,
};
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// Bytes of the longest statement that connections keep prepared: hundreds are kept, each takes many times its text, and
/// long ones are hardly asked for twice.
const LONGEST_KEPT: usize = 32 << 10;

/// Bytes of the statements that a connection to PostgreSQL keeps prepared: there each takes some 160 times its text.
const MOST_KEPT: usize = 256 << 10;

/// Bytes of the JSON that an operation may give. A few records with long texts, under many aliases, could else use up the memory.
const LONGEST_ANSWER: usize = 64 << 20;

/// Told the text of every statement before it runs; tests count and inspect them.
pub type Observer = Arc<dyn Fn(&str) + Send + Sync>;

/// Told every statement that a transaction runs with what is bound to it: the benchmark sends the same by hand.
pub type Recorder = Arc<dyn Fn(&str, &Args<'_>) + Send + Sync>;

/// Where the data is, and how hard it may be used.
#[derive(Clone)]
pub struct Settings {
    /// Which database.
    pub location: Location,
    /// Most connections to PostgreSQL.
    pub connections: usize,
    /// Longest that one statement may take.
    pub statement_timeout: Duration,
    /// The role that PostgreSQL confines to one organisation, which connections take on for what is done in one. None
    /// does without row-level security.
    pub tenant_role: Option<String>,
    /// What the plans of organisations allow.
    pub quotas: Quotas,
    /// Told of every statement.
    pub observer: Option<Observer>,
    /// Told what transactions run.
    pub recorder: Option<Recorder>,
}

impl Settings {
    /// The defaults for a location.
    #[must_use]
    pub fn new(location: Location) -> Self {
        Self {
            location,
            connections: 16,
            statement_timeout: Duration::from_secs(10),
            tenant_role: Some("kontor_tenant".to_owned()),
            quotas: Quotas::default(),
            observer: None,
            recorder: None,
        }
    }
}

/// Which database.
#[derive(Clone)]
pub enum Location {
    /// A file, made where it is missing.
    Sqlite(PathBuf),
    /// A connection URL, `postgres://user:password@host:port/database`.
    Postgres(String),
}

impl fmt::Debug for Location {
    /// The URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => f.debug_tuple("Postgres").finish_non_exhaustive(),
        }
    }
}

impl Location {
    /// From a URL as in the settings: `sqlite:path` or `postgres://…`.
    ///
    /// # Errors
    /// The URL as it cannot be understood.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err("the file name is missing".to_owned()),
                ":memory:" => Err("a database in memory is not supported, name a file".to_owned()),
                path if path.contains('?') => Err("a SQLite file takes no options after `?`".to_owned()),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err("it begins neither with `sqlite:` nor with `postgres://`".to_owned())
    }
}

/// An open database.
pub struct Store {
    settings: Settings,
    backend: Backend,
}

enum Backend {
    Postgres(Box<postgres::Pool>),
    Sqlite(sqlite::File),
}

/// The parameters that every plan may have, as values to bind.
struct RequestValues {
    org: Value,
    user: Value,
    now: Value,
    today: Value,
}

impl RequestValues {
    fn new(asked: &Asked) -> Self {
        let Moment { now, today } = asked.moment;
        Self {
            org: Value::Uuid(asked.org),
            user: asked.user.map_or(Value::Null, Value::Uuid),
            now: Value::Timestamp(now),
            today: Value::Date(today),
        }
    }
}

impl Store {
    /// Opens the database; for SQLite the file and its folder are made where they are missing.
    ///
    /// # Errors
    /// When it cannot be reached, opened or written.
    pub async fn open(settings: Settings) -> Result<Self, StoreError> {
        let backend = match &settings.location {
            Location::Postgres(url) => Backend::Postgres(Box::new(postgres::Pool::open(url, &settings).await?)),
            Location::Sqlite(path) => Backend::Sqlite(sqlite::File::open(path, settings.statement_timeout)?),
        };
        Ok(Self { settings, backend })
    }

    /// Which SQL it speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.backend {
            Backend::Postgres(_) => Dialect::Postgres,
            Backend::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Longest that one statement may take.
    #[must_use]
    pub fn statement_timeout(&self) -> Duration {
        self.settings.statement_timeout
    }

    /// Runs a plan with the values of the request, and appends the JSON of its root to `out`.
    ///
    /// # Errors
    /// See [`StoreError`]; `out` may then hold half an answer, which the caller cuts off.
    pub async fn read(
        &self,
        plan: &Plan,
        asked: &Asked,
        values: &[Value],
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Postgres(pool) => pool.read(plan, asked, values, out, self.settings.observer.as_ref()).await,
            Backend::Sqlite(file) => file.read(plan, asked, values, out, self.settings.observer.as_ref()),
        }
    }

    /// Runs one reading statement outside a transaction, over the rows of `whose`: on SQLite it waits for no writer.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn query(
        &self,
        whose: Whose,
        sql: &str,
        args: &Args<'_>,
        columns: &[ColumnType],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        if let Some(observer) = &self.settings.observer {
            observer(sql);
        }
        match &self.backend {
            Backend::Postgres(pool) => pool.query(whose, sql, args, columns).await,
            Backend::Sqlite(file) => file.query(sql, args, columns),
        }
    }

    /// The one row of a statement of conditions: which of them hold.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn answers(
        &self,
        statement: &Statement,
        asked: &Asked,
        values: &[Value],
    ) -> Result<Vec<bool>, StoreError> {
        if let Some(observer) = &self.settings.observer {
            observer(&statement.sql);
        }
        match &self.backend {
            Backend::Postgres(pool) => pool.answers(statement, asked, values).await,
            Backend::Sqlite(file) => file.answers(statement, asked, values),
        }
    }

    /// Opens a transaction over the rows of `whose`. Dropping it rolls back.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn begin(&self, whose: Whose) -> Result<Transaction<'_>, StoreError> {
        match &self.backend {
            Backend::Postgres(pool) => Transaction::postgres(pool, whose, &self.settings).await,
            Backend::Sqlite(file) => Transaction::sqlite(file, &self.settings).await,
        }
    }

    /// How often a held connection had to be told of another organisation before a statement: each time was a round trip
    /// more. Transactions take it along with their beginning.
    #[must_use]
    pub fn turned(&self) -> u64 {
        match &self.backend {
            Backend::Postgres(pool) => pool.turned(),
            Backend::Sqlite(_) => 0,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Postgres(pool) => pool.ping().await,
            Backend::Sqlite(file) => file.ping(),
        }
    }
}
