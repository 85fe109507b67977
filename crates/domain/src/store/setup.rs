//! Making the database fit: platform migrations, then the tables of the catalog, recorded in the ledger.

use super::{
    Args, Location, Store, Transaction,
    evolve::{Applied, Progress},
};
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    ddl::{LedgerError, Terms},
    error::StoreError,
    value::Value,
};
use kontor_metadata::{Report, model::Catalog};
use kontor_migrations::Migrator;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait as _;

/// Any number; gateways that start together take turns by it.
const ADVISORY_LOCK: i64 = 0x6b6f_6e74_6f72;

/// Why a database cannot be made to fit.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A migration of the platform tables failed; nothing of it is kept.
    #[error("a migration of the platform tables failed")]
    Migration(#[source] DbErr),
    /// A newer program has migrated the database.
    #[error("the database was made by a newer version of kontor (it has the migration `{0}`): use that version")]
    Newer(String),
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The catalog asks for changes that would lose data or cannot be made.
    #[error("the metadata and the database do not fit together")]
    Diff(Report),
    /// The role that row-level security confines cannot be made, or not be taken on.
    #[error("the role `{role}`, which PostgreSQL is to confine to one organization, cannot be made")]
    TenantRole {
        /// Its name.
        role: String,
        /// What PostgreSQL says.
        #[source]
        cause: StoreError,
    },
    /// PostgreSQL confines this role to nothing.
    #[error(
        "the role `{0}` is a superuser or bypasses row-level security, so it cannot be confined to one organization"
    )]
    TenantRoleUnconfined(String),
    /// Nothing was applied yet.
    #[error("the database has not been set up: run `kontor apply`")]
    NotApplied,
    /// Somebody has applied something since the plan was made.
    #[error("the plan was made for {expected}, and the database is at {found} now")]
    Moved {
        /// What the plan was made for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// There is no such version to go back to.
    #[error("there is no version {0} to go back to")]
    NoSuchVersion(i64),
    /// A version that an earlier program has applied cannot be undone.
    #[error("version {0} was applied by an earlier kontor, which kept nothing to go back with")]
    NothingKept(i64),
    /// Values would be lost by going back.
    #[error("{rows} records of `{table}` have a value in `{column}` that it could not have then")]
    Misfit {
        /// How many.
        rows: u64,
        /// Table name.
        table: String,
        /// Column name.
        column: String,
    },
    /// Rows of SQLite lead to rows that are not there.
    #[error("{0} rows lead to others that are not there")]
    Links(u64),
}

impl Store {
    /// Runs pending migrations, then brings the tables up to the catalog in one transaction with the new ledger entry.
    /// Doing it again changes nothing; several at once take turns.
    ///
    /// # Errors
    /// See [`SetupError`]; nothing is half done.
    pub async fn apply(&self, catalog: &Catalog) -> Result<Applied, SetupError> {
        self.apply_as(catalog, &Terms::default(), None, &mut |_| {}).await
    }

    /// As [`Store::apply`], with what may vanish; `expected` is [`super::Pending::base`] of a plan that was looked at, and
    /// `told` hears of each step.
    ///
    /// # Errors
    /// See [`SetupError`]; nothing is half done.
    pub async fn apply_as(
        &self,
        catalog: &Catalog,
        terms: &Terms,
        expected: Option<&str>,
        told: Progress<'_>,
    ) -> Result<Applied, SetupError> {
        let turn = self.in_turn().await?;
        self.migrate().await?;
        self.make_tenant_role().await?;
        let applied = self.apply_catalog(catalog, terms, expected, told).await;
        turn.end().await?;
        applied
    }

    /// Waits until nobody else changes the schema.
    pub(super) async fn in_turn(&self) -> Result<Turn<'_>, StoreError> {
        if self.dialect() == Dialect::Sqlite {
            return self.take_turn().await.map(Turn::Sqlite);
        }
        // The lock is held by a transaction of its own, which ends with it whatever happens.
        let mut lock = self.begin(Whose::Platform).await?;
        lock.without_time_limit().await?;
        lock.batch(&format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")).await?;
        Ok(Turn::Postgres(Box::new(lock)))
    }

    /// A SeaORM connection to the same database, for the platform entities and typed reads of core records.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn entities(&self) -> Result<DatabaseConnection, DbErr> {
        let url = match &self.settings.location {
            Location::Postgres(url) => url.clone(),
            // Here the path is part of a URL; one that does not begin with `/` would be taken for a host.
            Location::Sqlite(path) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                let path = path.display().to_string().replace('%', "%25").replace('#', "%23");
                format!("sqlite://{path}?mode=rwc")
            }
        };
        let mut options = ConnectOptions::new(url);
        options.max_connections(2).sqlx_logging(false);
        Database::connect(options).await
    }

    /// On SQLite a lock of its own beside the file makes processes take turns; it ends with what is returned.
    async fn take_turn(&self) -> Result<Option<std::fs::File>, StoreError> {
        let Location::Sqlite(path) = &self.settings.location else { return Ok(None) };
        let mut name = path.clone().into_os_string();
        name.push(".lock");
        let lock = move || {
            let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(name)?;
            file.lock()?;
            Ok::<_, std::io::Error>(file)
        };
        let locked = tokio::task::spawn_blocking(lock).await.map_err(|e| StoreError::Unavailable(e.into()))?;
        locked.map(Some).map_err(|e| StoreError::Unavailable(e.into()))
    }

    pub(super) async fn migrate(&self) -> Result<(), SetupError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        if has_table(&mut transaction, "seaql_migrations").await? {
            refuse_newer(&mut transaction).await?;
        }
        transaction.rollback().await?;
        let connection = self.entities().await.map_err(SetupError::Migration)?;
        Migrator::up(&connection, None).await.map_err(SetupError::Migration)?;
        connection.close().await.map_err(SetupError::Migration)
    }
}

/// The right to change the schema, until it ends.
pub(super) enum Turn<'s> {
    /// A lock on a file.
    Sqlite(#[expect(dead_code, reason = "it is held, not looked at")] Option<std::fs::File>),
    /// A transaction that holds an advisory lock.
    Postgres(Box<Transaction<'s>>),
}

impl Turn<'_> {
    pub(super) async fn end(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(lock) => lock.rollback().await,
        }
    }
}

/// Whether the platform migrations have made this table.
pub(super) async fn has_table(transaction: &mut Transaction<'_>, table: &str) -> Result<bool, StoreError> {
    let sql = match transaction.dialect() {
        Dialect::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    let args = Args::new(transaction.dialect());
    let rows = transaction.query(sql, &args, &[ColumnType::Text]).await?;
    Ok(rows.into_iter().flatten().any(|value| matches!(value, Value::Text(name) if name == table)))
}

/// Migrations that this program does not know were made by a newer one.
pub(super) async fn refuse_newer(transaction: &mut Transaction<'_>) -> Result<(), SetupError> {
    let known: Vec<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let args = Args::new(transaction.dialect());
    let sql = "SELECT version FROM seaql_migrations ORDER BY version";
    let applied = transaction.query(sql, &args, &[ColumnType::Text]).await?;
    let newer = applied.into_iter().flatten().find_map(|version| match version {
        Value::Text(version) if !known.contains(&version) => Some(version),
        _ => None,
    });
    newer.map_or(Ok(()), |version| Err(SetupError::Newer(version)))
}

/// Whether a platform table has this column, which a later migration may have added.
pub(super) async fn has_column(
    transaction: &mut Transaction<'_>,
    table: &str,
    column: &str,
) -> Result<bool, StoreError> {
    let sql = match transaction.dialect() {
        Dialect::Postgres => {
            format!(
                "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass('{table}') AND NOT attisdropped"
            )
        }
        Dialect::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
    };
    let args = Args::new(transaction.dialect());
    let rows = transaction.query(&sql, &args, &[ColumnType::Text]).await?;
    Ok(rows.into_iter().flatten().any(|value| matches!(value, Value::Text(name) if name == column)))
}
