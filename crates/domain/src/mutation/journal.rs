//! The two logs of a change, written in its transaction: the audit log, for people who ask who did what, and the event
//! log, which live feeds are served from.
//!
//! A record that is written several times by one change (a quote is made, then its lines, then its total follows) has
//! one entry: entries are held while something of their record is still to be computed.

use super::{
    WriteError,
    encoding::{self, MASKED},
    layout::{Layout, Row},
    person::neutral,
    session::Session,
};
use crate::{column::ColumnType, value::Value};
use kontor_metadata::model::{Field, Module, ModuleId, Trait};
use std::collections::HashMap;
use uuid::Uuid;

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Created,
    Updated,
    Deleted,
    Restored,
    Purged,
}

impl Kind {
    /// In the audit log.
    fn action(self) -> &'static str {
        match self {
            Self::Created => "create",
            Self::Updated => "update",
            Self::Deleted => "delete",
            Self::Restored => "restore",
            Self::Purged => "purge",
        }
    }

    /// In the event log.
    fn event(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Updated => "UPDATED",
            Self::Deleted => "DELETED",
            Self::Restored => "RESTORED",
            Self::Purged => "PURGED",
        }
    }
}

/// A record that was written.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) before: Option<Row>,
    pub(super) after: Option<Row>,
    /// Names of the module's events that the change was.
    pub(super) events: Vec<String>,
    /// Links of many to many that were made and undone.
    pub(super) links: Vec<LinkChange>,
}

/// A change of what a record is linked with through a junction.
#[derive(Debug)]
pub(super) struct LinkChange {
    /// GraphQL name of the connection.
    pub(super) name: String,
    pub(super) removed: Vec<Uuid>,
    pub(super) added: Vec<Uuid>,
}

/// Entries that are not written yet, in the order in which their records were first written.
#[derive(Debug, Default)]
pub(super) struct Journal {
    entries: Vec<(ModuleId, Uuid, Entry)>,
    places: HashMap<(ModuleId, Uuid), usize>,
}

impl Journal {
    /// The state of a record that this change has written, while its entry is held.
    pub(super) fn current(&self, module: ModuleId, id: Uuid) -> Option<&Row> {
        self.places.get(&(module, id)).and_then(|place| self.entries[*place].2.after.as_ref())
    }

    /// What this change has made of a record so far, while its entry is held: the state before, and the one after.
    pub(super) fn change(&self, module: ModuleId, id: Uuid) -> Option<(Option<&Row>, &Row)> {
        let entry = &self.entries[*self.places.get(&(module, id))?].2;
        entry.after.as_ref().map(|after| (entry.before.as_ref(), after))
    }

    /// Whether the entry of a record is held, so that another write of it is part of the same change.
    pub(super) fn holds(&self, module: ModuleId, id: Uuid) -> bool {
        self.places.contains_key(&(module, id))
    }

    /// Adds what was done to a record.
    pub(super) fn add(&mut self, module: ModuleId, id: Uuid, entry: Entry) {
        match self.places.get(&(module, id)) {
            Some(place) => {
                let held = &mut self.entries[*place].2;
                held.after = entry.after;
                for event in entry.events {
                    if !held.events.contains(&event) {
                        held.events.push(event);
                    }
                }
                if entry.kind != Kind::Updated {
                    held.kind = entry.kind;
                }
            }
            None => {
                self.places.insert((module, id), self.entries.len());
                self.entries.push((module, id, entry));
            }
        }
    }

    /// Adds a change of links to the entry of a record.
    pub(super) fn link(&mut self, module: ModuleId, id: Uuid, change: LinkChange) {
        if let Some(place) = self.places.get(&(module, id)) {
            self.entries[*place].2.links.push(change);
        }
    }

    /// Takes the entries for which `ready` says so.
    fn take(&mut self, ready: impl Fn(ModuleId, Uuid) -> bool) -> Vec<(ModuleId, Uuid, Entry)> {
        let (taken, held): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.entries).into_iter().partition(|(module, id, _)| ready(*module, *id));
        self.places = held.iter().enumerate().map(|(place, (module, id, _))| ((*module, *id), place)).collect();
        self.entries = held;
        taken
    }
}

const AUDIT: [(&str, ColumnType); 11] = [
    ("id", ColumnType::Uuid),
    ("org", ColumnType::Uuid),
    ("user_id", ColumnType::Uuid),
    ("action", ColumnType::Text),
    ("record_type", ColumnType::Text),
    ("record_id", ColumnType::Uuid),
    ("changes", ColumnType::Json),
    ("version", ColumnType::Integer),
    ("transaction", ColumnType::Text),
    ("ip_address", ColumnType::Text),
    ("created_at", ColumnType::Timestamp),
];
const EVENTS: [(&str, ColumnType); 12] = [
    ("id", ColumnType::Uuid),
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

/// Entries that are held until the end, so that what comes back to a record is part of its one entry.
const HELD: usize = 2 * super::session::CHUNK;

/// Writes the entries of records that are done with, if there are many.
pub(super) async fn relieve(session: &mut Session<'_, '_>) -> Result<(), WriteError> {
    // SQLite works on this thread, where others wait for their turn.
    tokio::task::yield_now().await;
    if session.journal.entries.len() < HELD { Ok(()) } else { flush(session).await }
}

/// Writes the entries of records that are done with.
pub(super) async fn flush(session: &mut Session<'_, '_>) -> Result<(), WriteError> {
    let (stale, ranks) = (&session.stale, &session.writing.graph.ranks);
    let none = stale.is_empty();
    let entries = session.journal.take(|module, id| none || !stale.has(module, ranks[usize::from(module.0)], id));
    for chunk in entries.chunks(super::session::CHUNK) {
        let mut audit = Vec::with_capacity(chunk.len());
        let mut events = Vec::with_capacity(chunk.len());
        for (module, id, entry) in chunk {
            let module = session.module(*module);
            let layout = session.layout(module.id);
            if module.has(Trait::Audited) {
                audit.push(audit_row(session, module, layout, *id, entry));
            }
            events.push(event_row(session, module, layout, *id, entry));
        }
        let mut columns = named(&AUDIT);
        if let Some(key) = session.context.api_key {
            columns.push(("api_key_id".to_owned(), ColumnType::Uuid));
            audit.iter_mut().for_each(|row| row.push(Value::Uuid(key)));
        }
        super::bulk::insert_soon(session.transaction, "audit_logs", &columns, audit).await?;
        super::bulk::insert_soon(session.transaction, "record_events", &named(&EVENTS), events).await?;
    }
    Ok(())
}

fn named(columns: &[(&str, ColumnType)]) -> Vec<(String, ColumnType)> {
    columns.iter().map(|(name, ty)| ((*name).to_owned(), *ty)).collect()
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn audit_row(session: &Session<'_, '_>, module: &Module, layout: &Layout, id: Uuid, entry: &Entry) -> Vec<Value> {
    let context = session.context;
    let state = entry.after.as_ref().or(entry.before.as_ref());
    let version = layout.version.zip(state).map_or(Value::Null, |(slot, row)| row[slot].clone());
    vec![
        Value::Uuid(Uuid::now_v7()),
        Value::Uuid(context.org),
        context.actor(),
        text(entry.kind.action()),
        text(&*module.name),
        Value::Uuid(id),
        Value::Json(changes(session, module, layout, entry)),
        version,
        text(context.operation.to_string()),
        context.ip.clone().map_or(Value::Null, Value::Text),
        Value::Timestamp(context.moment.now),
    ]
}

/// `{"amount": {"before": "1.00", "after": "2.00"}, …}`, names and values as in the API. What the platform keeps by
/// itself (times, people, the version) is in the entry's own columns. Of links to many the lists are those that are gone
/// and those that are new.
fn changes(session: &Session<'_, '_>, module: &Module, layout: &Layout, entry: &Entry) -> String {
    let mut out = vec![b'{'];
    let null = Value::Null;
    for (slot, column) in layout.columns.iter().enumerate() {
        if layout.is_kept(slot) || slot == 0 || column.name == module.tenant {
            continue;
        }
        let before = entry.before.as_ref().map_or(&null, |row| &row[slot]);
        let after = entry.after.as_ref().map_or(&null, |row| &row[slot]);
        if before == after {
            continue;
        }
        let field = module.field(column.field);
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(&column.key);
        out.push(b'{');
        let mut value = |key: &[u8], value: &Value| {
            out.extend_from_slice(key);
            match (value, masks(session, module, field)) {
                (Value::Null, _) | (_, false) => encoding::write(&mut out, field, column.ty, value),
                _ => out.extend_from_slice(MASKED),
            }
        };
        value(b"\"before\":", before);
        value(b",\"after\":", after);
        out.push(b'}');
    }
    for change in &entry.links {
        if out.len() > 1 {
            out.push(b',');
        }
        crate::json::text(&mut out, change.name.as_bytes());
        let (before, after) = (id_list(&change.removed), id_list(&change.added));
        out.extend_from_slice(format!(":{{\"before\":{before},\"after\":{after}}}").as_bytes());
    }
    out.push(b'}');
    String::from_utf8(out).unwrap_or_default()
}

/// Whether the audit log tells that a value was changed, but not the value: of personal data, unless it is a content
/// that may be about anything, or a consent, which has to be proved.
fn masks(session: &Session<'_, '_>, module: &Module, field: &Field) -> bool {
    let shown = field.content || module.is_of_consent(field.id);
    let proof = |field: &Field| module.consents.iter().any(|c| [c.given, c.at].contains(&field.id));
    field.secret || (field.personal && if session.erasing { !proof(field) } else { !shown })
}

/// The state of a record before a change that erases personal data, as followers are told of it: without them.
fn masked(module: &Module, layout: &Layout, id: Uuid, entry: &Entry) -> Option<Row> {
    let mut before = entry.before.clone()?;
    for field in module.fields.iter().filter(|field| field.personal) {
        let after = entry.after.as_ref().map(|after| layout.value(after, field.id).clone());
        layout.set(&mut before, field.id, after.unwrap_or_else(|| neutral(module, field, id)));
    }
    Some(before)
}

fn id_list(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    format!("[{}]", ids.join(","))
}

fn event_row(session: &Session<'_, '_>, module: &Module, layout: &Layout, id: Uuid, entry: &Entry) -> Vec<Value> {
    let context = session.context;
    let image =
        |row: &Option<Row>| row.as_ref().map_or(Value::Null, |row| Value::Json(encoding::image(module, layout, row)));
    let mut fields: Vec<&str> = match (&entry.before, &entry.after) {
        (Some(before), Some(after)) => {
            let differ = |(slot, _): &(usize, &super::layout::Column)| before[*slot] != after[*slot];
            let changed = layout.columns.iter().enumerate().filter(differ);
            let mut names: Vec<&str> = changed
                .map(|(_, column)| module.field(column.field))
                .filter(|field| !field.secret)
                .map(|field| field.gql.as_str())
                .collect();
            names.dedup();
            names
        }
        _ => Vec::new(),
    };
    fields.extend(entry.links.iter().map(|change| change.name.as_str()));
    let list = |names: &[&str]| serde_json::to_string(names).unwrap_or_default();
    let events: Vec<&str> = entry.events.iter().map(String::as_str).collect();
    vec![
        Value::Uuid(Uuid::now_v7()),
        Value::Uuid(context.org),
        text(context.operation.to_string()),
        text(&*module.name),
        Value::Uuid(id),
        text(entry.kind.event()),
        Value::Json(list(&fields)),
        if events.is_empty() { Value::Null } else { Value::Json(list(&events)) },
        if session.erasing { image(&masked(module, layout, id, entry)) } else { image(&entry.before) },
        image(&entry.after),
        context.actor(),
        Value::Timestamp(context.moment.now),
    ]
}
