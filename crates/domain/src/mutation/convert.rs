//! A record becomes others: a lead an account, a contact and an opportunity.
//!
//! What is made goes through the same pipeline as what anybody creates: rights, rules, numbers, logs. What stands around
//! the record goes along: records that are linked to it are linked to what it has become as well, its notes and
//! attachments, which belong to one record, move, and new records get its tags.

use super::{
    WriteError, conflict,
    create::create_chunk,
    input::{Assignment, Becomes, Becoming, Input, Links, Step},
    junction,
    layout::{Layout, Row},
    message::{self, Broken},
    permit::{self, permit},
    rows::{self, Lock, Which},
    session::{CHUNK, Session},
    settle::{Purpose, Record, converted},
    update::{change, load_current},
};
use crate::value::Value;
use kontor_metadata::model::{
    Action, Connection, Conversion, ConversionTarget, ConvertedFrom, Field, FieldId, Level, Module, Trait, Via,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What says whose a record is, and goes over to what comes of it.
const OWNERSHIP: [&str; 3] = ["owner", "assigned_to", "team"];
/// Connections whose records belong to one record of any module.
const MOVED: [(Trait, &str); 2] = [(Trait::Notes, "notes"), (Trait::Attachments, "attachments")];
/// The connection of tags.
const TAGS: (Trait, &str) = (Trait::Tags, "tags");

/// A record that is converted.
struct Source<'m> {
    module: &'m Module,
    conversion: &'m Conversion,
    id: Uuid,
    row: Row,
    tags: Vec<Uuid>,
}

/// Converts a record; gives its id, and those of what has come of it, in the order of the targets, `nil` where there is
/// none.
pub(super) async fn convert<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    id: Uuid,
    expected_version: Option<i64>,
    becoming: Vec<Becoming>,
) -> Result<Vec<Uuid>, WriteError> {
    let not_found = || WriteError::NotFound { module: module.name.clone() };
    let conversion = module.conversion.as_ref().ok_or_else(not_found)?;
    let (_, mut row) =
        rows::load(session, module, &[id], Which::Alive, Lock::Change).await?.pop().ok_or_else(not_found)?;
    permit(session, module, Action::Update, &[id]).await?;
    conflict::check(session, module, id, &row, expected_version).await?;
    let layout = session.layout(module.id);
    if !layout.value(&row, conversion.at).is_null() {
        session.violations.push(message::converted_before(module, session.language()));
        return Ok(vec![id]);
    }
    mask(session, module, conversion, id, &mut row).await?;
    let tags = tags(session, module, id).await?;
    let source = Source { module, conversion, id, row, tags };
    let mut made: Vec<Option<Uuid>> = Vec::with_capacity(conversion.targets.len());
    for (target, becoming) in conversion.targets.iter().zip(becoming) {
        let one = become_one(session, &source, target, becoming, &made).await?;
        made.push(one);
    }
    if session.violations.is_empty() {
        mark(session, &source, &made).await?;
        link_along(session, &source, &made).await?;
        move_along(session, &source, &made).await?;
    }
    Ok(std::iter::once(id).chain(made.into_iter().map(Option::unwrap_or_default)).collect())
}

/// What the caller may not read of a record does not get into others.
async fn mask(
    session: &mut Session<'_, '_>,
    module: &Module,
    conversion: &Conversion,
    id: Uuid,
    row: &mut Row,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let of_targets = conversion.targets.iter().flat_map(|target| {
        let fields = target.fields.iter().map(|(_, from)| *from);
        fields.chain(target.existing)
    });
    let ownership = OWNERSHIP.iter().filter_map(|name| module.find(name).map(|field| field.id));
    let used: BTreeSet<FieldId> = of_targets.chain(ownership).collect();
    for field in used {
        if !permit::reads(session, module, field, id).await? {
            layout.set(row, field, Value::Null);
        }
    }
    Ok(())
}

/// Makes or finds one record that comes of it.
async fn become_one<'s>(
    session: &mut Session<'s, '_>,
    source: &Source<'s>,
    target: &'s ConversionTarget,
    Becoming { path, what }: Becoming,
    made: &[Option<Uuid>],
) -> Result<Option<Uuid>, WriteError> {
    let module = session.module(target.module);
    let layout = session.layout(source.module.id);
    let input = match what {
        Becomes::Nothing => return Ok(None),
        Becomes::Unreadable(violation) => {
            session.violations.push(violation);
            return Ok(None);
        }
        Becomes::There(id) => {
            if !junction::present(session, module, &[id]).await?.contains(&id) {
                let broken = Broken::Missing(module.name.clone());
                let field = source.module.field(target.link);
                let rest = [Step::Key("link".to_owned())];
                let violation = message::of_target(field, &rest, &broken, session.language());
                session.violations.push(violation.under(&path));
            }
            return Ok(Some(id));
        }
        Becomes::New(input) => *input,
        Becomes::AsFits => {
            if let Some(Value::Uuid(id)) = target.existing.map(|field| layout.value(&source.row, field).clone())
                && junction::present(session, module, &[id]).await?.contains(&id)
            {
                return Ok(Some(id));
            }
            let lacks = |field: &FieldId| is_empty(layout.value(&source.row, *field));
            if target.needs.iter().any(lacks) {
                return Ok(None);
            }
            Input { path, ..Input::default() }
        }
    };
    let input = filled(session, source, target, input, made);
    Ok(create_chunk(session, module, vec![input]).await?.pop())
}

fn is_empty(value: &Value) -> bool {
    matches!(value, Value::Null) || matches!(value, Value::Text(text) if text.trim().is_empty())
}

/// The input of a new record with what comes from the source, as far as it says nothing else and the caller may read
/// the one and write the other.
fn filled<'s>(
    session: &Session<'s, '_>,
    source: &Source<'s>,
    target: &ConversionTarget,
    mut input: Input,
    made: &[Option<Uuid>],
) -> Input {
    let module = session.module(target.module);
    let layout = session.layout(source.module.id);
    let rights = session.context.rights.as_ref();
    let writable = |field: &Field| {
        rights.is_none_or(|rights| rights.level_of_field(module.id, field.id, Action::Update) > Level::None)
    };
    let mut values: Vec<(FieldId, Value)> = Vec::new();
    for (field, from) in &target.fields {
        let (field, from) = (module.field(*field), source.module.field(*from));
        if writable(field) {
            values.push((field.id, converted(layout.value(&source.row, from.id).clone(), from, field)));
        }
    }
    for (field, from) in &target.relations {
        let id = match from {
            ConvertedFrom::Source => Some(source.id),
            ConvertedFrom::Target(n) => made.get(*n).copied().flatten(),
        };
        let value = id.filter(|_| writable(module.field(*field))).map_or(Value::Null, Value::Uuid);
        values.push((*field, value));
    }
    if module.has(Trait::Owned) && source.module.has(Trait::Owned) {
        for name in OWNERSHIP {
            if let (Some(field), Some(from)) = (module.find(name), source.module.find(name))
                && writable(field)
            {
                values.push((field.id, layout.value(&source.row, from.id).clone()));
            }
        }
    }
    for (field, value) in values {
        let given = input.values.iter().any(|given| given.field == field)
            || input.related.iter().any(|(given, _)| *given == field);
        if !given && !value.is_null() {
            input.values.push(Assignment { field, is_type: false, value });
        }
    }
    if let Some(connection) = named(module, TAGS.1).filter(|_| module.has(TAGS.0) && !source.tags.is_empty()) {
        match input.connected.iter_mut().find(|(given, _)| *given == connection.id) {
            Some((_, links)) => links.link.extend(&source.tags),
            None => input.connected.push((connection.id, Links { link: source.tags.clone(), ..Links::default() })),
        }
    }
    input
}

/// The tags of a record.
async fn tags(session: &mut Session<'_, '_>, module: &Module, id: Uuid) -> Result<Vec<Uuid>, WriteError> {
    let Some(connection) = named(module, TAGS.1).filter(|_| module.has(TAGS.0)) else { return Ok(Vec::new()) };
    let found = junction::links(session, module, connection, &[id]).await?;
    let tags: Vec<Uuid> = found.into_values().flatten().collect();
    let Some(target) = connection.targets.first().map(|target| session.module(*target)) else { return Ok(tags) };
    // What the caller does not see it does not hand on.
    let seen = junction::present(session, target, &tags).await?;
    Ok(tags.into_iter().filter(|tag| seen.contains(tag)).collect())
}

/// The connection of a module with this name.
fn named<'m>(module: &'m Module, name: &str) -> Option<&'m Connection> {
    module.connections.iter().find(|connection| connection.name == name)
}

/// What has come of a record is written in it.
async fn mark<'s>(session: &mut Session<'s, '_>, source: &Source<'s>, made: &[Option<Uuid>]) -> Result<(), WriteError> {
    let now = Value::Timestamp(session.context.moment.now);
    let links = source.conversion.targets.iter().zip(made);
    let mut values: Vec<(FieldId, Value)> =
        links.filter_map(|(target, id)| Some((target.link, Value::Uuid((*id)?)))).collect();
    values.push((source.conversion.at, now));
    values.extend(source.conversion.status.iter().map(|(field, option)| (*field, Value::Text(option.clone()))));
    let marked = |layout: &Layout, row: &mut Row| {
        values.iter().for_each(|(field, value)| layout.set(row, *field, value.clone()));
    };
    edit(session, source.module, vec![source.id], Purpose::Update, marked).await
}

/// Records that are linked to the source are linked to what it has become too, where both have them under the same name
/// and they lead nowhere yet: the activities of a lead become such of the contact, the account and the opportunity.
async fn link_along<'s>(
    session: &mut Session<'s, '_>,
    source: &Source<'s>,
    made: &[Option<Uuid>],
) -> Result<(), WriteError> {
    for connection in &source.module.connections {
        let (Via::ForeignKey { field }, Some(module)) = (&connection.via, connection.targets.first()) else { continue };
        let module = session.module(*module);
        if module.parent == Some(*field) {
            continue;
        }
        let mut ends: Vec<(FieldId, Uuid)> = Vec::new();
        for (target, id) in source.conversion.targets.iter().zip(made) {
            let there = named(session.module(target.module), &connection.name);
            if let (Some(id), Some(there)) = (id, there)
                && let Via::ForeignKey { field } = there.via
                && there.targets == connection.targets
            {
                ends.push((field, *id));
            }
        }
        if ends.is_empty() {
            continue;
        }
        let linked: Vec<Uuid> = rows::referring(session, module.id, *field, &[source.id]).await?.into_iter().collect();
        let also = |layout: &Layout, row: &mut Row| {
            for (field, id) in &ends {
                if layout.value(row, *field).is_null() {
                    layout.set(row, *field, Value::Uuid(*id));
                }
            }
        };
        edit(session, module, linked, Purpose::Follow, also).await?;
    }
    Ok(())
}

/// Notes and attachments, which are about one record, go to the last of what has come of it that takes them.
async fn move_along<'s>(
    session: &mut Session<'s, '_>,
    source: &Source<'s>,
    made: &[Option<Uuid>],
) -> Result<(), WriteError> {
    for (kept, name) in MOVED {
        let Some(connection) = named(source.module, name).filter(|_| source.module.has(kept)) else { continue };
        let (Via::Polymorphic { field }, Some(module)) = (&connection.via, connection.targets.first()) else {
            continue;
        };
        let module = session.module(*module);
        let ends = source.conversion.targets.iter().zip(made).rev();
        let end = ends.filter_map(|(target, id)| Some((session.module(target.module), (*id)?)));
        let Some((end, id)) = end.into_iter().find(|(end, _)| end.has(kept)) else { continue };
        let belonging: Vec<Uuid> =
            rows::referring(session, module.id, *field, &[source.id]).await?.into_iter().collect();
        let moved = |layout: &Layout, row: &mut Row| {
            layout.set(row, *field, Value::Uuid(id));
            if let Some(slot) = layout.type_slot(*field) {
                row[slot] = Value::Text(end.name.clone());
            }
        };
        edit(session, module, belonging, Purpose::Follow, moved).await?;
    }
    Ok(())
}

/// Changes records by the program itself.
async fn edit<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    ids: Vec<Uuid>,
    purpose: Purpose,
    change_row: impl Fn(&Layout, &mut Row),
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    for chunk in ids.chunks(CHUNK) {
        let current = load_current(session, module, chunk, Which::Alive).await?;
        let record = |(id, old): (Uuid, Row)| {
            let mut new = old.clone();
            change_row(layout, &mut new);
            let (given, stale, path, events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            Record { id, old: Some(old), new, given, stale, path, events }
        };
        let mut records: Vec<Record> = current.into_iter().map(record).collect();
        records.sort_by_key(|record| record.id);
        change(session, module, records, purpose).await?;
    }
    Ok(())
}
