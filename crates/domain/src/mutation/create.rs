//! New records, with those that are made along with them.

use super::{
    WriteError, autonumber,
    connect::{Connected, connect},
    history,
    input::{Assignment, Input, Step},
    journal::{self, Entry, Kind},
    junction,
    layout::Layout,
    message::{self, Broken},
    normal,
    permit::{narrowed, permit_fields, permit_module, permit_new, permit_values},
    rollup, rows,
    session::{CHUNK, Session},
    settle::{Purpose, Record, settle},
    stale::Changed,
    unique,
};
use crate::{calendar, column::ColumnType, plan::sql::quote, store::Args, value::Value};
use kontor_metadata::model::{Action, Field, FieldId, FieldType, Literal, Module, Trait};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Creates records; gives their ids in the order of the inputs.
pub(super) async fn create<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    inputs: Vec<Input>,
) -> Result<Vec<Uuid>, WriteError> {
    let mut written = Vec::with_capacity(inputs.len());
    let mut inputs = inputs.into_iter();
    loop {
        let chunk: Vec<Input> = inputs.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(written);
        }
        written.extend(create_chunk(session, module, chunk).await?);
        if session.violations.is_empty() {
            journal::relieve(session).await?;
        }
    }
}

/// The same, not more than a statement takes; their journal is left to the caller.
pub(super) async fn create_chunk<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    inputs: Vec<Input>,
) -> Result<Vec<Uuid>, WriteError> {
    permit_module(session, module, Action::Create)?;
    let layout = session.layout(module.id);
    let ids: Vec<Uuid> = inputs.iter().map(|_| Uuid::now_v7()).collect();
    session.fresh.extend(&ids);
    let mut records = Vec::with_capacity(inputs.len());
    let mut related: BTreeMap<FieldId, Vec<(usize, Input)>> = BTreeMap::new();
    let mut connected: Vec<Connected> = Vec::new();
    for (n, (id, input)) in ids.iter().zip(inputs).enumerate() {
        session.violations.extend(input.unreadable);
        let made: Vec<FieldId> = input.related.iter().map(|(field, _)| *field).collect();
        permit_fields(session, module, &made)?;
        for (field, other) in input.related {
            related.entry(field).or_default().push((n, other));
        }
        junction::require(session, module, &input.connected, &input.path);
        if !input.connected.is_empty() {
            connected.push(Connected { id: *id, path: input.path.clone(), links: input.connected });
        }
        let mut new = layout.empty();
        let given = assign(module, layout, &mut new, input.values);
        whole(session, module, &given, &input.path);
        permit_fields(session, module, &given)?;
        new[0] = Value::Uuid(*id);
        let record = Record { id: *id, old: None, new, given, stale: Vec::new(), path: input.path, events: Vec::new() };
        records.push(record);
    }
    for (field, others) in related {
        let FieldType::Relation { to, .. } = module.field(field).ty else { continue };
        let (places, inputs): (Vec<usize>, Vec<Input>) = others.into_iter().unzip();
        let target = session.module(to);
        let made = Box::pin(create_chunk(session, target, inputs)).await?;
        for (place, id) in places.into_iter().zip(made) {
            layout.set(&mut records[place].new, field, Value::Uuid(id));
            records[place].given.push(field);
        }
    }
    let (alone, narrowed) = (by_themselves(session, module, &records), narrowed(session, module, &records));
    add(session, module, records).await?;
    if session.violations.is_empty() {
        permit_new(session, module, &alone).await?;
        permit_values(session, module, narrowed).await?;
    }
    connect(session, module, connected).await?;
    Ok(ids)
}

/// Those of some new records that belong to none that is new too: who may make a quote makes its lines with it, whoever it
/// is for.
fn by_themselves(session: &Session<'_, '_>, module: &Module, records: &[Record]) -> Vec<Uuid> {
    let layout = session.layout(module.id);
    let is_new = |record: &Record| {
        module.parent.is_some_and(
            |parent| matches!(layout.value(&record.new, parent), Value::Uuid(id) if session.fresh.contains(id)),
        )
    };
    records.iter().filter(|record| !is_new(record)).map(|record| record.id).collect()
}

/// Writes new records with what follows from the values that they have, unless they break rules.
pub(super) async fn add<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    mut records: Vec<Record>,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    for record in &mut records {
        fill(session, module, layout, record);
    }
    positions(session, module, layout, &mut records).await?;
    settle(session, module, &mut records, Purpose::Create).await?;
    unique::check(session, module, &records).await?;
    if session.violations.is_empty() {
        autonumber::assign(session, module, &mut records).await?;
        insert(session, module, records).await?;
    }
    Ok(())
}

/// Sets the values that the caller gives; gives their fields.
pub(super) fn assign(module: &Module, layout: &Layout, row: &mut [Value], values: Vec<Assignment>) -> Vec<FieldId> {
    let mut given = Vec::with_capacity(values.len());
    for Assignment { field, is_type, value } in values {
        let slot = if is_type { layout.type_slot(field) } else { layout.slot(field) };
        if let Some(slot) = slot {
            row[slot] = normal::form(&module.field(field).ty, value);
            given.push(field);
        }
    }
    given
}

/// Refuses a link to a record of any module of which only the id or only the module is given.
pub(super) fn whole(session: &mut Session<'_, '_>, module: &Module, given: &[FieldId], path: &[Step]) {
    for field in &module.fields {
        let FieldType::Polymorphic { to } = &field.ty else { continue };
        if given.iter().filter(|given| **given == field.id).count() == 1 {
            let names = to.iter().map(|to| session.module(*to).name.clone()).collect();
            let violation = message::violation(field, &Broken::Target(names), session.language());
            session.violations.push(violation.under(path));
        }
    }
}

/// Values that the author or the platform gives where the caller gives none.
fn fill(session: &Session<'_, '_>, module: &Module, layout: &Layout, record: &mut Record) {
    let context = session.context;
    for field in &module.fields {
        if field.column == module.tenant && !matches!(field.ty, FieldType::Id) {
            // Teams and users belong to the organisation of who makes them.
            layout.set(&mut record.new, field.id, Value::Uuid(context.org));
        }
        if field.generated || record.given.contains(&field.id) {
            continue;
        }
        let value = match &field.default {
            Some(default) => literal(field, default),
            None if field.name == "owner" && module.has(Trait::Owned) => context.actor(),
            None => continue,
        };
        layout.set(&mut record.new, field.id, value);
    }
    let now = Value::Timestamp(context.moment.now);
    let by = context.actor();
    let kept = [
        (layout.created_at, now.clone()),
        (layout.updated_at, now),
        (layout.created_by, by.clone()),
        (layout.updated_by, by),
        (layout.version, Value::Integer(1)),
    ];
    for (slot, value) in kept {
        if let Some(slot) = slot {
            record.new[slot] = value;
        }
    }
    for (field, value) in rollup::initial(&session.writing.graph.rollups[usize::from(module.id.0)]) {
        layout.set(&mut record.new, field, value);
    }
}

/// The value of a constant of the metadata.
pub(super) fn literal(field: &Field, literal: &Literal) -> Value {
    match literal {
        Literal::Integer(integer) => Value::Integer(*integer),
        Literal::Scaled(units) => Value::Decimal(*units),
        Literal::Float(float) => Value::Float(*float),
        Literal::Boolean(boolean) => Value::Boolean(*boolean),
        Literal::List(names) => Value::List(names.iter().cloned().map(Value::Text).collect()),
        Literal::Json(text) => Value::Json(text.clone()),
        Literal::Text(text) => match field.ty {
            FieldType::Date { .. } => calendar::parse_date(text).map_or(Value::Null, Value::Date),
            FieldType::Time { .. } => calendar::parse_time(text).map_or(Value::Null, Value::Time),
            FieldType::DateTime { .. } => calendar::parse_timestamp(text).map_or(Value::Null, Value::Timestamp),
            _ => Value::Text(text.clone()),
        },
    }
}

/// Puts new children behind their siblings, in the order in which they are given.
async fn positions(
    session: &mut Session<'_, '_>,
    module: &Module,
    layout: &Layout,
    records: &mut [Record],
) -> Result<(), WriteError> {
    let (Some(parent), Some(position)) = (module.parent, module.ordered_by) else { return Ok(()) };
    let parent_of = |record: &Record| match layout.value(&record.new, parent) {
        Value::Uuid(id) => Some(*id),
        _ => None,
    };
    let open = |record: &&Record| !record.given.contains(&position);
    let parents: Vec<Uuid> = records.iter().filter(open).filter_map(parent_of).collect();
    let known: Vec<Uuid> = parents.iter().copied().filter(|id| !session.fresh.contains(id)).collect();
    let mut last = last_positions(session, module, (parent, position), known).await?;
    for record in records.iter_mut() {
        let Some(id) = parent_of(record) else { continue };
        let last = last.entry(id).or_insert(0);
        if record.given.contains(&position) {
            if let Value::Integer(given) = layout.value(&record.new, position) {
                *last = (*last).max(*given);
            }
            continue;
        }
        *last += 1;
        layout.set(&mut record.new, position, Value::Integer(*last));
    }
    Ok(())
}

/// The greatest position among the children of each of some records.
async fn last_positions(
    session: &mut Session<'_, '_>,
    module: &Module,
    (parent, position): (FieldId, FieldId),
    mut parents: Vec<Uuid>,
) -> Result<HashMap<Uuid, i64>, WriteError> {
    parents.sort_unstable();
    parents.dedup();
    if parents.is_empty() {
        return Ok(HashMap::new());
    }
    let (list, org) = (rows::ids(parents), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let column = quote(&module.field(parent).column);
    let sql = format!(
        "SELECT {column}, max({}) FROM {} WHERE {} = {} AND {}{} GROUP BY {column}",
        quote(&module.field(position).column),
        quote(&module.table),
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
        rows::among(&mut args, &column, &list),
        rows::Which::Alive.sql(module),
    );
    let found = session.transaction.query(&sql, &args, &[ColumnType::Uuid, ColumnType::Integer]).await?;
    let pair = |row: Vec<Value>| match row.as_slice() {
        [Value::Uuid(id), Value::Integer(last)] => Some((*id, *last)),
        _ => None,
    };
    Ok(found.into_iter().filter_map(pair).collect())
}

/// Writes new records and notes what follows from them.
async fn insert<'s>(session: &mut Session<'s, '_>, module: &'s Module, records: Vec<Record>) -> Result<(), WriteError> {
    let rows = records.iter().map(|record| record.new.clone()).collect();
    rows::insert(session, module, rows).await?;
    session.grow(module, i64::try_from(records.len()).unwrap_or(i64::MAX));
    let changes: Vec<Changed<'_>> =
        records.iter().map(|record| Changed { id: record.id, old: None, new: Some(&record.new) }).collect();
    session.follow(module, &changes).await?;
    let histories = history::of(session, module, &records);
    for Record { id, new, events, .. } in records {
        let entry = Entry { kind: Kind::Created, before: None, after: Some(new), events, links: Vec::new() };
        session.journal.add(module.id, id, entry);
    }
    history::write(session, histories).await
}
