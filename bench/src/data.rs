//! The databases that are measured: half a million records of the demo, made once and kept.

use crate::{failure::Failure, process, settings::Settings};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use std::{path::PathBuf, process::Command};

/// What the limit calls itself to PostgreSQL.
pub(crate) const LIMIT: &str = "kontor-limit";
/// What Kontor calls itself.
pub(crate) const KONTOR: &str = "kontor";
/// The last name of contacts, the subject of quotes and the industry of accounts that the measurement creates, by which
/// they are removed again.
pub(crate) const CREATED: &str = "Benchmark";
/// The industry of a thousand accounts that are changed at once.
pub(crate) const MANY: &str = "Benchmark of many";

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A file.
    Sqlite,
    /// A database of a PostgreSQL server on this machine.
    Postgres,
}

impl Kind {
    /// As people write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A filled database.
pub(crate) struct Data {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it is, as the settings of Kontor want it.
    pub(crate) url: String,
    /// Folders with the packages that it is made for.
    pub(crate) packages: Vec<PathBuf>,
}

impl Data {
    /// The database of this name, made where it is missing.
    pub(crate) async fn named(settings: &Settings, kind: Kind, name: &str) -> Result<Self, Failure> {
        let url = match kind {
            Kind::Sqlite => format!("sqlite:{}", settings.folder.join(format!("{name}.db")).display()),
            Kind::Postgres => {
                let name = format!("kontor_{}", name.replace(['-', '.'], "_"));
                let mut server = PgConnection::connect(&settings.postgres).await?;
                let known = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(&name);
                if server.fetch_optional(known).await?.is_none() {
                    server.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
                }
                let (server, _) = settings.postgres.rsplit_once('/').unwrap_or((&settings.postgres, ""));
                format!("{server}/{name}")
            }
        };
        Ok(Self { kind, url, packages: vec![PathBuf::from("config/packages")] })
    }

    /// The demo of this version and scale.
    pub(crate) async fn demo(settings: &Settings, kind: Kind) -> Result<Self, Failure> {
        let name = format!("bench-{}-{}", env!("CARGO_PKG_VERSION"), settings.scale);
        let mut data = Self::named(settings, kind, &name).await?;
        if process::run(data.kontor(settings).arg("apply")).is_err() {
            eprintln!("{}: the database does not fit the metadata any more and is made anew", kind.name());
            data.remove(settings).await?;
            data = Self::named(settings, kind, &name).await?;
            process::run(data.kontor(settings).arg("apply"))?;
        }
        if data.count("SELECT count(*) FROM organizations WHERE slug = 'demo'").await? == 0 {
            eprintln!("{}: making the demo at scale {}", kind.name(), settings.scale);
            process::run(data.kontor(settings).args(["demo", "--scale", &settings.scale.to_string()]))?;
        }
        if data.count(&format!("SELECT count(*) FROM accounts WHERE industry = '{MANY}'")).await? == 0 {
            data.execute(&data.many()).await?;
        }
        data.tidy().await?;
        Ok(data)
    }

    /// Makes a thousand accounts, behind all others.
    fn many(&self) -> String {
        let (numbers, id) = match self.kind {
            Kind::Sqlite => (
                "(WITH RECURSIVE s(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM s WHERE n < 1000) SELECT n FROM s)",
                "unhex(printf('ffffffffffff4fff8fff%012x', n))",
            ),
            Kind::Postgres => (
                "(SELECT generate_series(1, 1000) AS n)",
                "('ffffffff-ffff-4fff-8fff-' || lpad(to_hex(n), 12, '0'))::uuid",
            ),
        };
        format!(
            "INSERT INTO accounts (id, org, name, industry, account_type, owner_id, created_by_id, updated_by_id, \
             created_at, updated_at, version) SELECT {id}, u.org, 'Benchmark ' || n, '{MANY}', 'prospect', u.id, u.id, \
             u.id, u.created_at, u.created_at, 1 FROM {numbers} AS numbers, users u \
             WHERE u.email = 'admin@demo.kontor.example'"
        )
    }

    async fn remove(self, settings: &Settings) -> Result<(), Failure> {
        match self.url.strip_prefix("sqlite:") {
            Some(path) => {
                for end in ["", "-wal", "-shm"] {
                    match std::fs::remove_file(format!("{path}{end}")) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                        _ => {}
                    }
                }
            }
            None => {
                let name = self.url.rsplit('/').next().unwrap_or_default();
                let mut server = PgConnection::connect(&settings.postgres).await?;
                server.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await?;
            }
        }
        Ok(())
    }

    /// `kontor` on this database.
    pub(crate) fn kontor(&self, settings: &Settings) -> Command {
        let mut command = Command::new(settings.program());
        command.args(["--database", &self.url]);
        for folder in &self.packages {
            command.arg("--packages").arg(folder);
        }
        // Each request's line in the log would be measured too, and the limit writes none.
        command.env("KONTOR_LOG", "warn").env("KONTOR_SIGNING_KEY", settings.folder.join("signing-key"));
        // One user asks as often as the machine can bear.
        command.env("KONTOR_RATES_USER_PER_MINUTE", "0");
        command
    }

    /// The first column of the first row of a statement, a number.
    pub(crate) async fn count(&self, sql: &str) -> Result<i64, Failure> {
        Ok(match self.sqlite()? {
            Some(connection) => connection.query_row(sql, [], |row| row.get(0))?,
            None => {
                let mut connection = PgConnection::connect(&self.url).await?;
                connection.fetch_one(AssertSqlSafe(sql.to_owned())).await?.try_get(0)?
            }
        })
    }

    /// Runs statements.
    pub(crate) async fn execute(&self, sql: &str) -> Result<(), Failure> {
        match self.sqlite()? {
            Some(connection) => connection.execute_batch(sql)?,
            None => {
                let mut connection = PgConnection::connect(&self.url).await?;
                connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await?;
            }
        }
        Ok(())
    }

    /// Removes what measurements have created; brings statistics up to date.
    pub(crate) async fn tidy(&self) -> Result<(), Failure> {
        let delete = format!(
            "DELETE FROM contacts WHERE last_name = '{CREATED}'; \
             DELETE FROM quote_line_items WHERE quote_id IN (SELECT id FROM quotes WHERE subject = '{CREATED}'); \
             DELETE FROM quotes WHERE subject = '{CREATED}'; DELETE FROM accounts WHERE industry = '{CREATED}'; \
             DELETE FROM audit_logs; DELETE FROM record_events"
        );
        // Nothing else refers to them, so nothing need be looked through for what does.
        self.execute(&match self.kind {
            Kind::Sqlite => format!("PRAGMA foreign_keys = OFF; {delete}"),
            Kind::Postgres => format!("SET session_replication_role = replica; {delete}"),
        })
        .await?;
        match self.kind {
            Kind::Sqlite => self.execute("PRAGMA wal_checkpoint(TRUNCATE)").await,
            Kind::Postgres => {
                self.execute("VACUUM (ANALYZE)").await?;
                self.execute("CHECKPOINT").await
            }
        }
    }

    /// Process ids of the PostgreSQL backends that serve a program; none for SQLite.
    pub(crate) async fn backends(&self, application: &str) -> Result<Vec<u32>, Failure> {
        if self.kind == Kind::Sqlite {
            return Ok(Vec::new());
        }
        let mut connection = PgConnection::connect(&self.url).await?;
        let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1";
        let rows = connection.fetch_all(sqlx::query(sql).bind(application)).await?;
        let mut processes = Vec::with_capacity(rows.len());
        for row in rows {
            processes.push(u32::try_from(row.try_get::<i32, _>(0)?).unwrap_or(0));
        }
        Ok(processes)
    }

    fn sqlite(&self) -> Result<Option<rusqlite::Connection>, Failure> {
        let Some(path) = self.url.strip_prefix("sqlite:") else { return Ok(None) };
        let connection = rusqlite::Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        connection.pragma_update(None, "foreign_keys", true)?;
        kontor_domain::store::functions::register(&connection)?;
        Ok(Some(connection))
    }
}
