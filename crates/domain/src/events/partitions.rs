//! The partitions of the log on PostgreSQL, each of some days by the time of its events, and one for everything else.
//!
//! Those who look after them take turns at the row of `pruned_events`. None waits long for a lock of the log, since every
//! write and every read of it would wait behind: whoever does not get it tries again later.

use super::prune::{BATCH, Bound};
use crate::{
    calendar::{self, DAY},
    column::{ColumnType, Dialect},
    context::Whose,
    ddl::{Secured, tenancy},
    error::StoreError,
    store::{Args, Store, Transaction},
    value::Value,
};

/// How far the partitions reach into the future, in microseconds.
const AHEAD: i64 = 2 * DAY;
/// Partitions of the time that is kept, about: every reading looks into each of them.
const MOST: i64 = 30;

/// A partition that is not the one for everything else.
struct Partition {
    table: String,
    /// The first moment behind it, in microseconds since 1970-01-01T00:00:00Z.
    end: i64,
}

/// The partitions by time.
const LISTED: &str = "SELECT table_name, ends FROM (SELECT c.relname::text AS table_name, \
     substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''([^'']+)''\\)')::timestamptz AS ends \
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'record_events'::regclass) p \
     WHERE ends IS NOT NULL ORDER BY ends";
/// Their types.
const LISTED_TYPES: [ColumnType; 2] = [ColumnType::Text, ColumnType::Timestamp];

fn partitions(rows: Vec<Vec<Value>>) -> Vec<Partition> {
    let partition = |row: Vec<Value>| match <[Value; 2]>::try_from(row) {
        Ok([Value::Text(table), Value::Timestamp(end)]) => Some(Partition { table, end }),
        _ => None,
    };
    rows.into_iter().filter_map(partition).collect()
}

/// The partitions, looked at before anybody is made to wait.
async fn glance(store: &Store) -> Result<Vec<Partition>, StoreError> {
    Ok(partitions(store.query(Whose::Platform, LISTED, &Args::new(store.dialect()), &LISTED_TYPES).await?))
}

/// The partitions, which nobody else changes meanwhile.
async fn listed(transaction: &mut Transaction<'_>) -> Result<Vec<Partition>, StoreError> {
    Ok(partitions(transaction.query(LISTED, &Args::new(Dialect::Postgres), &LISTED_TYPES).await?))
}

/// A transaction of which there is one at a time.
async fn turn(store: &Store) -> Result<Transaction<'_>, StoreError> {
    let mut transaction = store.begin(Whose::Platform).await?;
    transaction.without_time_limit().await?;
    transaction.batch("SET LOCAL lock_timeout = '200ms'; SELECT FROM pruned_events FOR UPDATE").await?;
    Ok(transaction)
}

/// Makes the partitions of today and the days to come where they are missing, and gives their number. Each has a day, or a
/// thirtieth of the time for which events are kept if that is more. What got into the partition for everything else
/// meanwhile is moved. `now` is in microseconds since 1970-01-01T00:00:00Z, `retention` in microseconds. SQLite has none.
///
/// # Errors
/// When the database does not answer; [`StoreError::Busy`] where others use the log so much that it has to be tried again.
pub async fn extend(store: &Store, now: i64, retention: i64) -> Result<usize, StoreError> {
    if store.dialect() == Dialect::Sqlite {
        return Ok(0);
    }
    let length = (retention / (MOST * DAY)).max(1) * DAY;
    let next = |partitions: Vec<Partition>| {
        partitions.last().map_or(i64::MIN, |partition| partition.end).max(now - now.rem_euclid(DAY))
    };
    let until = now.saturating_add(AHEAD);
    if next(glance(store).await?) > until {
        return Ok(0);
    }
    let mut transaction = turn(store).await?;
    let mut from = next(listed(&mut transaction).await?);
    let mut made = 0;
    while from <= until {
        make(&mut transaction, store.tenant_role(), from, from + length).await?;
        from += length;
        made += 1;
    }
    transaction.commit().await?;
    Ok(made)
}

/// Writers do not wait for it, but those of the partition for everything else.
async fn make(
    transaction: &mut Transaction<'_>,
    tenant_role: Option<&str>,
    from: i64,
    end: i64,
) -> Result<(), StoreError> {
    let (from, end) = (text(from), text(end));
    let name = format!("record_events_{}", from[..10].replace('-', ""));
    let secured = Secured { table: name.clone(), owner: None };
    let security: String = tenant_role
        .into_iter()
        .flat_map(|role| tenancy::secure(&secured, role))
        .map(|statement| format!("{statement}; "))
        .collect();
    transaction
        .batch(&format!(
            "LOCK TABLE ONLY record_events IN SHARE UPDATE EXCLUSIVE MODE; \
             LOCK TABLE record_events_default IN ACCESS EXCLUSIVE MODE; \
             CREATE TABLE \"{name}\" (LIKE record_events INCLUDING DEFAULTS); \
             WITH moved AS (DELETE FROM record_events_default WHERE occurred_at >= '{from}' AND occurred_at < '{end}' \
             RETURNING *) INSERT INTO \"{name}\" SELECT * FROM moved; \
             {security}ALTER TABLE record_events ATTACH PARTITION \"{name}\" FOR VALUES FROM ('{from}') TO ('{end}')"
        ))
        .await
}

/// A moment as SQL has it.
fn text(micros: i64) -> String {
    let mut text = Vec::with_capacity(27);
    calendar::write_timestamp(&mut text, micros);
    String::from_utf8(text).unwrap_or_default()
}

/// Drops the oldest partition if it ends before the bound and nothing younger stands before what it holds; tells whether
/// it did.
pub(super) async fn drop_oldest(store: &Store, bound: Bound) -> Result<bool, StoreError> {
    let oldest = |partitions: Vec<Partition>| partitions.into_iter().next().filter(|p| p.end <= bound.before);
    if oldest(glance(store).await?).is_none() {
        return Ok(false);
    }
    let mut transaction = turn(store).await?;
    let Some(Partition { table, .. }) = oldest(listed(&mut transaction).await?) else { return Ok(false) };
    // Nothing in it is still under way when the lock is there.
    transaction.batch("LOCK TABLE ONLY record_events IN ACCESS EXCLUSIVE MODE").await?;
    let last = format!("SELECT xid, sequence FROM \"{table}\" ORDER BY xid DESC, sequence DESC LIMIT 1");
    move_mark(&mut transaction, &last, bound).await?;
    let left =
        format!("SELECT 1::bigint FROM pruned_events p, ({last}) l WHERE (l.xid, l.sequence) > (p.xid, p.sequence)");
    if !transaction.query(&left, &Args::new(Dialect::Postgres), &[ColumnType::BigInt]).await?.is_empty() {
        transaction.rollback().await?;
        return Ok(false);
    }
    transaction.batch(&format!("DROP TABLE \"{table}\"")).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Removes the events from the first on that are all old, at most so many, from the partition for everything else.
pub(super) async fn prune_default(store: &Store, bound: Bound) -> Result<u64, StoreError> {
    let mut transaction = turn(store).await?;
    let last = format!(
        "SELECT xid, sequence FROM (SELECT xid, sequence, bool_and(occurred_at < '{}') OVER (ORDER BY xid, sequence) AS all_old \
         FROM (SELECT xid, sequence, occurred_at FROM record_events_default ORDER BY xid, sequence LIMIT {BATCH}) f) o \
         WHERE o.all_old ORDER BY xid DESC, sequence DESC LIMIT 1",
        text(bound.before)
    );
    move_mark(&mut transaction, &last, bound).await?;
    let remove =
        "DELETE FROM record_events_default e USING pruned_events p WHERE (e.xid, e.sequence) <= (p.xid, p.sequence)";
    let removed = transaction.execute(remove, &Args::new(Dialect::Postgres)).await?;
    transaction.commit().await?;
    Ok(removed)
}

/// Moves the mark of what is pruned on to a place, unless that is behind the bound or something young stands before it.
async fn move_mark(transaction: &mut Transaction<'_>, place: &str, bound: Bound) -> Result<(), StoreError> {
    let before = Value::Timestamp(bound.before);
    let (xid, sequence) = (Value::Text(bound.end.transaction.to_string()), Value::Integer(bound.end.sequence));
    let mut args = Args::new(Dialect::Postgres);
    let before = args.add(ColumnType::Timestamp, &before);
    let (xid, sequence) = (args.add(ColumnType::Text, &xid), args.add(ColumnType::BigInt, &sequence));
    let sql = format!(
        "UPDATE pruned_events p SET xid = l.xid, sequence = l.sequence FROM ({place}) l \
         WHERE (l.xid, l.sequence) > (p.xid, p.sequence) AND (l.xid, l.sequence) <= ({xid}::xid8, {sequence}) AND NOT EXISTS \
         (SELECT FROM record_events y WHERE y.occurred_at >= {before} AND (y.xid, y.sequence) < (l.xid, l.sequence))"
    );
    transaction.execute(&sql, &args).await.map(drop)
}
