//! Statements of the platform's own tables, written once for both databases: `?` stands for the next value.

use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    store::{Args, Store, Transaction},
    value::Value,
};
use uuid::Uuid;

/// A value and how it is stored.
pub(super) type Bound = (ColumnType, Value);

pub(super) fn id(id: Uuid) -> Bound {
    (ColumnType::Uuid, Value::Uuid(id))
}

pub(super) fn text(text: impl Into<String>) -> Bound {
    (ColumnType::Text, Value::Text(text.into()))
}

pub(super) fn maybe_text(text: Option<&str>) -> Bound {
    (ColumnType::Text, text.map_or(Value::Null, |text| Value::Text(text.to_owned())))
}

/// Microseconds since 1970.
pub(super) fn moment(at: i64) -> Bound {
    (ColumnType::Timestamp, Value::Timestamp(at))
}

pub(super) fn number(number: i64) -> Bound {
    (ColumnType::BigInt, Value::Integer(number))
}

pub(super) fn truth(truth: bool) -> Bound {
    (ColumnType::Boolean, Value::Boolean(truth))
}

/// Puts the placeholders of a dialect into the place of each `?`.
fn bind<'v>(dialect: Dialect, sql: &str, values: &'v [Bound]) -> (String, Args<'v>) {
    let mut args = Args::new(dialect);
    let mut parts = sql.split('?');
    let mut bound = parts.next().unwrap_or_default().to_owned();
    for (part, (ty, value)) in parts.zip(values) {
        bound.push_str(&args.add(*ty, value));
        bound.push_str(part);
    }
    (bound, args)
}

/// Runs a statement; gives the number of rows it changed.
pub(super) async fn execute(transaction: &mut Transaction<'_>, sql: &str, values: &[Bound]) -> Result<u64, StoreError> {
    let (sql, args) = bind(transaction.dialect(), sql, values);
    transaction.execute(&sql, &args).await
}

/// Runs a statement that gives rows.
pub(super) async fn query(
    transaction: &mut Transaction<'_>,
    sql: &str,
    values: &[Bound],
    columns: &[ColumnType],
) -> Result<Vec<Vec<Value>>, StoreError> {
    let (sql, args) = bind(transaction.dialect(), sql, values);
    transaction.query(&sql, &args, columns).await
}

/// Reads outside a transaction, over the rows of `whose`.
pub(super) async fn read(
    store: &Store,
    whose: Whose,
    sql: &str,
    values: &[Bound],
    columns: &[ColumnType],
) -> Result<Vec<Vec<Value>>, StoreError> {
    let (sql, args) = bind(store.dialect(), sql, values);
    store.query(whose, &sql, &args, columns).await
}

/// What locks the rows that a query finds; SQLite has one writer anyway.
pub(super) fn lock(transaction: &Transaction<'_>) -> &'static str {
    match transaction.dialect() {
        Dialect::Postgres => " FOR UPDATE",
        Dialect::Sqlite => "",
    }
}

/// The next values of a row, each of the kind that its column has; what is null is so for every kind.
pub(super) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(super) fn new(row: Vec<Value>) -> Self {
        Self(row.into_iter())
    }

    pub(super) fn id(&mut self) -> Option<Uuid> {
        self.0.next().and_then(|value| if let Value::Uuid(id) = value { Some(id) } else { None })
    }

    pub(super) fn text(&mut self) -> Option<String> {
        self.0.next().and_then(|value| match value {
            Value::Text(text) | Value::Json(text) => Some(text),
            _ => None,
        })
    }

    pub(super) fn moment(&mut self) -> Option<i64> {
        self.0.next().and_then(|value| if let Value::Timestamp(at) = value { Some(at) } else { None })
    }

    pub(super) fn number(&mut self) -> Option<i64> {
        self.0.next().and_then(|value| if let Value::Integer(number) = value { Some(number) } else { None })
    }

    pub(super) fn truth(&mut self) -> bool {
        matches!(self.0.next(), Some(Value::Boolean(true)))
    }
}
