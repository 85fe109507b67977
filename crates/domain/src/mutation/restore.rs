//! The links of records that come back.

use super::{
    WriteError,
    message::{self, Broken},
    rows::{self, Lock, Which},
    session::Session,
    settle::Record,
    update::relink,
};
use crate::{column::ColumnType, store::Args, value::Value};
use kontor_metadata::model::{FieldType, Module, OnDelete};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Clears links of records that come back to what is not there any more; a link that the record cannot be without
/// stands in its way.
pub(super) async fn relate(
    session: &mut Session<'_, '_>,
    module: &Module,
    records: &mut [Record],
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let language = session.language();
    for field in module.fields.iter().filter(|field| field.is_stored() && !field.generated) {
        if field.column == module.tenant {
            continue;
        }
        let (targets, required) = match &field.ty {
            FieldType::Relation { to, on_delete } => (vec![*to], field.required || *on_delete == OnDelete::Cascade),
            FieldType::Polymorphic { to } => (to.clone(), field.required),
            _ => continue,
        };
        for target in targets {
            let target = session.module(target);
            let here = |record: &Record| {
                let ty = layout.type_slot(field.id).map(|slot| &record.new[slot]);
                if ty.is_some_and(|ty| *ty != Value::Text(target.name.clone())) {
                    return None;
                }
                match layout.value(&record.new, field.id) {
                    Value::Uuid(id) => Some(*id),
                    _ => None,
                }
            };
            let linked: BTreeSet<Uuid> = records.iter().filter_map(here).collect();
            let linked: Vec<Uuid> = linked.into_iter().filter(|id| !session.fresh.contains(id)).collect();
            if linked.is_empty() {
                continue;
            }
            let (of, org) = (session.layout(target.id), session.context.org);
            let found =
                rows::select(session.transaction, org, target, of, &[], &linked, Which::Alive, Lock::Stay).await?;
            let there: BTreeSet<Uuid> = found.into_iter().map(|(id, _)| id).collect();
            let lost = |id: &Uuid| linked.contains(id) && !there.contains(id);
            for record in records.iter_mut() {
                if !here(record).is_some_and(|id| lost(&id)) {
                    continue;
                }
                if required {
                    let broken = Broken::Missing(target.name.clone());
                    session.violations.push(message::violation(field, &broken, language));
                } else {
                    layout.set(&mut record.new, field.id, Value::Null);
                    if let Some(slot) = layout.type_slot(field.id) {
                        record.new[slot] = Value::Null;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Sets the links to records that come back again which were cleared when they were deleted, where nothing else has
/// taken their place.
pub(super) async fn link_again(
    session: &mut Session<'_, '_>,
    module: &Module,
    back: &[Uuid],
) -> Result<(), WriteError> {
    let (list, org) = (rows::ids(back.iter().copied()), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let sql = format!(
        "DELETE FROM cleared_links WHERE org = {} AND {} RETURNING target_id, record_type, field, record_id",
        args.add(ColumnType::Uuid, &org),
        rows::among(&mut args, "target_id", &list),
    );
    let types = [ColumnType::Uuid, ColumnType::Text, ColumnType::Text, ColumnType::Uuid];
    let mut cleared: BTreeMap<(String, String), Vec<(Uuid, Uuid)>> = BTreeMap::new();
    for row in session.transaction.query(&sql, &args, &types).await? {
        if let [Value::Uuid(target), Value::Text(module), Value::Text(field), Value::Uuid(id)] = row.as_slice() {
            cleared.entry((module.clone(), field.clone())).or_default().push((*id, *target));
        }
    }
    for ((name, field), links) in cleared {
        let Some(other) = session.catalog().find(&name) else { continue };
        let Some(field) = other.find(&field) else { continue };
        let layout = session.layout(other.id);
        let ids: Vec<Uuid> = links.iter().map(|(id, _)| *id).collect();
        let mut open = BTreeSet::new();
        for chunk in ids.chunks(super::session::CHUNK) {
            let rows = rows::load(session, other, chunk, Which::Alive, Lock::Change).await?;
            open.extend(rows.into_iter().filter(|(_, row)| layout.value(row, field.id).is_null()).map(|(id, _)| id));
        }
        let ty = field.type_column().map(|_| Value::Text(module.name.clone()));
        let links = links.into_iter().filter(|(id, _)| open.contains(id));
        let links = links.map(|(id, target)| (id, Value::Uuid(target), ty.clone())).collect();
        Box::pin(relink(session, other, field.id, links, Which::Alive)).await?;
    }
    Ok(())
}
