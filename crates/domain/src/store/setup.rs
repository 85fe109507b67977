//! Making the database fit: platform migrations, then the tables of the catalog, recorded in the ledger.

use super::{Args, Location, Store, Transaction, tenancy};
use crate::{
    calendar,
    column::{ColumnType, Dialect},
    context::Whose,
    ddl::{self, DiffProblem, Ledger, LedgerError},
    error::StoreError,
    mutation::{self, Writing},
    value::Value,
};
use kontor_metadata::model::Catalog;
use kontor_migrations::Migrator;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait as _;
use std::sync::Arc;

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
    Diff(Vec<DiffProblem>),
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
    /// The database holds another version of the metadata than was planned against.
    #[error("the database has not been set up: run `kontor apply`")]
    NotApplied,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Version of the metadata in the ledger.
    pub version: i64,
    /// The changes, one line each; empty when there was nothing to do.
    pub changes: Vec<String>,
}

impl Store {
    /// Runs pending migrations, then brings the tables up to the catalog in one transaction with the new ledger entry.
    /// Doing it again changes nothing; several at once take turns.
    ///
    /// # Errors
    /// See [`SetupError`]; nothing is half done.
    pub async fn apply(&self, catalog: &Catalog) -> Result<Applied, SetupError> {
        if self.dialect() == Dialect::Postgres {
            // The lock is held by a transaction of its own, which ends with it whatever happens.
            let mut lock = self.begin(Whose::Platform).await?;
            lock.without_time_limit().await?;
            lock.batch(&format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")).await?;
            self.migrate().await?;
            self.make_tenant_role().await?;
            let applied = self.apply_catalog(catalog).await;
            lock.rollback().await?;
            applied
        } else {
            let _turn = self.take_turn().await?;
            self.migrate().await?;
            self.apply_catalog(catalog).await
        }
    }

    /// The changes that [`Store::apply`] would make, without making them.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub async fn pending(&self, catalog: &Catalog) -> Result<ddl::Plan, SetupError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        if has_table(&mut transaction, "seaql_migrations").await? {
            refuse_newer(&mut transaction).await?;
        }
        let ledger = if has_table(&mut transaction, "metadata_versions").await? {
            ledger(&mut transaction).await?
        } else {
            Ledger::empty()
        };
        let mut plan = ddl::diff(&ledger.schema, &ddl::desired(catalog)).map_err(SetupError::Diff)?;
        if let Some(role) = self.tenant_role() {
            let mut tables = tenancy::missing(&mut transaction, role).await?;
            tables.extend(plan.created());
            plan.secure(tables, role);
        }
        transaction.rollback().await?;
        Ok(plan)
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

    async fn migrate(&self) -> Result<(), SetupError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        if has_table(&mut transaction, "seaql_migrations").await? {
            refuse_newer(&mut transaction).await?;
        }
        transaction.rollback().await?;
        let connection = self.entities().await.map_err(SetupError::Migration)?;
        Migrator::up(&connection, None).await.map_err(SetupError::Migration)?;
        connection.close().await.map_err(SetupError::Migration)
    }

    async fn apply_catalog(&self, catalog: &Catalog) -> Result<Applied, SetupError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        let ledger = ledger(&mut transaction).await?;
        let desired = ddl::desired(catalog);
        let mut plan = ddl::diff(&ledger.schema, &desired).map_err(SetupError::Diff)?;
        transaction.without_time_limit().await?;
        for statement in plan.statements(self.dialect()) {
            transaction.batch(&statement).await?;
        }
        if plan.recomputes() {
            let writing = Writing::new(Arc::new(catalog.clone()), self.dialect());
            mutation::recompute(&mut transaction, &writing).await?;
        }
        let mut version = ledger.version;
        if !plan.is_empty() {
            version += 1;
            record(&mut transaction, &Ledger::new(version, desired)).await?;
        }
        // New tables are among those that nothing guards yet.
        if let Some(role) = self.tenant_role() {
            let mut security = ddl::Plan::default();
            security.secure(tenancy::missing(&mut transaction, role).await?, role);
            for statement in security.statements(self.dialect()) {
                transaction.batch(&statement).await?;
            }
            tenancy::grant(&mut transaction, role).await?;
            plan.steps.extend(security.steps);
        }
        transaction.commit().await?;
        Ok(Applied { version, changes: plan.summary() })
    }
}

/// Whether the platform migrations have made this table.
async fn has_table(transaction: &mut Transaction<'_>, table: &str) -> Result<bool, StoreError> {
    let sql = match transaction.dialect() {
        Dialect::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    let args = Args::new(transaction.dialect());
    let rows = transaction.query(sql, &args, &[ColumnType::Text]).await?;
    Ok(rows.into_iter().flatten().any(|value| matches!(value, Value::Text(name) if name == table)))
}

/// Migrations that this program does not know were made by a newer one.
async fn refuse_newer(transaction: &mut Transaction<'_>) -> Result<(), SetupError> {
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

async fn ledger(transaction: &mut Transaction<'_>) -> Result<Ledger, SetupError> {
    let args = Args::new(transaction.dialect());
    let sql = "SELECT ledger FROM metadata_versions ORDER BY version DESC LIMIT 1";
    let rows = transaction.query(sql, &args, &[ColumnType::Text]).await?;
    match rows.into_iter().flatten().next() {
        Some(Value::Text(text)) => Ok(Ledger::from_json(&text)?),
        _ => Ok(Ledger::empty()),
    }
}

async fn record(transaction: &mut Transaction<'_>, ledger: &Ledger) -> Result<(), StoreError> {
    let values = [
        Value::Integer(ledger.version),
        Value::Timestamp(calendar::now()),
        Value::Text(ledger.hash.clone()),
        Value::Text(ledger.to_json()),
        Value::Text(env!("CARGO_PKG_VERSION").to_owned()),
    ];
    let types = [ColumnType::BigInt, ColumnType::Timestamp, ColumnType::Text, ColumnType::Text, ColumnType::Text];
    let mut args = Args::new(transaction.dialect());
    let placeholders: Vec<_> = values.iter().zip(types).map(|(value, ty)| args.add(ty, value)).collect();
    let sql = format!(
        "INSERT INTO metadata_versions (version, applied_at, hash, ledger, kontor_version) VALUES ({})",
        placeholders.join(", ")
    );
    transaction.execute(&sql, &args).await?;
    Ok(())
}
