//! Brings up to date what follows from a change in other records: roll-ups and fields computed over relations, module
//! by module in the order in which they depend on each other, each record once however many changes reach it.

use super::{
    WriteError, journal,
    rows::Which,
    session::{CHUNK, Session},
    settle::{Purpose, Record},
    update::{change, load_current},
};
use crate::value::Value;
use kontor_metadata::model::FieldId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Computes everything that is marked, and what follows from that, until nothing is.
///
/// A record is locked before its roll-ups are computed, so that of two writers of its children the second sees what the
/// first has committed.
pub(super) async fn propagate(session: &mut Session<'_, '_>) -> Result<(), WriteError> {
    while let Some((module, fields)) = session.stale.pop() {
        let module = session.module(module);
        let ids: BTreeSet<Uuid> = fields.values().flatten().copied().collect();
        let ids: Vec<Uuid> = ids.into_iter().filter(|id| !session.removed.contains(id)).collect();
        for chunk in ids.chunks(CHUNK) {
            let layout = session.layout(module.id);
            let mut current = load_current(session, module, chunk, Which::Alive).await?;
            let rolled = roll_up(session, module.id, &fields, chunk).await?;
            let mut records = Vec::with_capacity(chunk.len());
            for id in chunk {
                let Some(old) = current.remove(id) else { continue };
                let mut new = old.clone();
                for (field, values) in &rolled {
                    if let Some(value) = values.get(id) {
                        layout.set(&mut new, *field, value.clone());
                    }
                }
                let stale = fields.iter().filter(|(_, ids)| ids.contains(id)).map(|(field, _)| *field).collect();
                let (given, path, events) = (Vec::new(), Vec::new(), Vec::new());
                records.push(Record { id: *id, old: Some(old), new, given, stale, path, events });
            }
            let purpose = if session.erasing { Purpose::Erase } else { Purpose::Follow };
            change(session, module, records, purpose).await?;
            session.check()?;
        }
        journal::relieve(session).await?;
    }
    Ok(())
}

/// The roll-ups among some fields, for the records that they are marked for.
pub(super) async fn roll_up(
    session: &mut Session<'_, '_>,
    module: kontor_metadata::model::ModuleId,
    fields: &BTreeMap<FieldId, BTreeSet<Uuid>>,
    chunk: &[Uuid],
) -> Result<Vec<(FieldId, HashMap<Uuid, Value>)>, WriteError> {
    let mut found = Vec::new();
    for (field, marked) in fields {
        let Some(query) = session.writing.graph.rollups[usize::from(module.0)].get(field) else { continue };
        let ids: Vec<Uuid> = chunk.iter().copied().filter(|id| marked.contains(id)).collect();
        if !ids.is_empty() {
            found.push((*field, query.compute(session.transaction, session.context, &ids).await?));
        }
    }
    Ok(found)
}
