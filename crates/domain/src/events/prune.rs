use crate::{
    column::{ColumnType, Dialect},
    error::StoreError,
    store::{Args, Store},
    value::Value,
};

/// Events that one transaction removes, so that none takes long.
const BATCH: u64 = 10_000;

/// Removes the events from before a moment (in microseconds since 1970-01-01T00:00:00Z) from the front of the log, and
/// keeps in mind up to where; gives their number. What is younger keeps what stands behind it.
///
/// # Errors
/// When the database does not answer.
pub async fn prune(store: &Store, before: i64) -> Result<u64, StoreError> {
    let mut pruned = 0;
    loop {
        let removed = batch(store, before).await?;
        pruned += removed;
        if removed == 0 {
            return Ok(pruned);
        }
    }
}

async fn batch(store: &Store, before: i64) -> Result<u64, StoreError> {
    let dialect = store.dialect();
    let before = Value::Timestamp(before);
    let mut args = Args::new(dialect);
    let before = args.add(ColumnType::Timestamp, &before);
    // The events from the first on that are all old, at most so many; those of several gateways take turns at the row.
    let (mark, remove) = match dialect {
        Dialect::Postgres => (
            format!(
                "UPDATE pruned_events p SET xid = l.xid, sequence = l.sequence FROM (SELECT o.xid, o.sequence FROM \
                 (SELECT xid, sequence, bool_and(occurred_at < {before}) OVER (ORDER BY xid, sequence) AS all_old \
                 FROM (SELECT xid, sequence, occurred_at FROM record_events WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) \
                 ORDER BY xid, sequence LIMIT {BATCH}) f) o WHERE o.all_old ORDER BY o.xid DESC, o.sequence DESC LIMIT 1) l \
                 WHERE (l.xid, l.sequence) > (p.xid, p.sequence)"
            ),
            "DELETE FROM record_events e USING pruned_events p WHERE (e.xid, e.sequence) <= (p.xid, p.sequence)",
        ),
        Dialect::Sqlite => (
            format!(
                "UPDATE pruned_events SET sequence = l.sequence FROM (SELECT MAX(o.sequence) AS sequence FROM \
                 (SELECT sequence, MIN(occurred_at < {before}) OVER (ORDER BY sequence) AS all_old \
                 FROM (SELECT sequence, occurred_at FROM record_events ORDER BY sequence LIMIT {BATCH})) o WHERE o.all_old) l \
                 WHERE l.sequence > pruned_events.sequence"
            ),
            "DELETE FROM record_events WHERE sequence <= (SELECT sequence FROM pruned_events)",
        ),
    };
    let mut transaction = store.begin().await?;
    let moved = transaction.execute(&mark, &args).await?;
    if moved == 0 {
        transaction.rollback().await?;
        return Ok(0);
    }
    let removed = transaction.execute(remove, &Args::new(dialect)).await?;
    transaction.commit().await?;
    Ok(removed)
}
