use super::{Cursor, consumer, last, partitions};
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    store::{Args, Store},
    value::Value,
};

/// Events that one transaction removes, so that none takes long.
pub(super) const BATCH: u64 = 10_000;

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Partitions with all their events.
    pub partitions: u64,
    /// Events one by one.
    pub events: u64,
}

/// What may be removed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    /// What is from before this moment, in microseconds since 1970-01-01T00:00:00Z.
    pub(super) before: i64,
    /// And not behind this place of the log.
    pub(super) end: Cursor,
}

/// Removes the events from before a moment (in microseconds since 1970-01-01T00:00:00Z) from the front of the log, and
/// keeps in mind up to where. What is younger keeps what stands behind it, and so does what a [`super::Consumer`] has not
/// dealt with. On PostgreSQL whole partitions go, and single events only where they have none of their own.
///
/// # Errors
/// When the database does not answer; [`StoreError::Busy`] where others use the log so much that it has to be tried again.
pub async fn prune(store: &Store, before: i64) -> Result<Pruned, StoreError> {
    // What nobody can have read stays, and what a consumer is still to read.
    let (last, slowest) = (last(store).await?, consumer::slowest(store).await?);
    let bound = Bound { before, end: slowest.map_or(last, |slowest| slowest.min(last)) };
    let mut pruned = Pruned::default();
    while store.dialect() == Dialect::Postgres && partitions::drop_oldest(store, bound).await? {
        pruned.partitions += 1;
    }
    loop {
        let removed = match store.dialect() {
            Dialect::Postgres => partitions::prune_default(store, bound).await?,
            Dialect::Sqlite => batch(store, bound).await?,
        };
        pruned.events += removed;
        if removed == 0 {
            return Ok(pruned);
        }
    }
}

/// The events from the first on that are all old, at most so many.
async fn batch(store: &Store, bound: Bound) -> Result<u64, StoreError> {
    let (before, end) = (Value::Timestamp(bound.before), Value::Integer(bound.end.sequence));
    let mut args = Args::new(store.dialect());
    let (before, end) = (args.add(ColumnType::Timestamp, &before), args.add(ColumnType::BigInt, &end));
    let mark = format!(
        "UPDATE pruned_events SET sequence = l.sequence FROM (SELECT MAX(o.sequence) AS sequence FROM \
         (SELECT sequence, MIN(occurred_at < {before}) OVER (ORDER BY sequence) AS all_old \
         FROM (SELECT sequence, occurred_at FROM record_events WHERE sequence <= {end} ORDER BY sequence LIMIT {BATCH})) o \
         WHERE o.all_old) l WHERE l.sequence > pruned_events.sequence"
    );
    let mut transaction = store.begin(Whose::Platform).await?;
    if transaction.execute(&mark, &args).await? == 0 {
        transaction.rollback().await?;
        return Ok(0);
    }
    let remove = "DELETE FROM record_events WHERE sequence <= (SELECT sequence FROM pruned_events)";
    let removed = transaction.execute(remove, &Args::new(store.dialect())).await?;
    transaction.commit().await?;
    Ok(removed)
}
