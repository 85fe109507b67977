//! What the two logs remember of records whose personal data are erased. Entries stay where they are, so that every
//! cursor leads where it led: only the values go.

use super::{kin::personal, neutral::neutral, words::Words};
use crate::{
    column::ColumnType,
    error::StoreError,
    mutation::{
        WriteError, encoding, rows,
        rows::{Lock, Which},
        session::Session,
    },
    store::Args,
    value::Value,
};
use kontor_metadata::model::Module;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Entries that are looked at together.
const BATCH: usize = 200;
/// What stands for a value that was there.
const MASKED: &str = "***";

/// A log that holds values of records.
struct Log {
    table: &'static str,
    columns: &'static [&'static str],
}

/// Masks what the audit log says of personal data of some records of a module, not more than a statement takes; gives the
/// number of entries.
pub(super) async fn mask_audit(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
    words: &mut Words,
) -> Result<u64, StoreError> {
    let names: Vec<String> = personal(module).map(|field| encoding::name(field, false)).collect();
    let mut change = |_, changes: &mut Map<String, Json>| {
        let mut found = false;
        for name in &names {
            let Some(Json::Object(sides)) = changes.get_mut(name) else { continue };
            for value in sides.values_mut().filter(|value| !value.is_null() && value.as_str() != Some(MASKED)) {
                words.json(value);
                *value = Json::from(MASKED);
                found = true;
            }
        }
        found
    };
    let log = Log { table: "audit_logs", columns: &["changes"] };
    rewrite(session, &log, module, ids, &mut change).await
}

/// Gives the images of some records in the event log the values that their personal fields have from now on; gives the
/// number of events.
pub(super) async fn clear_events(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
    words: &mut Words,
) -> Result<u64, WriteError> {
    let value = |field| {
        let mut json = Vec::new();
        let ty = ColumnType::of(field).unwrap_or(ColumnType::Text);
        // An image holds no unique keys: one value serves all.
        encoding::write(&mut json, field, ty, &neutral(module, field, Uuid::nil()));
        serde_json::from_slice(&json).unwrap_or_default()
    };
    let given = personal(module).filter(|field| field.logic.compute.is_none());
    let values: BTreeMap<String, Json> = given.map(|field| (encoding::name(field, false), value(field))).collect();
    let computed = computed(session, module, ids).await?;
    let mut change = |record: Uuid, image: &mut Map<String, Json>| {
        let mut found = false;
        for (name, neutral) in values.iter().chain(computed.get(&record).into_iter().flatten()) {
            if let Some(value) = image.get_mut(name).filter(|value| *value != neutral && !value.is_null()) {
                words.json(value);
                *value = neutral.clone();
                found = true;
            }
        }
        found
    };
    let log = Log { table: "record_events", columns: &["before", "after"] };
    Ok(rewrite(session, &log, module, ids, &mut change).await?)
}

/// What the computed personal fields of records are from now on; nothing for records that are gone.
async fn computed(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, BTreeMap<String, Json>>, WriteError> {
    let layout = session.layout(module.id);
    let mut found: HashMap<_, BTreeMap<_, _>> = ids.iter().map(|id| (*id, BTreeMap::new())).collect();
    let fields: Vec<_> = personal(module).filter(|field| field.logic.compute.is_some()).collect();
    if fields.is_empty() {
        return Ok(found);
    }
    let rows: HashMap<_, _> = rows::load(session, module, ids, Which::Any, Lock::None).await?.into_iter().collect();
    for (id, values) in &mut found {
        for field in &fields {
            let value = rows.get(id).map_or(&Value::Null, |row| layout.value(row, field.id));
            let mut json = Vec::new();
            encoding::write(&mut json, field, ColumnType::of(field).unwrap_or(ColumnType::Text), value);
            values.insert(encoding::name(field, false), serde_json::from_slice(&json).unwrap_or_default());
        }
    }
    Ok(found)
}

async fn rewrite(
    session: &mut Session<'_, '_>,
    log: &Log,
    module: &Module,
    ids: &[Uuid],
    change: &mut (dyn FnMut(Uuid, &mut Map<String, Json>) -> bool + Send),
) -> Result<u64, StoreError> {
    let dialect = session.transaction.dialect();
    let (list, org) = (rows::ids(ids.iter().copied()), Value::Uuid(session.context.org));
    let name = Value::Text(module.name.clone());
    let columns: Vec<String> = log.columns.iter().map(|column| format!("\"{column}\"")).collect();
    let mut types = vec![ColumnType::Uuid, ColumnType::Uuid];
    types.extend(columns.iter().map(|_| ColumnType::Json));
    let mut template = Args::template(dialect);
    let sets: Vec<String> =
        columns.iter().map(|column| format!("{column} = {}", template.next(ColumnType::Json))).collect();
    let (id, tenant) = (template.next(ColumnType::Uuid), template.next(ColumnType::Uuid));
    let update = format!("UPDATE {} SET {} WHERE id = {id} AND org = {tenant}", log.table, sets.join(", "));
    let mut last = Value::Uuid(Uuid::nil());
    let mut rewritten = 0;
    loop {
        let mut args = Args::new(dialect);
        let sql = format!(
            "SELECT id, record_id, {} FROM {} WHERE org = {} AND record_type = {} AND {} AND id > {} ORDER BY id LIMIT {BATCH}",
            columns.join(", "),
            log.table,
            args.add(ColumnType::Uuid, &org),
            args.add(ColumnType::Text, &name),
            rows::among(&mut args, "record_id", &list),
            args.add(ColumnType::Uuid, &last),
        );
        let found = session.transaction.query(&sql, &args, &types).await?;
        let whole = found.len() == BATCH;
        let mut changed = Vec::new();
        for mut row in found {
            let id = row.remove(0);
            last = id.clone();
            let Value::Uuid(record) = row.remove(0) else { continue };
            let mut dirty = false;
            for value in &mut row {
                let Value::Json(text) = value else { continue };
                let Ok(mut object) = serde_json::from_str::<Map<String, Json>>(text) else { continue };
                if change(record, &mut object) {
                    *value = Value::Json(Json::Object(object).to_string());
                    dirty = true;
                }
            }
            if dirty {
                row.extend([id, org.clone()]);
                changed.push(row);
            }
        }
        rewritten += changed.len() as u64;
        if !changed.is_empty() {
            session.transaction.execute_many(&update, &template, &changed).await?;
        }
        if !whole {
            return Ok(rewritten);
        }
    }
}
