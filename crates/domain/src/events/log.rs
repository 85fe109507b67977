use super::{Cursor, Image};
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    store::{Args, Store},
    value::Value,
};
use std::sync::OnceLock;
use uuid::Uuid;

/// A change of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place in the log.
    pub cursor: Cursor,
    /// The tenant.
    pub org: Uuid,
    /// The same for all events of one operation.
    pub operation: String,
    /// Module name of the record.
    pub module: String,
    /// The record.
    pub record: Uuid,
    /// `CREATED`, `UPDATED`, `DELETED`, `RESTORED` or `PURGED`.
    pub kind: String,
    /// Names of the changed fields, as a JSON array.
    pub changed: Option<String>,
    /// Names of the module's own events that the change was, as a JSON array.
    pub named: Option<String>,
    /// The record before the change as a JSON object.
    pub before: Option<String>,
    /// The record after the change as a JSON object.
    pub after: Option<String>,
    /// Who; none for the program itself.
    pub actor: Option<Uuid>,
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub occurred_at: i64,
    /// What `before` and `after` say, once somebody wants to know.
    pub images: Images,
}

/// The images of an event, read once for all who look at them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Images {
    before: OnceLock<Option<Image>>,
    after: OnceLock<Option<Image>>,
}

impl Event {
    /// The record before the change.
    #[must_use]
    pub fn image_before(&self) -> Option<&Image> {
        self.images.before.get_or_init(|| self.before.as_deref().and_then(Image::parse)).as_ref()
    }

    /// The record after the change.
    #[must_use]
    pub fn image_after(&self) -> Option<&Image> {
        self.images.after.get_or_init(|| self.after.as_deref().and_then(Image::parse)).as_ref()
    }
}

/// Why the log cannot be read on from a cursor.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Events behind the cursor were pruned already, or the cursor is of another database's log.
    #[error("events behind the cursor are not kept any more")]
    Gap,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const COLUMNS: [(&str, ColumnType); 12] = [
    ("sequence", ColumnType::BigInt),
    ("org", ColumnType::Uuid),
    ("transaction", ColumnType::Text),
    ("record_type", ColumnType::Text),
    ("record_id", ColumnType::Uuid),
    ("kind", ColumnType::Text),
    ("changed_fields", ColumnType::Json),
    ("events", ColumnType::Json),
    ("before", ColumnType::Json),
    ("after", ColumnType::Json),
    ("actor_id", ColumnType::Uuid),
    ("occurred_at", ColumnType::Timestamp),
];

/// A moment of the log.
#[derive(Debug, Clone)]
pub struct Now {
    /// The place that nothing stands before any more.
    pub cursor: Cursor,
    /// The first transaction that has not begun.
    next: u64,
    /// Transactions under way.
    open: Vec<u64>,
}

impl Now {
    /// Whether an event behind the place was committed before the moment: it waits for a transaction that is older.
    #[must_use]
    pub fn has(&self, event: Cursor) -> bool {
        let transaction = event.transaction;
        transaction < self.next && !self.open.contains(&transaction)
    }
}

/// What tells the log of this database from those of others: the number of the server's installation, and the database's
/// in it. Copies of a server's files have the same.
///
/// # Errors
/// When the database does not answer.
pub async fn identity(store: &Store) -> Result<String, StoreError> {
    if store.dialect() == Dialect::Sqlite {
        return Ok("sqlite".to_owned());
    }
    let sql = "SELECT (SELECT system_identifier FROM pg_control_system()) || '-' || oid FROM pg_database \
               WHERE datname = current_database()";
    let rows = store.query(Whose::Platform, sql, &Args::new(store.dialect()), &[ColumnType::Text]).await?;
    match rows.into_iter().flatten().next() {
        Some(Value::Text(identity)) => Ok(identity),
        _ => Ok(String::new()),
    }
}

/// This moment of the log.
///
/// # Errors
/// When the database does not answer.
pub async fn now(store: &Store) -> Result<Now, StoreError> {
    if store.dialect() == Dialect::Sqlite {
        return Ok(Now { cursor: last(store).await?, next: 0, open: Vec::new() });
    }
    let sql = "SELECT pg_current_snapshot()::text";
    let rows = store.query(Whose::Platform, sql, &Args::new(store.dialect()), &[ColumnType::Text]).await?;
    let text = match rows.first().and_then(|row| row.first()) {
        Some(Value::Text(text)) => text.as_str(),
        _ => "",
    };
    // The oldest one under way, the next one, and all under way: `10:20:10,14,15`.
    let mut parts = text.split(':');
    let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    let (oldest, next) = (number(), number());
    let open = parts.next().unwrap_or_default().split(',').filter_map(|part| part.parse().ok()).collect();
    Ok(Now { cursor: Cursor { transaction: oldest, sequence: 0 }, next, open })
}

/// The place behind everything that can be read now.
///
/// # Errors
/// When the database does not answer.
pub async fn last(store: &Store) -> Result<Cursor, StoreError> {
    let sql = match store.dialect() {
        // Of transactions that are older than every one under way, nothing more comes.
        Dialect::Postgres => "SELECT pg_snapshot_xmin(pg_current_snapshot())::text, 0::bigint",
        Dialect::Sqlite => "SELECT '0', COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'record_events'), 0)",
    };
    let types = [ColumnType::Text, ColumnType::BigInt];
    let rows = store.query(Whose::Platform, sql, &Args::new(store.dialect()), &types).await?;
    match rows.first().map(Vec::as_slice) {
        Some([transaction, sequence]) => Ok(cursor(transaction, sequence)),
        _ => Ok(Cursor { transaction: 0, sequence: 0 }),
    }
}

/// The next events behind a cursor, at most `most`, in the order of the log. Fewer are all that there are now.
///
/// # Errors
/// See [`LogError`].
pub async fn read(store: &Store, after: Cursor, most: usize) -> Result<Vec<Event>, LogError> {
    let dialect = store.dialect();
    let transaction = Value::Text(after.transaction.to_string());
    let sequence = Value::Integer(after.sequence);
    let mut args = Args::new(dialect);
    let columns: Vec<String> = COLUMNS.iter().map(|(name, _)| format!("e.\"{name}\"")).collect();
    let columns = columns.join(", ");
    // One statement sees one state: what is pruned meanwhile is noticed, or still there.
    let sql = match dialect {
        Dialect::Postgres => {
            let transaction = args.add(ColumnType::Text, &transaction);
            let sequence = args.add(ColumnType::BigInt, &sequence);
            format!(
                "SELECT p.xid::text, p.sequence, pg_snapshot_xmax(pg_current_snapshot())::text, 0::bigint, e.xid::text, {columns} \
                 FROM pruned_events p LEFT JOIN (SELECT * FROM record_events \
                 WHERE (xid, sequence) > ({transaction}::xid8, {sequence}) AND xid < pg_snapshot_xmin(pg_current_snapshot()) \
                 ORDER BY xid, sequence LIMIT {most}) e ON true ORDER BY e.xid, e.sequence"
            )
        }
        Dialect::Sqlite => {
            let sequence = args.add(ColumnType::BigInt, &sequence);
            format!(
                "SELECT '0', p.sequence, '0', COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'record_events'), 0), '0', {columns} \
                 FROM pruned_events p LEFT JOIN (SELECT * FROM record_events WHERE sequence > {sequence} \
                 ORDER BY sequence LIMIT {most}) e ON true ORDER BY e.sequence"
            )
        }
    };
    let places = [ColumnType::Text, ColumnType::BigInt, ColumnType::Text, ColumnType::BigInt, ColumnType::Text];
    let types: Vec<ColumnType> = places.into_iter().chain(COLUMNS.iter().map(|(_, ty)| *ty)).collect();
    let rows = store.query(Whose::Platform, &sql, &args, &types).await?;
    // A cursor from the future is of a log that has been put back to an older state since.
    if let Some([transaction, sequence, newest, number, ..]) = rows.first().map(Vec::as_slice)
        && (after < cursor(transaction, sequence) || after > cursor(newest, number))
    {
        return Err(LogError::Gap);
    }
    Ok(rows.into_iter().filter_map(event).collect())
}

fn cursor(transaction: &Value, sequence: &Value) -> Cursor {
    let transaction = match transaction {
        Value::Text(text) => text.parse().unwrap_or(0),
        _ => 0,
    };
    Cursor { transaction, sequence: if let Value::Integer(sequence) = sequence { *sequence } else { 0 } }
}

/// The event of a row; none where the row tells only of the log.
fn event(row: Vec<Value>) -> Option<Event> {
    let text = |value: &Value| match value {
        Value::Text(text) | Value::Json(text) => Some(text.clone()),
        _ => None,
    };
    let id = |value: &Value| if let Value::Uuid(id) = value { Some(*id) } else { None };
    let [
        _,
        _,
        _,
        _,
        transaction,
        sequence,
        org,
        operation,
        module,
        record,
        kind,
        changed,
        named,
        before,
        after,
        actor,
        at,
    ] = &row[..]
    else {
        return None;
    };
    let Value::Integer(_) = sequence else { return None };
    Some(Event {
        cursor: cursor(transaction, sequence),
        org: id(org)?,
        operation: text(operation)?,
        module: text(module)?,
        record: id(record)?,
        kind: text(kind)?,
        changed: text(changed),
        named: text(named),
        before: text(before),
        after: text(after),
        actor: id(actor),
        occurred_at: if let Value::Timestamp(at) = at { *at } else { 0 },
        images: Images::default(),
    })
}
