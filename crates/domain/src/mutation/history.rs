//! Children that keep what a field of their parent has been: one is added with each change of it, whoever makes it.

use super::{WriteError, create::add, layout::Layout, session::Session, settle::Record};
use crate::value::Value;
use kontor_metadata::model::{Catalog, Field, FieldId, FieldType, History, Module, ModuleId};
use std::collections::HashMap;
use uuid::Uuid;

/// The modules that keep histories, by that of their parents.
#[derive(Debug)]
pub(super) struct Histories(HashMap<ModuleId, Vec<ModuleId>>);

impl Histories {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let mut found: HashMap<ModuleId, Vec<ModuleId>> = HashMap::new();
        for module in catalog.modules.iter().filter(|module| module.history.is_some()) {
            let parent = module.parent.map(|parent| &module.field(parent).ty);
            if let Some(FieldType::Relation { to, .. }) = parent {
                found.entry(*to).or_default().push(module.id);
            }
        }
        Self(found)
    }
}

/// What is to be added to histories for records on their way into the journal.
pub(super) fn of<'s>(
    session: &Session<'s, '_>,
    module: &'s Module,
    records: &[Record],
) -> Vec<(&'s Module, Vec<Record>)> {
    let kept = session.writing.histories.0.get(&module.id).map_or(&[][..], Vec::as_slice);
    let entries = kept.iter().filter_map(|id| {
        let child = session.module(*id);
        let keeper = Keeper::of(session, module, child)?;
        let entries: Vec<_> = records.iter().filter_map(|record| keeper.entry(record)).collect();
        (!entries.is_empty()).then_some((child, entries))
    });
    entries.collect()
}

/// Adds it.
pub(super) async fn write<'s>(
    session: &mut Session<'s, '_>,
    histories: Vec<(&'s Module, Vec<Record>)>,
) -> Result<(), WriteError> {
    for (module, entries) in histories {
        session.fresh.extend(entries.iter().map(|entry| entry.id));
        Box::pin(add(session, module, entries)).await?;
    }
    Ok(())
}

/// How changes of a record become entries.
struct Keeper<'s> {
    of: &'s Field,
    /// Since when the record has had its value.
    since: Option<FieldId>,
    parent: FieldId,
    history: &'s History,
    own: &'s Layout,
    layout: &'s Layout,
    now: i64,
    by: Value,
}

impl<'s> Keeper<'s> {
    fn of(session: &Session<'s, '_>, module: &'s Module, child: &'s Module) -> Option<Self> {
        let (history, parent) = (child.history.as_ref()?, child.parent?);
        let touched =
            |field: &&Field| matches!(field.ty, FieldType::DateTime { .. }) && field.logic.touch.contains(&history.of);
        let since = module.fields.iter().find(touched).or_else(|| module.find("created_at"));
        Some(Self {
            of: module.field(history.of),
            since: since.map(|field| field.id),
            parent,
            history,
            own: session.layout(module.id),
            layout: session.layout(child.id),
            now: session.context.moment.now,
            by: session.context.actor(),
        })
    }

    fn entry(&self, record: &Record) -> Option<Record> {
        let after = self.own.value(&record.new, self.of.id);
        let before = record.old.as_ref().map_or(&Value::Null, |old| self.own.value(old, self.of.id));
        if before == after {
            return None;
        }
        let since = record.old.as_ref().and_then(|old| match self.own.value(old, self.since?) {
            Value::Timestamp(since) => Some(Value::Integer((self.now - since).max(0) / 1_000_000)),
            _ => None,
        });
        let History { before: of_before, after: of_after, at, by, seconds, .. } = *self.history;
        let values = [
            (Some(self.parent), Value::Uuid(record.id)),
            (of_before, before.clone()),
            (of_after, after.clone()),
            (at, Value::Timestamp(self.now)),
            (by, self.by.clone()),
            (seconds, since.unwrap_or(Value::Null)),
        ];
        let id = Uuid::now_v7();
        let mut new = self.layout.empty();
        new[0] = Value::Uuid(id);
        let mut given = Vec::with_capacity(values.len());
        for (field, value) in values {
            let Some(field) = field else { continue };
            self.layout.set(&mut new, field, value);
            given.push(field);
        }
        let path = record.path.clone();
        Some(Record { id, old: None, new, given, stale: Vec::new(), path, events: Vec::new() })
    }
}
