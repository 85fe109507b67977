//! Everything that is kept of a person, page by page (GDPR, articles 15 and 20).
//!
//! What a page holds is read when it is asked for, by ids that come in a fixed order, so that a page takes as much memory
//! as its records and the pages together miss nothing that was there from the first to the last.

use super::kin::{Fate, Kin, personal};
use crate::{
    calendar,
    column::ColumnType,
    context::Context,
    mutation::{
        WriteError, Writing, encoding,
        permit::permit,
        rows::{self, Lock, Which},
        session::{CHUNK, Session},
    },
    plan::sql::{literal, quote},
    processes::{self, Deed},
    store::{Args, Transaction},
    value::Value,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kontor_metadata::model::{Action, Module, ModuleId, Trait, Via};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Name of the format of the document.
const FORMAT: &str = "kontor-personal-data";
/// Its version: another one where a key changes its meaning or goes; keys may come.
const VERSION: u32 = 1;

/// Which part of what is kept of a person is wanted.
#[derive(Debug, Clone)]
pub struct ExportPage {
    /// Behind which place, as [`Export::next`] says; from the beginning without one.
    pub after: Option<String>,
    /// At most so many records, entries and events together.
    pub first: usize,
    /// What stands before a record's id in the address of its file.
    pub files: String,
}

/// A part of what is kept of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The document.
    pub document: Json,
    /// The place behind it; none if nothing follows.
    pub next: Option<String>,
}

/// Where a page ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Behind a record: its rank, module and id.
    Record(u8, ModuleId, Uuid),
    /// Behind an entry of the audit log.
    Audit(Uuid),
    /// Behind an event.
    Event(Uuid),
}

impl Place {
    /// As a cursor, with the moment in which the first page was asked for: pages tell of no later entries and events, or
    /// each would tell of the page before.
    fn write(self, until: i64) -> String {
        URL_SAFE_NO_PAD.encode(match self {
            Self::Record(rank, module, id) => format!("{until}.r.{rank}.{}.{id}", module.0),
            Self::Audit(id) => format!("{until}.a.{id}"),
            Self::Event(id) => format!("{until}.e.{id}"),
        })
    }

    fn read(text: &str) -> Option<(Self, i64)> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (until, place) = plain.split_once('.')?;
        let place = match *place.split('.').collect::<Vec<_>>() {
            ["r", rank, module, id] => {
                Self::Record(rank.parse().ok()?, ModuleId(module.parse().ok()?), id.parse().ok()?)
            }
            ["a", id] => Self::Audit(id.parse().ok()?),
            ["e", id] => Self::Event(id.parse().ok()?),
            _ => return None,
        };
        Some((place, until.parse().ok()?))
    }
}

/// Tells a part of what is kept of the person that a record is, and notes in the audit log who asked for it; nothing for
/// a place that no export has.
///
/// # Errors
/// See [`WriteError`].
pub async fn export(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    context: &Context,
    (module, id): (ModuleId, Uuid),
    page: &ExportPage,
) -> Result<Option<Export>, WriteError> {
    let after = page.after.as_deref().map(Place::read);
    if after == Some(None) {
        return Ok(None);
    }
    let (after, until) = after.flatten().map_or((None, context.moment.now), |(place, until)| (Some(place), until));
    let mut session = Session::new(transaction, writing, context);
    let subject = session.module(module);
    let (layout, org) = (session.layout(module), context.org);
    let there = rows::select(session.transaction, org, subject, layout, &[], &[id], Which::Any, Lock::None).await?;
    if there.is_empty() || !subject.has(Trait::Person) {
        return Err(WriteError::NotFound { module: subject.name.clone() });
    }
    permit(&mut session, subject, Action::Export, &[id]).await?;
    let kin = Kin::of(&mut session, (module, id), Lock::None).await?;
    let persons = kin.with(&[Fate::Person]);
    let mut parts = Parts { left: page.first.max(1), until, ..Parts::default() };
    records(&mut session, &kin, after, page, &mut parts).await?;
    audit(&mut session, &persons, after, &mut parts).await?;
    events(&mut session, &persons, after, &mut parts).await?;
    let Parts { groups, files, consents, audit, events, last, more, .. } = parts;
    let document = json!({
        "format": FORMAT,
        "version": VERSION,
        "exportedAt": moment(context.moment.now),
        "subject": {"module": subject.name, "id": id},
        "records": groups,
        "files": files,
        "consents": consents,
        "auditEntries": audit,
        "events": events,
    });
    let count = |list: &str| document[list].as_array().map_or(0, Vec::len);
    let deed = Deed {
        org: context.org,
        user: context.user,
        action: "export_personal_data",
        record: Some((&subject.name, id)),
        details: Some(json!({
            "continued": after.is_some(),
            "modules": count("records"),
            "auditEntries": count("auditEntries"),
            "events": count("events"),
        })),
        ip: context.ip.as_deref(),
        now: context.moment.now,
    };
    processes::audit(session.transaction, &deed).await?;
    Ok(Some(Export { document, next: last.filter(|_| more).map(|last| last.write(until)) }))
}

/// The parts of a page.
#[derive(Debug, Default)]
struct Parts {
    groups: Vec<Json>,
    files: Vec<Json>,
    consents: Vec<Json>,
    audit: Vec<Json>,
    events: Vec<Json>,
    /// Before which moment entries and events were written that are told of.
    until: i64,
    /// How many more there may be.
    left: usize,
    /// Behind what the page ends so far.
    last: Option<Place>,
    /// Whether something follows.
    more: bool,
}

async fn records(
    session: &mut Session<'_, '_>,
    kin: &Kin,
    after: Option<Place>,
    page: &ExportPage,
    parts: &mut Parts,
) -> Result<(), WriteError> {
    let rank = |fate: &Fate| u8::from(*fate != Fate::Person);
    let all = kin.records.iter().flat_map(|(module, ids)| ids.iter().map(move |(id, fate)| (*module, *id, *fate)));
    let mut all: Vec<_> = all.map(|(module, id, fate)| (Place::Record(rank(&fate), module, id), fate)).collect();
    all.sort_unstable_by_key(|(place, _)| *place);
    all.retain(|(place, _)| after.is_none_or(|after| *place > after));
    parts.more = all.len() > parts.left;
    all.truncate(parts.left);
    parts.left -= all.len();
    parts.last = all.last().map(|(place, _)| *place).or(after);
    let mut groups: BTreeMap<(u8, ModuleId), Vec<(Uuid, Fate)>> = BTreeMap::new();
    for (place, fate) in all {
        if let Place::Record(rank, module, id) = place {
            groups.entry((rank, module)).or_default().push((id, fate));
        }
    }
    for ((rank, module), fates) in groups {
        let group =
            group(session, session.module(module), rank == 0, &fates.into_iter().collect(), page, parts).await?;
        parts.groups.push(group);
    }
    Ok(())
}

/// Some records of a module, with what people call its fields.
async fn group(
    session: &mut Session<'_, '_>,
    module: &Module,
    person: bool,
    fates: &BTreeMap<Uuid, Fate>,
    page: &ExportPage,
    parts: &mut Parts,
) -> Result<Json, WriteError> {
    let (layout, language) = (session.layout(module.id), session.language());
    let ids: Vec<Uuid> = fates.keys().copied().collect();
    let mut tags = if person { links(session, module, &ids).await? } else { BTreeMap::new() };
    let mut records = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        for (id, row) in rows::load(session, module, chunk, Which::Any, Lock::None).await? {
            let image = encoding::image(module, layout, &row);
            let mut record: Map<String, Json> = serde_json::from_str(&image).unwrap_or_default();
            if let Some(links) = tags.remove(&id) {
                record.extend(links);
            }
            if module.has(Trait::File) {
                let stored = |name: &str| module.find(name).is_some_and(|f| !layout.value(&row, f.id).is_null());
                if stored("storage_key") {
                    record.insert("url".to_owned(), Json::from(format!("{}{id}", page.files)));
                }
                let keys = ["id", "fileName", "mimeType", "size", "checksum", "url"];
                let about = keys.iter().filter_map(|key| Some(((*key).to_owned(), record.get(*key)?.clone())));
                parts.files.push(Json::Object(about.collect()));
            }
            if person {
                parts.consents.extend(module.consents.iter().map(|consent| {
                    let value = |field| record.get(&module.field(field).gql).cloned().unwrap_or_default();
                    json!({
                        "module": module.name, "id": id, "consent": consent.name, "given": value(consent.given),
                        "at": value(consent.at), "source": value(consent.source), "now": true,
                    })
                }));
            }
            records.push(Json::Object(record));
        }
    }
    let labels: Map<String, Json> = module
        .fields
        .iter()
        .filter(|field| field.is_stored() && !field.secret)
        .map(|field| (encoding::name(field, false), Json::from(field.label.get(language))))
        .collect();
    let personal: Vec<String> = personal(module).map(|field| encoding::name(field, false)).collect();
    let kept = fates.values().all(|fate| *fate == Fate::Kept);
    Ok(json!({
        "module": module.name,
        "label": module.plural_label.get(language),
        "relation": if person { "person" } else if kept { "linked" } else { "about" },
        "labels": labels,
        "personalFields": personal,
        "records": records,
    }))
}

/// What the records of persons are linked with through junctions, such as tags: id and title of each.
async fn links(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Map<String, Json>>, WriteError> {
    let mut found: BTreeMap<Uuid, Map<String, Json>> = BTreeMap::new();
    let (list, org) = (rows::ids(ids.iter().copied()), Value::Uuid(session.context.org));
    for connection in &module.connections {
        let (Via::Junction { table, own, own_type, other, other_type: None }, [target]) =
            (&connection.via, connection.targets.as_slice())
        else {
            continue;
        };
        let target = session.module(*target);
        let title = target.field(target.title);
        let mut args = Args::new(session.transaction.dialect());
        let typed = own_type.as_ref().map(|column| format!(" AND j.{} = {}", quote(column), literal(&module.name)));
        let sql = format!(
            "SELECT j.{own}, t.\"id\", t.{title} FROM {table} j JOIN {of} t ON t.\"id\" = j.{other} \
             WHERE j.\"org\" = {tenant} AND {among}{typed} ORDER BY t.\"id\"",
            own = quote(own),
            title = quote(&title.column),
            table = quote(table),
            of = quote(&target.table),
            other = quote(other),
            tenant = args.add(ColumnType::Uuid, &org),
            among = rows::among(&mut args, &format!("j.{}", quote(own)), &list),
            typed = typed.unwrap_or_default(),
        );
        let ty = ColumnType::of(title).unwrap_or(ColumnType::Text);
        for row in session.transaction.query(&sql, &args, &[ColumnType::Uuid, ColumnType::Uuid, ty]).await? {
            let [Value::Uuid(id), Value::Uuid(linked), value] = row.as_slice() else { continue };
            let mut text = Vec::new();
            encoding::write(&mut text, title, ty, value);
            let text: Json = serde_json::from_slice(&text).unwrap_or_default();
            let list = found.entry(*id).or_default().entry(connection.gql.clone()).or_insert_with(|| json!([]));
            if let Json::Array(list) = list {
                list.push(json!({"id": linked, "title": text}));
            }
        }
    }
    Ok(found)
}

/// What was done to the records that are the person, and how its consents went.
async fn audit(
    session: &mut Session<'_, '_>,
    persons: &[(ModuleId, Vec<Uuid>)],
    after: Option<Place>,
    parts: &mut Parts,
) -> Result<(), WriteError> {
    let after = match after {
        Some(Place::Event(_)) => return Ok(()),
        Some(Place::Audit(id)) => id,
        _ => Uuid::nil(),
    };
    let columns = ["user_id", "action", "record_type", "record_id", "changes", "created_at"];
    let types = [
        ColumnType::Uuid,
        ColumnType::Text,
        ColumnType::Text,
        ColumnType::Uuid,
        ColumnType::Json,
        ColumnType::Timestamp,
    ];
    for (id, row) in log(session, ("audit_logs", &columns, &types), persons, after, parts).await? {
        let [user, action, Value::Text(name), record, changes, Value::Timestamp(at)] = row.as_slice() else { continue };
        let changes: Json = match changes {
            Value::Json(text) => serde_json::from_str(text).unwrap_or_default(),
            _ => Json::Null,
        };
        let (user, record, at) = (plain(user), plain(record), moment(*at));
        if let Some(module) = session.catalog().find(name) {
            for consent in &module.consents {
                let side = |field| changes[&module.field(field).gql]["after"].clone();
                let parts_of = [consent.given, consent.at, consent.source];
                if parts_of.iter().any(|field| changes.get(&module.field(*field).gql).is_some()) {
                    parts.consents.push(json!({
                        "module": name, "id": record, "consent": consent.name, "given": side(consent.given),
                        "at": side(consent.at), "source": side(consent.source), "now": false,
                        "changedAt": at, "changedBy": user,
                    }));
                }
            }
        }
        parts.audit.push(json!({
            "id": id, "at": at, "userId": user, "action": plain(action), "recordType": name, "recordId": record,
            "changes": changes,
        }));
        parts.last = Some(Place::Audit(id));
    }
    Ok(())
}

/// What was told of the records that are the person.
async fn events(
    session: &mut Session<'_, '_>,
    persons: &[(ModuleId, Vec<Uuid>)],
    after: Option<Place>,
    parts: &mut Parts,
) -> Result<(), WriteError> {
    let after = if let Some(Place::Event(id)) = after { id } else { Uuid::nil() };
    let columns = ["actor_id", "kind", "record_type", "record_id", "changed_fields", "occurred_at"];
    let types = [
        ColumnType::Uuid,
        ColumnType::Text,
        ColumnType::Text,
        ColumnType::Uuid,
        ColumnType::Json,
        ColumnType::Timestamp,
    ];
    for (id, row) in log(session, ("record_events", &columns, &types), persons, after, parts).await? {
        let [actor, kind, name, record, fields, Value::Timestamp(at)] = row.as_slice() else { continue };
        let fields: Json = match fields {
            Value::Json(text) => serde_json::from_str(text).unwrap_or_default(),
            _ => Json::Null,
        };
        parts.events.push(json!({
            "id": id, "at": moment(*at), "actorId": plain(actor), "kind": plain(kind), "recordType": plain(name),
            "recordId": plain(record), "changedFields": fields,
        }));
        parts.last = Some(Place::Event(id));
    }
    Ok(())
}

/// Rows of a log about the persons, behind one, as far as the page has room.
async fn log(
    session: &mut Session<'_, '_>,
    (table, columns, types): (&str, &[&str], &[ColumnType]),
    persons: &[(ModuleId, Vec<Uuid>)],
    after: Uuid,
    parts: &mut Parts,
) -> Result<Vec<(Uuid, Vec<Value>)>, WriteError> {
    if parts.more {
        return Ok(Vec::new());
    }
    let (org, after) = (Value::Uuid(session.context.org), Value::Uuid(after));
    let until = Value::Timestamp(parts.until);
    let at = columns.last().copied().unwrap_or_default();
    let lists: Vec<(&str, Value)> = persons
        .iter()
        .map(|(module, ids)| (session.module(*module).name.as_str(), rows::ids(ids.iter().copied())))
        .collect();
    let mut args = Args::new(session.transaction.dialect());
    let tests: Vec<String> = lists
        .iter()
        .map(|(name, ids)| {
            format!("(record_type = {} AND {})", literal(name), rows::among(&mut args, "record_id", ids))
        })
        .collect();
    let sql = format!(
        "SELECT id, {} FROM {table} WHERE org = {} AND ({}) AND id > {} AND {at} < {} ORDER BY id LIMIT {}",
        columns.join(", "),
        args.add(ColumnType::Uuid, &org),
        tests.join(" OR "),
        args.add(ColumnType::Uuid, &after),
        args.add(ColumnType::Timestamp, &until),
        parts.left + 1,
    );
    let mut all = vec![ColumnType::Uuid];
    all.extend(types);
    let mut found = session.transaction.query(&sql, &args, &all).await?;
    parts.more = found.len() > parts.left;
    found.truncate(parts.left);
    parts.left -= found.len();
    let row = |mut row: Vec<Value>| match row.remove(0) {
        Value::Uuid(id) => Some((id, row)),
        _ => None,
    };
    Ok(found.into_iter().filter_map(row).collect())
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Uuid(id) => Json::from(id.to_string()),
        Value::Text(text) => Json::from(text.as_str()),
        _ => Json::Null,
    }
}

fn moment(at: i64) -> String {
    let (mut stored, mut text) = (Vec::new(), Vec::new());
    calendar::write_timestamp(&mut stored, at);
    calendar::write_trimmed(&mut text, &stored);
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_and_comes_in_order() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let places = [
            Place::Record(0, ModuleId(7), b),
            Place::Record(1, ModuleId(3), a),
            Place::Record(1, ModuleId(3), b),
            Place::Audit(a),
            Place::Event(a),
        ];
        assert!(places.is_sorted());
        assert!(places.iter().all(|place| Place::read(&place.write(7)) == Some((*place, 7))));
        assert_eq!(Place::read("eA"), None);
    }
}
