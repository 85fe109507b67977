//! What has to be computed anew because of what was written.

use super::{
    WriteError,
    dependents::{Conditional, Counted},
    layout::{Layout, Row},
    rows::{self, Lock, Which},
    session::{CHUNK, Session},
};
use crate::value::Value;
use kontor_metadata::model::{FieldId, Module, ModuleId, Via};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Fields of records whose values may be out of date. Ids only, so that a change of very many records has room.
#[derive(Debug, Default)]
pub(super) struct Stale {
    /// By the rank of the module, then by field.
    modules: BTreeMap<(usize, ModuleId), BTreeMap<FieldId, BTreeSet<Uuid>>>,
}

impl Stale {
    /// Marks a field of some records.
    pub(super) fn add(&mut self, rank: usize, module: ModuleId, field: FieldId, ids: impl IntoIterator<Item = Uuid>) {
        self.modules.entry((rank, module)).or_default().entry(field).or_default().extend(ids);
    }

    /// Whether something of a record is marked.
    pub(super) fn has(&self, module: ModuleId, rank: usize, id: Uuid) -> bool {
        self.modules.get(&(rank, module)).is_some_and(|fields| fields.values().any(|ids| ids.contains(&id)))
    }

    /// What is marked of the module that comes first.
    pub(super) fn pop(&mut self) -> Option<(ModuleId, BTreeMap<FieldId, BTreeSet<Uuid>>)> {
        self.modules.pop_first().map(|((_, module), fields)| (module, fields))
    }

    /// Whether nothing is marked.
    pub(super) fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }
}

/// A record before and after a change; nothing before is a new record, nothing after one that is gone.
pub(super) struct Changed<'r> {
    pub(super) id: Uuid,
    pub(super) old: Option<&'r Row>,
    pub(super) new: Option<&'r Row>,
}

/// The records of which any of some fields has another value; nobody refers to one that is new, and one that is gone has
/// been let go of before.
fn changed_in(layout: &Layout, changes: &[Changed<'_>], reads: &BTreeSet<FieldId>) -> Vec<Uuid> {
    let changed = |change: &&Changed<'_>| match (change.old, change.new) {
        (Some(old), Some(new)) => reads.iter().any(|field| layout.value(old, *field) != layout.value(new, *field)),
        _ => false,
    };
    changes.iter().filter(changed).map(|change| change.id).collect()
}

impl Session<'_, '_> {
    /// Marks a field of some records as out of date.
    pub(super) fn mark(&mut self, module: ModuleId, field: FieldId, ids: impl IntoIterator<Item = Uuid>) {
        self.stale.add(self.writing.graph.ranks[usize::from(module.0)], module, field, ids);
    }

    /// Marks what follows from changes of records of a module.
    pub(super) async fn follow(&mut self, module: &Module, changes: &[Changed<'_>]) -> Result<(), WriteError> {
        let writing = self.writing;
        let dependents = writing.graph.dependents(module.id);
        let layout = self.layout(module.id);
        for reader in &dependents.readers {
            let targets = changed_in(layout, changes, &reader.reads);
            if targets.is_empty() {
                continue;
            }
            let ids = rows::referring(self, reader.module, reader.relation, &targets).await?;
            for field in &reader.fields {
                self.mark(reader.module, *field, ids.iter().copied());
            }
        }
        for counted in &dependents.rollups {
            self.follow_rollup(module, counted, changes).await?;
        }
        for conditional in &dependents.conditions {
            let targets = changed_in(layout, changes, &conditional.reads);
            if !targets.is_empty() {
                self.follow_condition(conditional, &targets).await?;
            }
        }
        // A roll-up may depend on fields of its own record.
        for (field, query) in &writing.graph.rollups[usize::from(module.id.0)] {
            let ids = changed_in(layout, changes, &query.own_reads);
            if !ids.is_empty() {
                self.mark(module.id, *field, ids);
            }
        }
        Ok(())
    }

    /// Marks the roll-ups that count records which link to some.
    async fn follow_condition(&mut self, conditional: &Conditional, targets: &[Uuid]) -> Result<(), WriteError> {
        let child = self.module(conditional.child);
        let counted = rows::referring(self, child.id, conditional.relation, targets).await?;
        let counted: Vec<Uuid> = counted.into_iter().collect();
        let mut parents = BTreeSet::new();
        for chunk in counted.chunks(CHUNK) {
            match &conditional.via {
                Via::ForeignKey { field } | Via::Polymorphic { field } => {
                    let (layout, org) = (self.layout(child.id), self.context.org);
                    let slots: Vec<usize> = layout.slot(*field).into_iter().chain(layout.type_slot(*field)).collect();
                    let found =
                        rows::select(self.transaction, org, child, layout, &slots, chunk, Which::Alive, Lock::None)
                            .await?;
                    let name = Value::Text(self.module(conditional.parent).name.clone());
                    let here = |row: &Row| layout.type_slot(*field).is_none_or(|slot| row[slot] == name);
                    let of = found.iter().filter(|(_, row)| here(row)).map(|(_, row)| layout.value(row, *field));
                    parents.extend(of.filter_map(|value| if let Value::Uuid(id) = value { Some(*id) } else { None }));
                }
                Via::Junction { table, own, own_type, other, .. } => {
                    let name = &self.module(conditional.parent).name;
                    let own_type = own_type.as_deref().map(|column| (column, name.as_str()));
                    parents.extend(rows::linked_by(self, table, (own, own_type), other, chunk).await?);
                }
            }
        }
        self.mark(conditional.parent, conditional.field, parents);
        Ok(())
    }

    async fn follow_rollup(
        &mut self,
        module: &Module,
        counted: &Counted,
        changes: &[Changed<'_>],
    ) -> Result<(), WriteError> {
        let layout = self.layout(module.id);
        let parent_name = &self.module(counted.parent).name;
        let changed = |change: &&Changed<'_>| match (change.old, change.new) {
            (Some(old), Some(new)) => counted.reads.iter().any(|field| {
                layout.value(old, *field) != layout.value(new, *field)
                    || layout.type_slot(*field).is_some_and(|slot| old[slot] != new[slot])
            }),
            _ => true,
        };
        let changed: Vec<&Changed<'_>> = changes.iter().filter(changed).collect();
        let parents: BTreeSet<Uuid> = match &counted.via {
            Via::ForeignKey { field } | Via::Polymorphic { field } => {
                let states = changed.iter().flat_map(|change| [change.old, change.new]).flatten();
                let parent = |row: &Row| {
                    let here =
                        layout.type_slot(*field).is_none_or(|slot| row[slot] == Value::Text(parent_name.clone()));
                    match layout.value(row, *field) {
                        Value::Uuid(parent) if here => Some(*parent),
                        _ => None,
                    }
                };
                states.filter_map(parent).collect()
            }
            // A new record is linked later, which marks its parents; links of one that is gone go with it.
            Via::Junction { table, own, own_type, other, .. } => {
                let ids: Vec<Uuid> =
                    changed.iter().filter(|change| change.old.is_some()).map(|change| change.id).collect();
                if ids.is_empty() {
                    return Ok(());
                }
                let own_type = own_type.as_deref().map(|column| (column, parent_name.as_str()));
                rows::linked_by(self, table, (own, own_type), other, &ids).await?.into_iter().collect()
            }
        };
        if !parents.is_empty() {
            self.mark(counted.parent, counted.field, parents);
        }
        Ok(())
    }
}
