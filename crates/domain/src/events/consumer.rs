use super::Cursor;
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    store::{Args, Store, Transaction},
    value::Value,
};

/// A reader of the log that deals with each event once, however many gateways run and whatever is killed: its place is
/// kept in the database, and moved in the transaction of what is made of the events. Pruning stops at it.
#[derive(Debug, Clone, Copy)]
pub struct Consumer {
    name: &'static str,
}

impl Consumer {
    /// The consumer of this name, which a migration has put into `event_consumers`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name }
    }

    /// The place behind the last event that was dealt with.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn place(self, store: &Store) -> Result<Cursor, StoreError> {
        let name = Value::Text(self.name.to_owned());
        let mut args = Args::new(store.dialect());
        let sql = select(&mut args, &name);
        Ok(place(&store.query(Whose::Platform, &sql, &args, &COLUMNS).await?).unwrap_or(START))
    }

    /// Makes it this transaction's turn to deal with what follows a place; not if another is at it, or has been.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim(self, transaction: &mut Transaction<'_>, after: Cursor) -> Result<bool, StoreError> {
        let dialect = transaction.dialect();
        let name = Value::Text(self.name.to_owned());
        let mut args = Args::new(dialect);
        let lock = match dialect {
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
            // The transaction is the only one that writes.
            Dialect::Sqlite => "",
        };
        let sql = format!("{}{lock}", select(&mut args, &name));
        Ok(place(&transaction.query(&sql, &args, &COLUMNS).await?) == Some(after))
    }

    /// Moves the place behind the events that the transaction has dealt with.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn advance(self, transaction: &mut Transaction<'_>, to: Cursor) -> Result<(), StoreError> {
        let dialect = transaction.dialect();
        let values =
            [Value::Text(self.name.to_owned()), Value::Text(to.transaction.to_string()), Value::Integer(to.sequence)];
        let mut args = Args::new(dialect);
        let name = args.add(ColumnType::Text, &values[0]);
        let xid = match dialect {
            Dialect::Postgres => format!("xid = {}::xid8, ", args.add(ColumnType::Text, &values[1])),
            Dialect::Sqlite => String::new(),
        };
        let sequence = args.add(ColumnType::BigInt, &values[2]);
        let sql = format!("UPDATE event_consumers SET {xid}sequence = {sequence} WHERE name = {name}");
        transaction.execute(&sql, &args).await.map(drop)
    }
}

/// The place of the consumer that is the furthest behind.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn slowest(store: &Store) -> Result<Option<Cursor>, StoreError> {
    let sql = match store.dialect() {
        Dialect::Postgres => "SELECT xid::text, sequence FROM event_consumers ORDER BY xid, sequence LIMIT 1",
        Dialect::Sqlite => "SELECT '0', sequence FROM event_consumers ORDER BY sequence LIMIT 1",
    };
    Ok(place(&store.query(Whose::Platform, sql, &Args::new(store.dialect()), &COLUMNS).await?))
}

/// Before all events.
const START: Cursor = Cursor { transaction: 0, sequence: 0 };

const COLUMNS: [ColumnType; 2] = [ColumnType::Text, ColumnType::BigInt];

fn select<'v>(args: &mut Args<'v>, name: &'v Value) -> String {
    let xid = match args.dialect() {
        Dialect::Postgres => "xid::text",
        Dialect::Sqlite => "'0'",
    };
    format!("SELECT {xid}, sequence FROM event_consumers WHERE name = {}", args.add(ColumnType::Text, name))
}

fn place(rows: &[Vec<Value>]) -> Option<Cursor> {
    match rows.first()?.as_slice() {
        [Value::Text(transaction), Value::Integer(sequence)] => {
            Some(Cursor { transaction: transaction.parse().ok()?, sequence: *sequence })
        }
        _ => None,
    }
}
