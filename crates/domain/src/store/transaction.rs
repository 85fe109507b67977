//! A transaction, the same for both databases. What it does becomes visible with [`Transaction::commit`] or never.

use super::{Observer, Settings, bind, postgres, postgres_rows, sqlite, sqlite_rows, trace};
use crate::{
    column::{ColumnType, Dialect},
    context::{Asked, Whose},
    error::StoreError,
    plan::{Plan, Selection},
    quota::Quotas,
    value::Value,
};
use rusqlite::Connection;
use sqlx::{AssertSqlSafe, Executor as _, postgres::PgArguments};
use std::sync::Arc;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

/// Parameters of a statement and their placeholders.
#[derive(Debug)]
pub struct Args<'v> {
    dialect: Dialect,
    list: Vec<(ColumnType, bool, &'v Value)>,
}

impl<'v> Args<'v> {
    /// None yet.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, list: Vec::new() }
    }

    /// Placeholders of a statement that runs for many rows, one after the other.
    #[must_use]
    pub fn template(dialect: Dialect) -> Template {
        Template { dialect, types: Vec::new() }
    }

    /// The database that the statement is for.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Adds a value; gives its placeholder.
    pub fn add(&mut self, ty: ColumnType, value: &'v Value) -> String {
        self.push(ty, false, value)
    }

    /// Adds a list of values as one array (a JSON array on SQLite); gives its placeholder.
    pub fn add_list(&mut self, ty: ColumnType, value: &'v Value) -> String {
        self.push(ty, true, value)
    }

    fn push(&mut self, ty: ColumnType, list: bool, value: &'v Value) -> String {
        self.list.push((ty, list, value));
        placeholder(self.dialect, self.list.len(), ty, list)
    }

    /// The values in order, each with its type and whether it is a list of them.
    pub fn values(&self) -> impl Iterator<Item = (ColumnType, bool, &'v Value)> {
        self.list.iter().copied()
    }

    /// For sqlx.
    ///
    /// # Errors
    /// When a value cannot be encoded.
    pub fn postgres(&self) -> Result<PgArguments, StoreError> {
        let mut arguments = PgArguments::default();
        for (ty, list, value) in &self.list {
            bind::postgres(&mut arguments, *ty, *list, value)?;
        }
        Ok(arguments)
    }

    /// Binds them with rusqlite.
    ///
    /// # Errors
    /// When the statement has fewer parameters.
    pub fn bind(&self, statement: &mut rusqlite::Statement<'_>) -> Result<(), StoreError> {
        for (n, (_, list, value)) in self.list.iter().enumerate() {
            statement.raw_bind_parameter(n + 1, bind::sqlite_lent(*list, value))?;
        }
        Ok(())
    }
}

/// The placeholders of a statement that runs for many rows.
#[derive(Debug)]
pub struct Template {
    dialect: Dialect,
    types: Vec<ColumnType>,
}

impl Template {
    /// The placeholder of the next value of a row.
    pub fn next(&mut self, ty: ColumnType) -> String {
        self.types.push(ty);
        placeholder(self.dialect, self.types.len(), ty, false)
    }
}

fn placeholder(dialect: Dialect, number: usize, ty: ColumnType, list: bool) -> String {
    match dialect {
        Dialect::Postgres => {
            format!("${number}::{}{}", crate::plan::sql::postgres_type(ty), if list { "[]" } else { "" })
        }
        Dialect::Sqlite => format!("?{number}"),
    }
}

/// An open transaction.
pub struct Transaction<'s> {
    inner: Inner<'s>,
    settings: &'s Settings,
    queue: Queue,
    /// Records that it has made, without those that it has removed, as long as they are not charged.
    grown: i64,
}

/// Changes that wait for the next statement that has to see them, to be made with one round trip to the server:
/// data-modifying CTEs of one statement. SQLite is in the same process and has no queue.
#[derive(Default)]
struct Queue {
    statements: Vec<String>,
    /// Tables that the statements change; one statement cannot change a row twice.
    tables: Vec<String>,
    values: Vec<(ColumnType, bool, Value)>,
}

enum Inner<'s> {
    /// Taken when it ends; a lease that is dropped in mid-transaction closes its connection, which rolls back.
    Postgres(Option<postgres::Lease<'s>>),
    Sqlite(Writer, std::time::Duration),
}

/// The writing connection inside a transaction.
struct Writer {
    connection: OwnedMutexGuard<Connection>,
    open: bool,
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.open
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

impl<'s> Transaction<'s> {
    pub(super) async fn postgres(
        pool: &'s postgres::Pool,
        whose: Whose,
        settings: &'s Settings,
    ) -> Result<Self, StoreError> {
        let mut lease = pool.lease(whose).await?;
        let begun = lease.begin(whose).await;
        if begun.is_err() && lease.used_before {
            // Nothing has been done yet, so a connection that died while idle may be replaced.
            drop(lease);
            pool.ping().await?;
            lease = pool.lease(whose).await?;
            lease.begin(whose).await?;
        } else {
            begun?;
        }
        Ok(Self { inner: Inner::Postgres(Some(lease)), settings, queue: Queue::default(), grown: 0 })
    }

    pub(super) async fn sqlite(file: &'s sqlite::File, settings: &'s Settings) -> Result<Self, StoreError> {
        let writer = Writer { connection: file.begin().await?, open: true };
        Ok(Self { inner: Inner::Sqlite(writer, file.timeout()), settings, queue: Queue::default(), grown: 0 })
    }

    /// What the plans of organisations allow.
    pub(crate) fn quotas(&self) -> &'s Quotas {
        &self.settings.quotas
    }

    /// Notes records that were made, or, below zero, removed, where their number matters.
    pub(crate) fn grow(&mut self, by: i64) {
        if self.settings.quotas.limit_records() {
            self.grown += by;
        }
    }

    /// What was noted, to be charged.
    pub(crate) fn take_growth(&mut self) -> i64 {
        std::mem::take(&mut self.grown)
    }

    /// Which SQL it speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::Postgres(_) => Dialect::Postgres,
            Inner::Sqlite(..) => Dialect::Sqlite,
        }
    }

    /// Makes a change of a table before the next statement that is not of this kind, together with others. What is
    /// wrong with it shows then. `sql` gets the placeholders of the values.
    ///
    /// # Errors
    /// As [`Transaction::execute`], for changes that were queued before, too.
    pub(crate) async fn soon(
        &mut self,
        table: &str,
        values: Vec<(ColumnType, bool, Value)>,
        sql: impl FnOnce(&[String]) -> String,
    ) -> Result<(), StoreError> {
        let dialect = self.dialect();
        if dialect == Dialect::Sqlite || self.queue.tables.iter().any(|changed| changed == table) {
            self.settle().await?;
        }
        let before = self.queue.values.len();
        let placeholders: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(n, (ty, list, _))| placeholder(dialect, before + n + 1, *ty, *list))
            .collect();
        let sql = sql(&placeholders);
        if dialect == Dialect::Sqlite {
            let list = values.iter().map(|(ty, list, value)| (*ty, *list, value)).collect();
            return self.execute(&sql, &Args { dialect, list }).await.map(drop);
        }
        self.queue.tables.push(table.to_owned());
        self.queue.statements.push(sql);
        self.queue.values.extend(values);
        Ok(())
    }

    /// Makes the changes that wait.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub async fn settle(&mut self) -> Result<(), StoreError> {
        let Queue { mut statements, values, .. } = std::mem::take(&mut self.queue);
        let Some(last) = statements.pop() else { return Ok(()) };
        let ctes: Vec<String> = statements.iter().enumerate().map(|(n, sql)| format!("w{n} AS ({sql})")).collect();
        let with = if ctes.is_empty() { String::new() } else { format!("WITH {} ", ctes.join(", ")) };
        let list = values.iter().map(|(ty, list, value)| (*ty, *list, value)).collect();
        let (sql, args) = (format!("{with}{last}"), Args { dialect: self.dialect(), list });
        self.observe(&sql);
        trace::statement(&sql, self.changed(&sql, &args), |changed| *changed).await.map(drop)
    }

    /// Runs a statement; gives the number of rows it changed.
    ///
    /// # Errors
    /// See [`StoreError`]. On PostgreSQL the transaction is then of no more use.
    pub async fn execute(&mut self, sql: &str, args: &Args<'_>) -> Result<u64, StoreError> {
        self.settle().await?;
        self.observe(sql);
        trace::statement(sql, self.changed(sql, args), |changed| *changed).await
    }

    async fn changed(&mut self, sql: &str, args: &Args<'_>) -> Result<u64, StoreError> {
        self.record(sql, args);
        match &mut self.inner {
            Inner::Postgres(lease) => Ok(lent(lease).change(&Arc::from(sql), args.postgres()?).await?),
            Inner::Sqlite(writer, timeout) => {
                let _deadline = sqlite::Deadline::start(*timeout);
                let mut statement = writer.connection.prepare_cached(sql)?;
                args.bind(&mut statement)?;
                Ok(statement.raw_execute()? as u64)
            }
        }
    }

    /// Runs one prepared statement for each of some rows.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub async fn execute_many(
        &mut self,
        sql: &str,
        template: &Template,
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        self.settle().await?;
        self.observe(sql);
        trace::statement(sql, self.changed_many(sql, template, rows), |changed| *changed).await.map(drop)
    }

    async fn changed_many(&mut self, sql: &str, template: &Template, rows: &[Vec<Value>]) -> Result<u64, StoreError> {
        let args = |row| {
            let list = template.types.iter().zip(row).map(|(ty, value)| (*ty, false, value)).collect();
            Args { dialect: template.dialect, list }
        };
        let mut changed = 0;
        if matches!(self.inner, Inner::Sqlite(..)) && self.settings.recorder.is_some() {
            rows.iter().for_each(|row| self.record(sql, &args(row)));
        }
        if let Inner::Sqlite(writer, timeout) = &mut self.inner {
            let _deadline = sqlite::Deadline::start(*timeout);
            let mut statement = writer.connection.prepare_cached(sql)?;
            for row in rows {
                args(row).bind(&mut statement)?;
                changed += statement.raw_execute()? as u64;
            }
            return Ok(changed);
        }
        for row in rows {
            changed += self.changed(sql, &args(row)).await?;
        }
        Ok(changed)
    }

    /// Runs a statement that gives rows.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub async fn query(
        &mut self,
        sql: &str,
        args: &Args<'_>,
        columns: &[ColumnType],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        self.settle().await?;
        self.observe(sql);
        trace::statement(sql, self.rows(sql, args, columns), |rows| rows.len() as u64).await
    }

    async fn rows(
        &mut self,
        sql: &str,
        args: &Args<'_>,
        columns: &[ColumnType],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        self.record(sql, args);
        match &mut self.inner {
            Inner::Postgres(lease) => {
                let rows = lent(lease).fetch(&Arc::from(sql), args.postgres()?).await?;
                Ok(postgres_rows::values(&rows, columns))
            }
            Inner::Sqlite(writer, timeout) => {
                let _deadline = sqlite::Deadline::start(*timeout);
                sqlite_rows::query(&writer.connection, sql, args, columns)
            }
        }
    }

    /// Runs a plan inside the transaction, which sees what the transaction has written.
    ///
    /// # Errors
    /// As [`super::Store::read`].
    pub async fn read(
        &mut self,
        plan: &Plan,
        asked: &Asked,
        values: &[Value],
        out: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        self.settle().await?;
        let observer: Option<&Observer> = self.settings.observer.as_ref();
        match &mut self.inner {
            Inner::Postgres(lease) => {
                if let (Some(observer), Some(statement)) = (observer, &plan.statement) {
                    observer(&statement.sql);
                }
                postgres::read(lent(lease), plan, asked, values, out).await
            }
            Inner::Sqlite(writer, timeout) => {
                let _deadline = sqlite::Deadline::start(*timeout);
                sqlite_rows::write(&writer.connection, plan, asked, values, out, observer)
            }
        }
    }

    /// The ids of the records that a selection finds, which on PostgreSQL stay locked until the transaction ends.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub async fn select_ids(
        &mut self,
        selection: &Selection,
        asked: &Asked,
        values: &[Value],
    ) -> Result<Vec<Uuid>, StoreError> {
        self.settle().await?;
        let statement = &selection.statement;
        self.observe(&statement.sql);
        match &mut self.inner {
            // It traces by itself.
            Inner::Postgres(lease) => postgres::ids(lent(lease), statement, asked, values).await,
            Inner::Sqlite(writer, timeout) => {
                let _deadline = sqlite::Deadline::start(*timeout);
                sqlite_rows::ids(&writer.connection, statement, asked, values)
            }
        }
    }

    /// Runs statements without parameters, one after the other, without a time limit: changes of the schema.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.settle().await?;
        match &mut self.inner {
            Inner::Postgres(lease) => {
                let sql = sqlx::raw_sql(AssertSqlSafe(sql));
                lent(lease).run(async |connection| connection.execute(sql).await).await?;
            }
            Inner::Sqlite(writer, _) => writer.connection.execute_batch(sql)?,
        }
        Ok(())
    }

    /// Lets the statements of this transaction take as long as they need: loads, changes of the schema.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub async fn without_time_limit(&mut self) -> Result<(), StoreError> {
        match &mut self.inner {
            Inner::Postgres(_) => self.batch("SET LOCAL statement_timeout = 0").await,
            Inner::Sqlite(_, timeout) => {
                *timeout = std::time::Duration::MAX;
                Ok(())
            }
        }
    }

    /// Lets links be checked at the end, for loads whose rows point to each other.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    pub async fn with_deferred_links(&mut self) -> Result<(), StoreError> {
        let sql = match self.dialect() {
            Dialect::Postgres => "SET CONSTRAINTS ALL DEFERRED",
            Dialect::Sqlite => "PRAGMA defer_foreign_keys = ON",
        };
        self.batch(sql).await
    }

    /// Makes it all visible.
    ///
    /// # Errors
    /// When the database cannot; then nothing has happened, unless the connection broke in the very moment.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.settle().await?;
        debug_assert_eq!(self.grown, 0, "records that a transaction has made are charged before it is committed");
        self.end("COMMIT").await
    }

    /// Undoes it all.
    ///
    /// # Errors
    /// When the connection is broken; then it is undone too.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, sql: &'static str) -> Result<(), StoreError> {
        match &mut self.inner {
            Inner::Postgres(lease) => {
                if let Some(mut lease) = lease.take() {
                    lease.run(async |connection| connection.execute(sql).await).await?;
                    lease.give_back();
                }
            }
            Inner::Sqlite(writer, _) => {
                writer.connection.prepare_cached(sql)?.execute([])?;
                writer.open = false;
            }
        }
        Ok(())
    }

    fn record(&self, sql: &str, args: &Args<'_>) {
        if let Some(recorder) = &self.settings.recorder {
            recorder(sql, args);
        }
    }

    fn observe(&self, sql: &str) {
        if let Some(observer) = &self.settings.observer {
            observer(sql);
        }
    }
}

fn lent<'l, 's>(lease: &'l mut Option<postgres::Lease<'s>>) -> &'l mut postgres::Lease<'s> {
    lease.as_mut().expect("the connection is taken only when the transaction ends")
}
