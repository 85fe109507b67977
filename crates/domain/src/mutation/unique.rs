//! Unique keys: who has a value already.

use super::{
    WriteError,
    layout::Layout,
    message::{self, Broken},
    rows::{Lock, Which},
    session::{CHUNK, Session},
    settle::Record,
};
use crate::{
    column::{ColumnType, Dialect},
    plan::sql::quote,
    store::Args,
    value::Value,
};
use kontor_metadata::model::{FieldType, Index, Module};
use std::collections::HashMap;
use uuid::Uuid;

/// Most keys that a statement looks for.
const KEYS: usize = 200;

/// Adds a violation for every unique value that another record has. A single record without other violations is left
/// to the database, which finds the same at no further cost.
pub(super) async fn check(
    session: &mut Session<'_, '_>,
    module: &Module,
    records: &[Record],
) -> Result<(), WriteError> {
    if records.len() < 2 && session.violations.is_empty() {
        return Ok(());
    }
    let layout = session.layout(module.id);
    let language = session.language();
    for index in module.indexes.iter().filter(|index| index.unique) {
        let autonumber =
            |field: &&kontor_metadata::model::FieldId| matches!(module.field(**field).ty, FieldType::Autonumber { .. });
        if index.fields.iter().any(|field| autonumber(&field)) {
            continue;
        }
        let changed = |record: &&Record| {
            index.fields.iter().any(|field| layout.differs(record.old.as_ref(), &record.new, module.field(*field)))
        };
        let mut wanted: HashMap<Vec<String>, Vec<&Record>> = HashMap::new();
        let mut keys = Vec::new();
        for record in records.iter().filter(changed) {
            let Some(key) = key(layout, index, &record.new) else { continue };
            wanted.entry(text(&key)).or_default().push(record);
            keys.push(key);
        }
        let taken = find(session, module, index, &keys, Lock::None).await?;
        let mut told = Vec::new();
        for (key, records) in &wanted {
            let first = taken.get(key).copied();
            // Of several records of the change with the same value, all but the first are in the way of it.
            for (n, record) in records.iter().enumerate() {
                let other = first.is_some_and(|id| id != record.id);
                if other || n > 0 {
                    told.push(*record);
                }
            }
        }
        let field = module.field(index.fields[index.fields.len() - 1]);
        for record in told {
            let broken = Broken::Taken { module: module.name.clone() };
            session.violations.push(message::violation(field, &broken, language).under(&record.path));
        }
    }
    Ok(())
}

/// The values of a unique key; none if one of them is missing, since nothing is unlike nothing.
pub(super) fn key(layout: &Layout, index: &Index, row: &[Value]) -> Option<Vec<Value>> {
    let values = index.fields.iter().map(|field| layout.slot(*field).map(|slot| row[slot].clone()));
    let values: Option<Vec<Value>> = values.collect();
    values.filter(|values| !values.iter().any(Value::is_null))
}

/// A key as something that maps are ordered by.
pub(super) fn text(key: &[Value]) -> Vec<String> {
    key.iter().map(|value| format!("{value:?}")).collect()
}

/// The records, not deleted, that have one of some keys.
pub(super) async fn find(
    session: &mut Session<'_, '_>,
    module: &Module,
    index: &Index,
    keys: &[Vec<Value>],
    lock: Lock,
) -> Result<HashMap<Vec<String>, Uuid>, WriteError> {
    let layout = session.layout(module.id);
    let dialect = session.transaction.dialect();
    let org = Value::Uuid(session.context.org);
    let slots: Vec<usize> = index.fields.iter().filter_map(|field| layout.slot(*field)).collect();
    let columns: Vec<String> = slots.iter().map(|slot| quote(&layout.columns[*slot].name)).collect();
    let types: Vec<_> = slots.iter().map(|slot| layout.types[*slot]).collect();
    let mut found = HashMap::new();
    let single = columns.len() == 1 && types[0] == ColumnType::Text;
    for chunk in keys.chunks(if single { CHUNK } else { KEYS }) {
        let mut args = Args::new(dialect);
        let tenant = args.add(ColumnType::Uuid, &org);
        let mut tests = Vec::with_capacity(chunk.len());
        let list = Value::List(chunk.iter().filter_map(|key| key.first().cloned()).collect());
        if single && chunk.len() > 1 {
            let list = args.add_list(ColumnType::Text, &list);
            tests.push(match dialect {
                Dialect::Postgres => format!("{} = ANY({list})", columns[0]),
                Dialect::Sqlite => format!("{} IN (SELECT value FROM json_each({list}))", columns[0]),
            });
        } else {
            for key in chunk {
                let parts = columns.iter().zip(&types).zip(key);
                let parts = parts.map(|((column, ty), value)| format!("{column} = {}", args.add(*ty, value)));
                tests.push(format!("({})", parts.collect::<Vec<_>>().join(" AND ")));
            }
        }
        let sql = format!(
            "SELECT \"id\", {} FROM {} WHERE {} = {tenant}{} AND ({}){}",
            columns.join(", "),
            quote(&module.table),
            quote(&module.tenant),
            Which::Alive.sql(module),
            tests.join(" OR "),
            lock.sql(dialect),
        );
        let mut wanted = vec![ColumnType::Uuid];
        wanted.extend(&types);
        for row in session.transaction.query(&sql, &args, &wanted).await? {
            if let Some((Value::Uuid(id), key)) = row.split_first() {
                found.insert(text(key), *id);
            }
        }
    }
    Ok(found)
}
