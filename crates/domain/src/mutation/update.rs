//! New values for records.

use super::{
    WriteError, conflict,
    connect::{Connected, connect},
    create::{assign, create_chunk, whole},
    eligible, history,
    input::{Input, Step},
    journal::{self, Entry, Kind},
    layout::{Layout, Row},
    permit::{narrowed, permit, permit_fields, permit_values},
    rows::{self, Lock, Which},
    session::{CHUNK, Session},
    settle::{Purpose, Record, settle},
    stale::Changed,
    unique,
};
use crate::value::Value;
use kontor_metadata::model::{Action, FieldId, FieldType, Module};
use std::collections::HashMap;
use uuid::Uuid;

/// Gives records the values of an input.
pub(super) async fn update<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    ids: &[Uuid],
    expected_version: Option<i64>,
    input: &Input,
) -> Result<(), WriteError> {
    for chunk in ids.chunks(CHUNK) {
        let inputs = chunk.iter().map(|id| (*id, input.clone())).collect();
        update_each(session, module, inputs, expected_version).await?;
        if session.violations.is_empty() {
            journal::relieve(session).await?;
        }
    }
    Ok(())
}

/// Gives each of some records the values of its own input; not more than a statement takes. Their journal is left to
/// the caller.
pub(super) async fn update_each<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    mut inputs: Vec<(Uuid, Input)>,
    expected_version: Option<i64>,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let ids: Vec<Uuid> = inputs.iter().map(|(id, _)| *id).collect();
    let mut olds: HashMap<Uuid, Row> =
        rows::load(session, module, &ids, Which::Alive, Lock::Change).await?.into_iter().collect();
    if ids.iter().any(|id| !olds.contains_key(id)) {
        return Err(WriteError::NotFound { module: module.name.clone() });
    }
    permit(session, module, Action::Update, &ids).await?;
    let mut records = Vec::with_capacity(inputs.len());
    let mut connected = Vec::new();
    for (id, input) in &mut inputs {
        let Some(old) = olds.remove(id) else {
            return Err(WriteError::NotFound { module: module.name.clone() });
        };
        conflict::check(session, module, *id, &old, expected_version).await?;
        session.violations.append(&mut input.unreadable);
        let mut new = old.clone();
        let mut given = assign(module, layout, &mut new, std::mem::take(&mut input.values));
        whole(session, module, &given, &input.path);
        given.extend(input.related.iter().map(|(field, _)| *field));
        permit_fields(session, module, &given)?;
        for (field, other) in std::mem::take(&mut input.related) {
            let FieldType::Relation { to, .. } = module.field(field).ty else { continue };
            let target = session.module(to);
            let made = Box::pin(create_chunk(session, target, vec![other])).await?;
            layout.set(&mut new, field, made.first().map_or(Value::Null, |id| Value::Uuid(*id)));
        }
        if !input.connected.is_empty() {
            let links = std::mem::take(&mut input.connected);
            connected.push(Connected { id: *id, path: input.path.clone(), links });
        }
        let path = std::mem::take(&mut input.path);
        records.push(Record { id: *id, old: Some(old), new, given, stale: Vec::new(), path, events: Vec::new() });
    }
    let narrowed = narrowed(session, module, &records);
    permit_values(session, module, narrowed).await?;
    let moved = moved(session, module, &records);
    let places: Vec<(Uuid, Vec<Step>)> = records.iter().map(|record| (record.id, record.path.clone())).collect();
    change(session, module, records, Purpose::Update).await?;
    if session.violations.is_empty() {
        permit(session, module, Action::Update, &moved).await?;
    }
    connect(session, module, connected).await?;
    eligible::recheck(session, module, &places).await
}

/// Lines that are to belong to another record that is there already: who moves one has to have a right to it there too.
fn moved(session: &Session<'_, '_>, module: &Module, records: &[Record]) -> Vec<Uuid> {
    let (layout, Some(parent)) = (session.layout(module.id), module.parent) else { return Vec::new() };
    let is_moved = |record: &&Record| {
        let is_there = |id: &Uuid| !session.fresh.contains(id);
        layout.differs(record.old.as_ref(), &record.new, module.field(parent))
            && matches!(layout.value(&record.new, parent), Value::Uuid(id) if is_there(id))
    };
    records.iter().filter(is_moved).map(|record| record.id).collect()
}

/// Sets one relation of some records, by the program itself: a link is made, moved or cleared from its other end.
pub(super) async fn relink<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    field: FieldId,
    links: Vec<(Uuid, Value, Option<Value>)>,
    which: Which,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    for chunk in links.chunks(CHUNK) {
        let ids: Vec<Uuid> = chunk.iter().map(|(id, ..)| *id).collect();
        let olds = load_current(session, module, &ids, which).await?;
        let mut records = Vec::with_capacity(chunk.len());
        for (id, link, ty) in chunk {
            let Some(old) = olds.get(id) else {
                return Err(WriteError::NotFound { module: module.name.clone() });
            };
            let mut new = old.clone();
            layout.set(&mut new, field, link.clone());
            if let (Some(slot), Some(ty)) = (layout.type_slot(field), ty) {
                new[slot] = ty.clone();
            }
            let record = Record {
                id: *id,
                old: Some(old.clone()),
                new,
                given: vec![field],
                stale: Vec::new(),
                path: Vec::new(),
                events: Vec::new(),
            };
            records.push(record);
        }
        change(session, module, records, Purpose::Update).await?;
        let places: Vec<(Uuid, Vec<Step>)> = ids.into_iter().map(|id| (id, Vec::new())).collect();
        eligible::recheck(session, module, &places).await?;
    }
    Ok(())
}

/// Records as they are now, kept from others, whether this change has written them already or not.
pub(super) async fn load_current(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
    which: Which,
) -> Result<HashMap<Uuid, Row>, WriteError> {
    current(session, module, ids, which, Lock::Change).await
}

/// The same, with another lock.
pub(super) async fn current(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
    which: Which,
    lock: Lock,
) -> Result<HashMap<Uuid, Row>, WriteError> {
    let mut found = HashMap::with_capacity(ids.len());
    let mut others = Vec::new();
    for id in ids {
        match session.journal.current(module.id, *id) {
            Some(row) => {
                found.insert(*id, row.clone());
            }
            None => others.push(*id),
        }
    }
    for others in others.chunks(CHUNK) {
        found.extend(rows::load(session, module, others, which, lock).await?);
    }
    Ok(found)
}

/// Settles records that are there and writes those that differ from what they were.
pub(super) async fn change<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    mut records: Vec<Record>,
    purpose: Purpose,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    settle(session, module, &mut records, purpose).await?;
    records.retain(|record| record.old.as_ref() != Some(&record.new));
    if purpose == Purpose::Update {
        unique::check(session, module, &records).await?;
    }
    if records.is_empty() || !session.violations.is_empty() {
        return Ok(());
    }
    stamp(session, module, layout, &mut records);
    write(session, module, records, Kind::Updated).await
}

/// Sets who changed a record and when, and its next version; only once per change.
pub(super) fn stamp(session: &Session<'_, '_>, module: &Module, layout: &Layout, records: &mut [Record]) {
    for record in records {
        if session.journal.holds(module.id, record.id) {
            continue;
        }
        if let Some(slot) = layout.updated_at {
            record.new[slot] = Value::Timestamp(session.context.moment.now);
        }
        if let Some(slot) = layout.updated_by {
            record.new[slot] = session.context.actor();
        }
        if let Some(slot) = layout.version
            && let Value::Integer(version) = record.new[slot]
        {
            record.new[slot] = Value::Integer(version + 1);
        }
    }
}

/// Writes the columns in which records differ from what they were, and notes what follows from it.
pub(super) async fn write<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    records: Vec<Record>,
    kind: Kind,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let differs = |slot: &usize| records.iter().any(|r| r.old.as_ref().is_none_or(|old| old[*slot] != r.new[*slot]));
    let slots: Vec<usize> = (1..layout.columns.len()).filter(differs).collect();
    let values = |record: &Record| slots.iter().map(|slot| record.new[*slot].clone()).collect();
    let changed: Vec<(Uuid, Vec<Value>)> = records.iter().map(|record| (record.id, values(record))).collect();
    if !slots.is_empty() {
        rows::update(session, module, &slots, changed).await?;
    }
    let changes: Vec<Changed<'_>> = records
        .iter()
        .map(|record| Changed { id: record.id, old: record.old.as_ref(), new: Some(&record.new) })
        .collect();
    session.follow(module, &changes).await?;
    let histories = history::of(session, module, &records);
    for Record { id, old, new, events, .. } in records {
        session.journal.add(module.id, id, Entry { kind, before: old, after: Some(new), events, links: Vec::new() });
    }
    history::write(session, histories).await
}
