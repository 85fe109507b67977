//! What the statements of a task did, for who asks. Nobody pays for it who does not.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

/// A statement that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// Its text; values are never part of it.
    pub sql: String,
    /// How often it ran: on SQLite once per record that it belongs to.
    pub runs: u64,
    /// Rows that it gave or changed.
    pub rows: u64,
    /// How long it took, with the way to the database and back.
    pub time: Duration,
}

tokio::task_local! {
    static TRACE: RefCell<Vec<Traced>>;
}

/// Runs a future; gives what its statements did, in the order that they ended.
pub async fn traced<F: Future>(future: F) -> (F::Output, Vec<Traced>) {
    let mut statements = Vec::new();
    let output = TRACE
        .scope(RefCell::default(), async {
            let output = future.await;
            statements = TRACE.with(RefCell::take);
            output
        })
        .await;
    (output, statements)
}

/// Runs one statement, and notes what it did if somebody asks.
pub(super) async fn statement<T, E>(
    sql: &str,
    run: impl Future<Output = Result<T, E>>,
    rows: impl FnOnce(&T) -> u64,
) -> Result<T, E> {
    let Some(started) = start() else { return run.await };
    let done = run.await;
    let rows = done.as_ref().map_or(0, rows);
    note(sql, 1, rows, started.elapsed());
    done
}

/// Now, if somebody asks.
pub(super) fn start() -> Option<Instant> {
    TRACE.try_with(|_| Instant::now()).ok()
}

/// Notes what a statement did, if somebody asks.
pub(super) fn note(sql: &str, runs: u64, rows: u64, time: Duration) {
    // Nobody asks where there is no such value.
    let _ = TRACE.try_with(|trace| trace.borrow_mut().push(Traced { sql: sql.to_owned(), runs, rows, time }));
}

/// Runs, rows and time of the statements of a plan that are stepped in turns, if somebody asks.
pub(super) struct Meter(Option<Vec<(u64, u64, Duration)>>);

impl Meter {
    /// For so many statements.
    pub(super) fn new(statements: usize) -> Self {
        Self(start().map(|_| vec![(0, 0, Duration::ZERO); statements]))
    }

    /// Statement n begins anew.
    pub(super) fn run(&mut self, n: usize) {
        if let Some(meters) = &mut self.0 {
            meters[n].0 += 1;
        }
    }

    /// Statement n steps to its next row.
    pub(super) fn step<R, E>(&mut self, n: usize, step: impl FnOnce() -> Result<Option<R>, E>) -> Result<Option<R>, E> {
        let Some(meters) = &mut self.0 else { return step() };
        let started = Instant::now();
        let row = step();
        meters[n].1 += u64::from(matches!(row, Ok(Some(_))));
        meters[n].2 += started.elapsed();
        row
    }

    /// Notes those that ran.
    pub(super) fn finish<'s>(self, statements: impl Iterator<Item = &'s str>) {
        for (sql, (runs, rows, time)) in statements.zip(self.0.into_iter().flatten()) {
            if runs > 0 {
                note(sql, runs, rows, time);
            }
        }
    }
}
