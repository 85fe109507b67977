//! SQLite: each thread that reads has a connection of its own; one connection writes, behind a lock that writers queue
//! at.

use super::{Args, Observer, abandon, functions, sqlite_rows};
use crate::{
    column::ColumnType,
    context::Asked,
    error::StoreError,
    plan::{Plan, Statement},
    value::Value,
};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    cell::{Cell, RefCell},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Rows up to which a plan runs inline; a larger one first makes room for other tasks of its thread.
const INLINE_ROWS: u64 = 2_000;
/// Connections that a reading thread keeps, for processes that open several files (tests do).
const READERS_PER_THREAD: usize = 4;
/// Instructions of SQLite's machine between two looks at the clock.
const INSTRUCTIONS_PER_CHECK: i32 = 20_000;
/// How long to wait for writers of other processes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest pause between two looks whether they have finished, in ms.
const LONGEST_PAUSE: u64 = 16;
/// Ten years.
const NO_LIMIT: Duration = Duration::from_secs(315_360_000);

pub(super) struct File {
    path: PathBuf,
    number: u64,
    timeout: Duration,
    writer: Arc<Mutex<Connection>>,
}

thread_local! {
    static READERS: RefCell<Vec<(u64, Connection)>> = const { RefCell::new(Vec::new()) };
    /// When the statement that this thread runs has had its time, and when to ask next whether anybody waits for it.
    static DEADLINE: Cell<Option<(Instant, Instant)>> = const { Cell::new(None) };
}

impl File {
    pub(super) fn open(path: &Path, timeout: Duration) -> Result<Self, StoreError> {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| StoreError::Unavailable(e.into()))?;
        }
        let writer = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        // SQLite opens a file that may not be written for reading, and says so only at the first write.
        if writer.is_readonly("main")? {
            return Err(StoreError::ReadOnly);
        }
        // The mode is kept in the file, so that readers find it.
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
        prepare(&writer)?;
        // Writers of other processes are waited for by the task, see `begin`; the thread has other things to do.
        writer.busy_timeout(Duration::ZERO)?;
        Ok(Self {
            path: path.to_owned(),
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            timeout,
            writer: Arc::new(Mutex::new(writer)),
        })
    }

    pub(super) fn read(
        &self,
        plan: &Plan,
        asked: &Asked,
        values: &[Value],
        out: &mut Vec<u8>,
        observer: Option<&Observer>,
    ) -> Result<(), StoreError> {
        let mut read = || self.with_reader(|connection| snapshot(connection, plan, asked, values, out, observer));
        if plan.rows_at_most <= INLINE_ROWS { read() } else { tokio::task::block_in_place(read) }
    }

    pub(super) fn ping(&self) -> Result<(), StoreError> {
        self.with_reader(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))
    }

    pub(super) fn query(
        &self,
        sql: &str,
        args: &Args<'_>,
        columns: &[ColumnType],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        self.with_reader(|connection| sqlite_rows::query(connection, sql, args, columns))
    }

    pub(super) fn answers(
        &self,
        statement: &Statement,
        asked: &Asked,
        values: &[Value],
    ) -> Result<Vec<bool>, StoreError> {
        self.with_reader(|connection| sqlite_rows::answers(connection, statement, asked, values))
    }

    fn with_reader<T>(&self, f: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        READERS.with_borrow_mut(|readers| {
            let position = readers.iter().position(|(number, _)| *number == self.number);
            let entry = match position {
                Some(position) => readers.remove(position),
                None => (self.number, self.open_reader()?),
            };
            readers.truncate(READERS_PER_THREAD - 1);
            readers.insert(0, entry);
            let _deadline = Deadline::start(self.timeout);
            f(&readers[0].1)
        })
    }

    fn open_reader(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        prepare(&connection)?;
        Ok(connection)
    }

    /// The writing connection, in a transaction. Who writes in this process comes in turn; for a writer of another process
    /// it is looked again and again, since SQLite has no queue.
    pub(super) async fn begin(&self) -> Result<OwnedMutexGuard<Connection>, StoreError> {
        let connection = self.writer.clone().lock_owned().await;
        let since = Instant::now();
        let mut pause = 1;
        loop {
            let begun = connection.prepare_cached("BEGIN IMMEDIATE")?.execute([]);
            match begun.map_err(StoreError::from) {
                Ok(_) => return Ok(connection),
                Err(StoreError::Busy) if since.elapsed() < PATIENCE => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }
}

/// The time limit of what this thread runs while the guard lives; the same ends it when nobody waits for it any more.
pub(super) struct Deadline;

impl Deadline {
    pub(super) fn start(timeout: Duration) -> Self {
        let now = Instant::now();
        // A limit beyond all time is none.
        let end = now.checked_add(timeout).unwrap_or(now + NO_LIMIT);
        DEADLINE.set(Some((end, now + abandon::INTERVAL)));
        Self
    }

    /// Whether the statement is to end now.
    pub(super) fn has_come() -> bool {
        let Some((end, next)) = DEADLINE.get() else { return false };
        let now = Instant::now();
        if now < next {
            return now > end;
        }
        DEADLINE.set(Some((end, now + abandon::INTERVAL)));
        now > end || abandon::is_abandoned()
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        DEADLINE.set(None);
    }
}

/// All levels of a plan see one state of the database.
fn snapshot(
    connection: &Connection,
    plan: &Plan,
    asked: &Asked,
    values: &[Value],
    out: &mut Vec<u8>,
    observer: Option<&Observer>,
) -> Result<(), StoreError> {
    if plan.levels.len() == 1 {
        return sqlite_rows::write(connection, plan, asked, values, out, observer);
    }
    connection.prepare_cached("BEGIN")?.execute([])?;
    let written = sqlite_rows::write(connection, plan, asked, values, out, observer);
    connection.prepare_cached("COMMIT")?.execute([])?;
    written
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(512);
    // Without it a statement whose LIMIT is bound anew is prepared anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 1073741824; \
         PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;",
    )?;
    connection.progress_handler(INSTRUCTIONS_PER_CHECK, Some(Deadline::has_come))?;
    functions::register(connection)?;
    Ok(())
}
