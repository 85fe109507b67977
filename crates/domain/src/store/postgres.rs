//! PostgreSQL: a small pool of held connections. Last in, first out, so that the warm ones are used; none is pinged on
//! its way back, since a broken one shows at its next use.
//!
//! A connection remembers whose rows it stands for, the second wall behind the conditions of plans: work in an
//! organisation is done in a role that row-level security confines, with the organisation in a setting that the
//! policies compare with. Where it changes, the connection is told, which is a round trip more, so a lease prefers one
//! that stands for the same already; a transaction is told along with its beginning.

use super::{Args, LONGEST_KEPT, MOST_KEPT, Observer, RequestValues, Settings, bind, postgres_rows, trace};
use crate::{
    column::ColumnType,
    context::{Asked, Whose},
    ddl::tenancy,
    error::{self, StoreError},
    plan::{Plan, Source, Statement, sql::quote},
    value::Value,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Postgres, Row as _,
    postgres::{PgArguments, PgConnectOptions, PgConnection, PgListener, PgPoolOptions, PgRow, PgSslMode},
    query::Query,
};
use std::{
    str::FromStr as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

type Prepared = Query<'static, Postgres, PgArguments>;

pub(super) struct Pool {
    options: PgConnectOptions,
    idle: Mutex<Vec<Held>>,
    permits: Arc<Semaphore>,
    /// Most connections.
    most: usize,
    tenant_role: Option<String>,
    turned: AtomicU64,
}

/// A connection, the number of the process that serves it, whose rows it stands for, and the bytes of the statements that
/// are prepared on it.
struct Held {
    connection: PgConnection,
    process: i32,
    whose: Whose,
    kept: usize,
}

/// A connection on loan. One that is dropped in the middle of something is closed, not returned, and what it was doing
/// is cancelled: PostgreSQL would go on, and notice that nobody listens when it has an answer.
pub(super) struct Lease<'p> {
    pool: &'p Pool,
    held: Option<Held>,
    /// Whether it was idle before, and may have died there.
    pub(super) used_before: bool,
    /// Whether a statement is under way.
    busy: bool,
    /// Whether its prepared statements are those of tables that have changed since.
    stale: bool,
    permit: Option<OwnedSemaphorePermit>,
}

impl Lease<'_> {
    /// Does something with the connection. When tables have changed under its prepared statements, neither it nor those
    /// at rest are used again.
    pub(super) async fn run<T>(
        &mut self,
        run: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, sqlx::Error> {
        let held = self.held.as_mut().expect("a lease holds its connection until it is given back");
        self.busy = true;
        let done = run(&mut held.connection).await;
        self.busy = false;
        if done.as_ref().is_err_and(error::is_outdated) {
            self.stale = true;
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        done
    }

    /// The rows that a statement gives.
    pub(super) async fn fetch(&mut self, sql: &Arc<str>, arguments: PgArguments) -> Result<Vec<PgRow>, sqlx::Error> {
        let (query, before) = self.prepare(sql, arguments).await?;
        let rows = self.run(async |connection| connection.fetch_all(query).await).await;
        self.count(sql, before);
        rows
    }

    /// How many rows a statement changes.
    pub(super) async fn change(&mut self, sql: &Arc<str>, arguments: PgArguments) -> Result<u64, sqlx::Error> {
        let (query, before) = self.prepare(sql, arguments).await?;
        let done = self.run(async |connection| connection.execute(query).await).await;
        self.count(sql, before);
        Ok(done?.rows_affected())
    }

    /// A statement that stays prepared, unless it is long, and how many there are before it. When they take too much room,
    /// none of them stays, and PostgreSQL plans once more what comes again.
    async fn prepare(&mut self, sql: &Arc<str>, arguments: PgArguments) -> Result<(Prepared, usize), sqlx::Error> {
        if self.held.as_ref().is_some_and(|held| held.kept > MOST_KEPT) {
            self.run(async |connection| connection.clear_cached_statements().await).await?;
            if let Some(held) = &mut self.held {
                held.kept = 0;
            }
        }
        let query = sqlx::query_with(AssertSqlSafe(sql.clone()), arguments).persistent(sql.len() <= LONGEST_KEPT);
        Ok((query, self.prepared()))
    }

    fn prepared(&self) -> usize {
        self.held.as_ref().map_or(0, |held| held.connection.cached_statements_size())
    }

    /// Counts a statement that was prepared just now, even if it has failed then.
    fn count(&mut self, sql: &str, before: usize) {
        let is_new = self.prepared() > before;
        if let Some(held) = self.held.as_mut().filter(|_| is_new) {
            held.kept += sql.len();
        }
    }

    /// Lets the connection stand for the rows of `whose` from now on. Outside a transaction, which would take it back.
    async fn turn(&mut self, whose: Whose) -> Result<(), sqlx::Error> {
        let (pool, held) =
            (self.pool, self.held.as_mut().expect("a lease holds its connection until it is given back"));
        let (whose, from) = (pool.told_apart(whose), held.whose);
        if whose == from {
            return Ok(());
        }
        pool.turned.fetch_add(1, Ordering::Relaxed);
        let told = pool.tell(from, whose, "SET");
        self.run(async |connection| connection.execute(AssertSqlSafe(told)).await).await?;
        if let Some(held) = &mut self.held {
            held.whose = whose;
        }
        Ok(())
    }

    /// Begins a transaction over the rows of `whose`. What the connection stands for otherwise stays as it is.
    pub(super) async fn begin(&mut self, whose: Whose) -> Result<(), sqlx::Error> {
        let (pool, held) =
            (self.pool, self.held.as_ref().expect("a lease holds its connection until it is given back"));
        let (whose, from) = (pool.told_apart(whose), held.whose);
        if whose == from {
            return self.run(async |connection| connection.execute("BEGIN").await).await.map(drop);
        }
        let told = format!("BEGIN; {}", pool.tell(from, whose, "SET LOCAL"));
        self.run(async |connection| connection.execute(AssertSqlSafe(told)).await).await.map(drop)
    }

    /// Gives the connection back, at rest and outside any transaction.
    pub(super) fn give_back(mut self) {
        if let Some(held) = self.held.take().filter(|_| !self.stale) {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(held);
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let (Some(held), true) = (self.held.take(), self.busy) else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // The permit goes along: until the statement has ended, its place is taken.
            runtime.spawn(cancel(self.pool.options.clone(), held, self.permit.take()));
        }
    }
}

/// Cancels what a connection is doing, and closes it. It stays open meanwhile, so that its process is no other's.
async fn cancel(options: PgConnectOptions, held: Held, _permit: Option<OwnedSemaphorePermit>) {
    let cancelled = async {
        let mut connection = options.connect().await?;
        sqlx::query("SELECT pg_cancel_backend($1)").bind(held.process).execute(&mut connection).await?;
        connection.close().await
    };
    match tokio::time::timeout(Duration::from_secs(10), cancelled).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "an abandoned statement could not be cancelled"),
        Err(_) => tracing::warn!("an abandoned statement could not be cancelled in time"),
    }
}

impl Pool {
    pub(super) async fn open(url: &str, settings: &Settings) -> Result<Self, StoreError> {
        let timeout = settings.statement_timeout.as_millis().to_string();
        let options = PgConnectOptions::from_str(url)
            .map_err(|e| StoreError::Unavailable(e.into()))?
            .application_name("kontor")
            .statement_cache_capacity(1024)
            .options([
                ("statement_timeout", timeout.as_str()),
                ("TimeZone", "UTC"),
                // The order of rows is relied on between the levels of a plan.
                ("max_parallel_workers_per_gather", "0"),
                ("jit", "off"),
            ])
            .disable_statement_logging();
        // Nobody listens between a program and a server on the same machine, unless the URL wants it otherwise. Besides,
        // a statement then goes out whole, where the library's small records of TLS would wait for each other (it
        // leaves Nagle's algorithm on).
        let told = url.contains("sslmode") || url.contains("ssl-mode") || std::env::var_os("PGSSLMODE").is_some();
        let options =
            if is_local(options.get_host()) && !told { options.ssl_mode(PgSslMode::Disable) } else { options };
        let most = settings.connections.max(2);
        let pool = Self {
            options,
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(most)),
            most,
            tenant_role: settings.tenant_role.clone(),
            turned: AtomicU64::new(0),
        };
        pool.ping().await?;
        Ok(pool)
    }

    pub(super) fn turned(&self) -> u64 {
        self.turned.load(Ordering::Relaxed)
    }

    /// Without row-level security there is nothing to tell apart.
    fn told_apart(&self, whose: Whose) -> Whose {
        if self.tenant_role.is_some() { whose } else { Whose::Platform }
    }

    /// What lets a connection stand for other rows; `set` says for how long.
    fn tell(&self, from: Whose, to: Whose, set: &str) -> String {
        match (from, to) {
            (_, Whose::Platform) => format!("{set} ROLE NONE; {set} {} = ''", tenancy::SETTING),
            (Whose::Organization(_), Whose::Organization(org)) => format!("{set} {} = '{org}'", tenancy::SETTING),
            (Whose::Platform, Whose::Organization(org)) => {
                let role = quote(self.tenant_role.as_deref().unwrap_or_default());
                format!("{set} ROLE {role}; {set} {} = '{org}'", tenancy::SETTING)
            }
        }
    }

    /// The idle connection that is best for `whose`: one that stands for just that, the warmest; else, of those in the same
    /// role, the one whose organisation has been quiet for longest. One in the other role, whose statements would be
    /// planned anew, only where no further connection may be made.
    fn idle(&self, whose: Whose) -> Option<Held> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let is_platform = |whose: Whose| matches!(whose, Whose::Platform);
        let at = idle.iter().rposition(|held| held.whose == whose);
        let at = at.or_else(|| idle.iter().position(|held| is_platform(held.whose) == is_platform(whose)));
        let leased = self.most.saturating_sub(self.permits.available_permits());
        let at = at.or_else(|| (!idle.is_empty() && idle.len() + leased > self.most).then_some(0));
        at.map(|at| idle.remove(at))
    }

    pub(super) async fn lease(&self, whose: Whose) -> Result<Lease<'_>, StoreError> {
        let waiting = tokio::time::timeout(Duration::from_secs(30), self.permits.clone().acquire_owned());
        let permit = waiting.await.map_err(|_| StoreError::Timeout)?.map_err(|e| StoreError::Unavailable(e.into()))?;
        let whose = self.told_apart(whose);
        let idle = self.idle(whose);
        let used_before = idle.is_some();
        let held = match idle {
            Some(held) => held,
            // On the heap: it is large and rare, and every read would have room for it.
            None => Box::pin(self.connect(whose)).await.map_err(unavailable)?,
        };
        Ok(Lease { pool: self, held: Some(held), used_before, busy: false, stale: false, permit: Some(permit) })
    }

    async fn connect(&self, whose: Whose) -> Result<Held, sqlx::Error> {
        let options = match (whose, &self.tenant_role) {
            (Whose::Organization(org), Some(role)) => {
                self.options.clone().options([("role", role.as_str()), (tenancy::SETTING, &org.to_string())])
            }
            _ => self.options.clone(),
        };
        let mut connection = options.connect().await?;
        let process = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await?;
        Ok(Held { connection, process, whose, kept: 0 })
    }

    /// Runs a plan.
    pub(super) async fn read(
        &self,
        plan: &Plan,
        asked: &Asked,
        values: &[Value],
        out: &mut Vec<u8>,
        observer: Option<&Observer>,
    ) -> Result<(), StoreError> {
        let statement = plan.statement.as_ref().expect("a plan for PostgreSQL has its one statement");
        if let Some(observer) = observer {
            observer(&statement.sql);
        }
        let rows = self.rows_of_plan(statement, asked, values).await?;
        postgres_rows::write(plan, values, &rows, out)?;
        Ok(())
    }

    /// Runs one reading statement.
    pub(super) async fn query(
        &self,
        whose: Whose,
        sql: &str,
        args: &Args<'_>,
        columns: &[ColumnType],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let rows = self.rows(whose, &Arc::from(sql), || args.postgres()).await?;
        Ok(postgres_rows::values(&rows, columns))
    }

    /// The booleans of the one row of a statement.
    pub(super) async fn answers(
        &self,
        statement: &Statement,
        asked: &Asked,
        values: &[Value],
    ) -> Result<Vec<bool>, StoreError> {
        let rows = self.rows_of_plan(statement, asked, values).await?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        (0..row.len()).map(|column| Ok(row.try_get(column)?)).collect()
    }

    async fn rows_of_plan(
        &self,
        statement: &Statement,
        asked: &Asked,
        values: &[Value],
    ) -> Result<Vec<PgRow>, StoreError> {
        self.rows(Whose::Organization(asked.org), &statement.sql, || arguments(statement, asked, values)).await
    }

    /// The rows of a reading statement. A held connection that turns out to be dead is replaced once, since a read may
    /// be sent again.
    async fn rows(
        &self,
        whose: Whose,
        sql: &Arc<str>,
        arguments: impl Fn() -> Result<PgArguments, StoreError>,
    ) -> Result<Vec<PgRow>, StoreError> {
        let mut lease = self.lease(whose).await?;
        let rows = match fetch_from(&mut lease, whose, sql, arguments()?).await {
            Err(error) if lease.used_before && (lease.stale || matches!(error, StoreError::Unavailable(_))) => {
                drop(lease);
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                lease = self.lease(whose).await?;
                fetch_from(&mut lease, whose, sql, arguments()?).await?
            }
            Err(error) => {
                if !matches!(error, StoreError::Unavailable(_)) {
                    lease.give_back();
                }
                return Err(error);
            }
            Ok(rows) => rows,
        };
        lease.give_back();
        Ok(rows)
    }

    /// Listens on a channel, by a connection of its own.
    pub(super) async fn listen(&self, channel: &str) -> Result<PgListener, StoreError> {
        let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let mut listener =
            PgListener::connect_with(&pool.connect_lazy_with(self.options.clone())).await.map_err(unavailable)?;
        listener.listen(channel).await.map_err(unavailable)?;
        Ok(listener)
    }

    /// A connection that nobody else uses.
    pub(super) async fn apart(&self) -> Result<PgConnection, StoreError> {
        self.options.connect().await.map_err(unavailable)
    }

    /// Wakes who listens on a channel.
    pub(super) async fn notify(&self, channel: &str) -> Result<(), StoreError> {
        let mut lease = self.lease(Whose::Platform).await?;
        let notify = sqlx::query("SELECT 1 FROM pg_notify($1, '')").bind(channel);
        lease.run(async |connection| connection.execute(notify).await).await.map_err(unavailable)?;
        lease.give_back();
        Ok(())
    }

    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        let mut lease = self.lease(Whose::Platform).await?;
        if lease.run(async |connection| connection.ping().await).await.is_err() {
            drop(lease);
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
            lease = self.lease(Whose::Platform).await?;
            lease.run(async |connection| connection.ping().await).await.map_err(unavailable)?;
        }
        lease.give_back();
        Ok(())
    }
}

/// Whether a host is this machine.
fn is_local(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whatever goes wrong while connecting, the database is not there for us.
fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(error.into())
}

/// Runs a plan on a connection.
pub(super) async fn read(
    lease: &mut Lease<'_>,
    plan: &Plan,
    asked: &Asked,
    values: &[Value],
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let statement = plan.statement.as_ref().expect("a plan for PostgreSQL has its one statement");
    let rows = fetch(lease, &statement.sql, arguments(statement, asked, values)?).await?;
    postgres_rows::write(plan, values, &rows, out)?;
    Ok(())
}

/// The ids that a statement gives, on a connection.
pub(super) async fn ids(
    lease: &mut Lease<'_>,
    statement: &Statement,
    asked: &Asked,
    values: &[Value],
) -> Result<Vec<Uuid>, StoreError> {
    let rows = fetch(lease, &statement.sql, arguments(statement, asked, values)?).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

async fn fetch_from(
    lease: &mut Lease<'_>,
    whose: Whose,
    sql: &Arc<str>,
    arguments: PgArguments,
) -> Result<Vec<PgRow>, StoreError> {
    lease.turn(whose).await?;
    fetch(lease, sql, arguments).await
}

async fn fetch(lease: &mut Lease<'_>, sql: &Arc<str>, arguments: PgArguments) -> Result<Vec<PgRow>, StoreError> {
    Ok(trace::statement(sql, lease.fetch(sql, arguments), |rows| rows.len() as u64).await?)
}

fn arguments(statement: &Statement, asked: &Asked, values: &[Value]) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    let request = RequestValues::new(asked);
    for param in &statement.params {
        let value = match param.source {
            Source::Org => &request.org,
            Source::User => &request.user,
            Source::Now => &request.now,
            Source::Today => &request.today,
            Source::Operand(operand) => values.get(operand.0 as usize).unwrap_or(&Value::Null),
            Source::Search(query, part) => &bind::searched(values, query, part, asked.org),
            Source::Parent(_) => unreachable!("the one statement joins its levels, it binds no rows"),
        };
        bind::postgres(&mut arguments, param.ty, param.list, &bind::shaped(param, value))?;
    }
    Ok(arguments)
}
