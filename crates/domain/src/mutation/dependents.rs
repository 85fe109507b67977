//! What follows from a change of a record in other records, worked out once per catalog: whose computed fields look at
//! it, whose roll-ups count it, and who refers to it.

use super::rollup::{self, RollupQuery};
use crate::column::Dialect;
use kontor_metadata::{
    expr::{Formula, Of, Read},
    model::{Catalog, Field, FieldId, FieldType, Module, ModuleId, OnDelete, Trait, Via},
};
use std::collections::{BTreeMap, BTreeSet};

/// What depends on the records of one module.
#[derive(Debug, Default)]
pub(super) struct Dependents {
    /// Records whose computed fields read fields of the records that a relation leads to.
    pub(super) readers: Vec<Reader>,
    /// Roll-ups over the records.
    pub(super) rollups: Vec<Counted>,
    /// Roll-ups over other records, whose condition reads fields of these over a relation.
    pub(super) conditions: Vec<Conditional>,
    /// Relations that lead to the records.
    pub(super) referrers: Vec<Referrer>,
}

/// Computed fields of another module (or the same) that read over one relation.
#[derive(Debug)]
pub(super) struct Reader {
    /// The module with the relation.
    pub(super) module: ModuleId,
    /// The relation.
    pub(super) relation: FieldId,
    /// Fields that are read.
    pub(super) reads: BTreeSet<FieldId>,
    /// Fields that are computed from them.
    pub(super) fields: BTreeSet<FieldId>,
}

/// A roll-up that counts the records.
#[derive(Debug)]
pub(super) struct Counted {
    /// Module with the roll-up.
    pub(super) parent: ModuleId,
    /// The roll-up.
    pub(super) field: FieldId,
    /// How a record belongs to its parent.
    pub(super) via: Via,
    /// Fields of the record that decide over its part.
    pub(super) reads: BTreeSet<FieldId>,
}

/// A roll-up whose condition looks from the records that it counts to those that they link to.
#[derive(Debug)]
pub(super) struct Conditional {
    /// Module of the records that are counted.
    pub(super) child: ModuleId,
    /// Their relation.
    pub(super) relation: FieldId,
    /// Fields that are read over it.
    pub(super) reads: BTreeSet<FieldId>,
    /// Module with the roll-up.
    pub(super) parent: ModuleId,
    /// The roll-up.
    pub(super) field: FieldId,
    /// How a counted record belongs to its parent.
    pub(super) via: Via,
}

/// A relation that leads to the records.
#[derive(Debug)]
pub(super) struct Referrer {
    /// The module with the relation.
    pub(super) module: ModuleId,
    /// The relation.
    pub(super) field: FieldId,
    /// What happens to the records with the relation when the other end goes.
    pub(super) on_delete: OnDelete,
    /// Whether it may lead to records of several modules.
    pub(super) polymorphic: bool,
}

/// All dependencies of a catalog.
#[derive(Debug)]
pub(super) struct Graph {
    /// By module.
    pub(super) of: Vec<Dependents>,
    /// Roll-ups of each module, in its fields' order.
    pub(super) rollups: Vec<BTreeMap<FieldId, RollupQuery>>,
    /// Place of each module in an order in which what is computed comes behind what it is computed from, where there is
    /// one.
    pub(super) ranks: Vec<usize>,
}

impl Graph {
    pub(super) fn of(catalog: &Catalog, dialect: Dialect) -> Self {
        let mut of: Vec<Dependents> = catalog.modules.iter().map(|_| Dependents::default()).collect();
        let mut rollups: Vec<BTreeMap<FieldId, RollupQuery>> =
            catalog.modules.iter().map(|_| BTreeMap::new()).collect();
        let mut edges: BTreeSet<(usize, usize)> = BTreeSet::new();
        for module in &catalog.modules {
            let own = usize::from(module.id.0);
            for (to, reader) in readers(module) {
                edges.insert((usize::from(to.0), own));
                of[usize::from(to.0)].readers.push(reader);
            }
            for field in &module.fields {
                let Some(query) = rollup::query(catalog, module, field, dialect) else { continue };
                for (to, conditional) in conditions(catalog, module, field, query.via()) {
                    edges.insert((usize::from(to.0), own));
                    of[usize::from(to.0)].conditions.push(conditional);
                }
                for (child, counted) in query.counted(catalog, module, field) {
                    edges.insert((usize::from(child.0), own));
                    of[usize::from(child.0)].rollups.push(counted);
                }
                rollups[own].insert(field.id, query);
            }
            for (to, referrer) in referrers(module) {
                of[usize::from(to.0)].referrers.push(referrer);
            }
        }
        Self { of, rollups, ranks: ranks(catalog.modules.len(), &edges) }
    }

    /// What depends on a module.
    pub(super) fn dependents(&self, module: ModuleId) -> &Dependents {
        &self.of[usize::from(module.0)]
    }
}

/// The fields of linked records that stored computed fields read, by the module of the linked records.
fn readers(module: &Module) -> Vec<(ModuleId, Reader)> {
    let mut found: BTreeMap<FieldId, Reader> = BTreeMap::new();
    let computed = module.computed.iter().filter_map(|id| Some((*id, module.field(*id).logic.compute.as_ref()?)));
    let rolled_up =
        module.fields.iter().filter_map(|field| Some((field.id, field.logic.rollup.as_ref()?.condition.as_ref()?)));
    for (id, formula) in computed.chain(rolled_up) {
        for read in hops(module, formula) {
            let Some(relation) = read.via else { continue };
            let reader = found.entry(relation).or_insert_with(|| Reader {
                module: module.id,
                relation,
                reads: BTreeSet::new(),
                fields: BTreeSet::new(),
            });
            reader.reads.insert(read.field);
            reader.fields.insert(id);
        }
    }
    let target = |(relation, reader): (FieldId, Reader)| match module.field(relation).ty {
        FieldType::Relation { to, .. } => Some((to, reader)),
        _ => None,
    };
    found.into_iter().filter_map(target).collect()
}

/// What a formula reads over relations of its record.
fn hops<'m>(module: &'m Module, formula: &'m Formula) -> Vec<&'m Read> {
    let mut found = Vec::new();
    for read in formula.reads.iter().filter(|read| read.of == Of::Record) {
        match (read.via, module.field(read.field).on_read()) {
            (None, Some(inner)) => found.extend(hops(module, inner)),
            (Some(_), _) => found.push(read),
            (None, None) => {}
        }
    }
    found
}

/// What the condition of a roll-up reads of the records that the counted ones link to, by their module.
fn conditions(catalog: &Catalog, module: &Module, field: &Field, via: &Via) -> Vec<(ModuleId, Conditional)> {
    let Some(rollup) = &field.logic.rollup else { return Vec::new() };
    let Some(condition) = &rollup.condition else { return Vec::new() };
    let connection = module.connections.iter().find(|connection| connection.name == rollup.connection);
    let Some([child]) = connection.map(|connection| connection.targets.as_slice()) else { return Vec::new() };
    let mut found: BTreeMap<FieldId, BTreeSet<FieldId>> = BTreeMap::new();
    for read in condition.reads.iter().filter(|read| read.of == Of::Linked) {
        if let Some(relation) = read.via {
            found.entry(relation).or_default().insert(read.field);
        }
    }
    let of = |(relation, reads)| {
        let FieldType::Relation { to, .. } = catalog.module(*child).field(relation).ty else { return None };
        let (parent, field, via) = (module.id, field.id, via.clone());
        Some((to, Conditional { child: *child, relation, reads, parent, field, via }))
    };
    found.into_iter().filter_map(of).collect()
}

/// Whether a link stays when the record that it leads to is gone: logs and messages of the program keep what they say.
pub(super) fn outlives(module: &Module, field: &Field) -> bool {
    let message = !module.operations.create && !field.required && matches!(field.ty, FieldType::Polymorphic { .. });
    module.system && (module.has(Trait::AppendOnly) || message)
}

fn referrers(module: &Module) -> Vec<(ModuleId, Referrer)> {
    let mut found = Vec::new();
    let linking = |field: &&Field| field.is_stored() && field.column != module.tenant && !outlives(module, field);
    for field in module.fields.iter().filter(linking) {
        let referrer = |on_delete, polymorphic| Referrer { module: module.id, field: field.id, on_delete, polymorphic };
        match &field.ty {
            FieldType::Relation { to, on_delete } => found.push((*to, referrer(*on_delete, false))),
            FieldType::Polymorphic { to } => {
                // What must be about some record (a note, an attachment) goes with it.
                let on_delete = if field.required { OnDelete::Cascade } else { OnDelete::SetNull };
                found.extend(to.iter().map(|to| (*to, referrer(on_delete, true))));
            }
            _ => {}
        }
    }
    found
}

/// A topological order of modules (Kahn 1962); those in circles follow behind, in catalog order.
fn ranks(count: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut waits = vec![0_usize; count];
    for (_, to) in edges.iter().filter(|(from, to)| from != to) {
        waits[*to] += 1;
    }
    let mut ready: BTreeSet<usize> = (0..count).filter(|module| waits[*module] == 0).collect();
    let mut ranks = vec![usize::MAX; count];
    let mut next = 0;
    while let Some(module) = ready.pop_first() {
        ranks[module] = next;
        next += 1;
        for (_, to) in edges.iter().filter(|(from, to)| *from == module && to != from) {
            waits[*to] -= 1;
            if waits[*to] == 0 {
                ready.insert(*to);
            }
        }
    }
    for rank in ranks.iter_mut().filter(|rank| **rank == usize::MAX) {
        *rank = next;
        next += 1;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_computed_comes_behind() {
        let edges = BTreeSet::from([(2, 0), (0, 1), (3, 3), (4, 5), (5, 4)]);
        assert_eq!(ranks(6, &edges), [1, 2, 0, 3, 4, 5]);
    }
}
