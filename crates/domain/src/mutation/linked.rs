//! Records that the records of a change link to, as far as expressions, copies and checks look at them.

use super::{
    WriteError,
    layout::Row,
    permit,
    rows::{self, Lock, Which},
    session::Session,
    settle::Record,
};
use crate::value::Value;
use kontor_metadata::{
    expr::{Formula, Of},
    model::{Action, FieldId, FieldType, Module, ModuleId, Trait, Via},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// What is needed of the records that relations lead to.
#[derive(Default)]
pub(super) struct Needs {
    relations: BTreeMap<FieldId, Needed>,
}

/// What is needed of the records that one relation leads to.
#[derive(Default)]
struct Needed {
    /// Fields.
    fields: BTreeSet<FieldId>,
    /// Relations of those records, and fields of the records that these lead to.
    further: BTreeMap<FieldId, BTreeSet<FieldId>>,
    /// Whether stored values are computed from them, so that they must not change meanwhile.
    computed: bool,
    /// Whether the records before the change are needed too.
    old: bool,
    /// Whether new links are checked.
    checked: bool,
    /// Where a relation to many leads, which is in no column.
    many: BTreeSet<Uuid>,
}

impl Needs {
    /// What a formula over the own record reads. `computed`: its value is stored.
    pub(super) fn formula(&mut self, module: &Module, formula: &Formula, computed: bool) {
        for read in &formula.reads {
            match (read.of, read.via, module.field(read.field).on_read()) {
                (Of::Linked, ..) => {}
                (of, Some(via), _) => {
                    let needed = self.relations.entry(via).or_default();
                    needed.fields.insert(read.field);
                    needed.computed |= computed;
                    needed.old |= of == Of::Old;
                }
                (_, None, Some(inner)) => self.formula(module, inner, computed),
                (_, None, None) => {}
            }
        }
    }

    /// What the condition of a relation reads of the records that it leads to.
    pub(super) fn condition(&mut self, module: &Module, relation: FieldId, condition: &Formula) {
        self.formula(module, condition, false);
        let needed = self.relations.entry(relation).or_default();
        for read in condition.reads.iter().filter(|read| read.of == Of::Linked) {
            match read.via {
                Some(via) => {
                    needed.fields.insert(via);
                    needed.further.entry(via).or_default().insert(read.field);
                }
                None => {
                    needed.fields.insert(read.field);
                }
            }
        }
    }

    /// A field that is copied from where a relation leads.
    pub(super) fn copy(&mut self, relation: FieldId, field: FieldId) {
        self.relations.entry(relation).or_default().fields.insert(field);
    }

    /// Where a relation to many leads.
    pub(super) fn many(&mut self, relation: FieldId, ids: impl Iterator<Item = Uuid>) {
        self.relations.entry(relation).or_default().many.extend(ids);
    }

    /// That new links of a relation are checked.
    pub(super) fn check(&mut self, relation: FieldId) {
        self.relations.entry(relation).or_default().checked = true;
    }
}

/// A linked record.
struct Found {
    row: Row,
    alive: bool,
}

/// Linked records by module and id.
#[derive(Default)]
pub(super) struct Linked {
    rows: HashMap<(ModuleId, Uuid), Found>,
}

/// What has to be read of the records of one module.
struct Wanted {
    ids: BTreeSet<Uuid>,
    fields: BTreeSet<FieldId>,
    lock: Lock,
    /// Those that the caller wants linked, and has to see.
    given: BTreeSet<Uuid>,
}

impl Linked {
    /// Reads what is needed: a statement per module that relations lead to.
    pub(super) async fn load(
        session: &mut Session<'_, '_>,
        module: &Module,
        needs: &Needs,
        records: &[Record],
    ) -> Result<Self, WriteError> {
        let mut linked = Self::default();
        let mut wanted: BTreeMap<ModuleId, Wanted> = BTreeMap::new();
        for (relation, needed) in &needs.relations {
            want(session, module, (*relation, needed), records, &mut wanted);
        }
        linked.read(session, wanted).await?;
        // Records behind the linked ones, which conditions of relations may look at.
        let mut further: BTreeMap<ModuleId, Wanted> = BTreeMap::new();
        for (relation, needed) in needs.relations.iter().filter(|(_, needed)| !needed.further.is_empty()) {
            let (FieldType::Relation { to, .. } | FieldType::Many { to, .. }) = module.field(*relation).ty else {
                continue;
            };
            let target = session.module(to);
            let layout = session.layout(module.id);
            let one = records.iter().filter_map(|record| match layout.value(&record.new, *relation) {
                Value::Uuid(id) => Some(*id),
                _ => None,
            });
            let leads: BTreeSet<Uuid> = one.chain(needed.many.iter().copied()).collect();
            for (via, fields) in &needed.further {
                let FieldType::Relation { to: third, .. } = target.field(*via).ty else { continue };
                let ids = leads.iter().filter_map(|id| match linked.value(session, to, *id, *via) {
                    Value::Uuid(id) => Some(id),
                    _ => None,
                });
                let ids: BTreeSet<Uuid> = ids.collect();
                let entry = further.entry(third).or_insert_with(|| Wanted {
                    ids: BTreeSet::new(),
                    fields: BTreeSet::new(),
                    lock: Lock::None,
                    given: BTreeSet::new(),
                });
                entry.ids.extend(ids);
                entry.fields.extend(fields);
            }
        }
        linked.read(session, further).await?;
        Ok(linked)
    }

    async fn read(
        &mut self,
        session: &mut Session<'_, '_>,
        wanted: BTreeMap<ModuleId, Wanted>,
    ) -> Result<(), WriteError> {
        for (to, Wanted { ids, mut fields, lock, given }) in wanted {
            let module = session.module(to);
            let layout = session.layout(to);
            let soft = module.has(Trait::SoftDelete);
            fields.extend(module.find("deleted_at").filter(|_| soft).map(|field| field.id));
            let slots: Vec<usize> = fields.iter().filter_map(|field| layout.slot(*field)).collect();
            // What this change has written but nobody has read back yet is in the journal.
            let (mine, others): (Vec<Uuid>, Vec<Uuid>) =
                ids.into_iter().partition(|id| session.journal.current(to, *id).is_some());
            for id in mine {
                if let Some(row) = session.journal.current(to, id) {
                    self.rows.insert((to, id), Found { row: row.clone(), alive: true });
                }
            }
            let lock = if session.locks { lock } else { Lock::None };
            for chunk in others.chunks(super::session::CHUNK) {
                let org = session.context.org;
                let found =
                    rows::select(session.transaction, org, module, layout, &slots, chunk, Which::Any, lock).await?;
                for (id, row) in found {
                    let alive = !soft || layout.deleted_at.is_none_or(|slot| row[slot].is_null());
                    self.rows.insert((to, id), Found { row, alive });
                }
            }
            let given: Vec<Uuid> = given.into_iter().collect();
            if !given.is_empty() && session.context.rights.is_some() {
                let seen = permit::reached(session, module, Action::Read, &given).await?;
                for id in given.iter().filter(|id| !seen.contains(id)) {
                    self.rows.remove(&(to, *id));
                }
            }
        }
        Ok(())
    }

    /// A field of a linked record; null where there is none.
    pub(super) fn value(&self, session: &Session<'_, '_>, module: ModuleId, id: Uuid, field: FieldId) -> Value {
        let found = self.rows.get(&(module, id));
        found.map_or(Value::Null, |found| session.layout(module).value(&found.row, field).clone())
    }

    /// Whether a record is there and not deleted.
    pub(super) fn is_alive(&self, module: ModuleId, id: Uuid) -> bool {
        self.rows.get(&(module, id)).is_some_and(|found| found.alive)
    }
}

/// Adds what is needed of the records that one relation leads to.
fn want(
    session: &Session<'_, '_>,
    module: &Module,
    (relation, needed): (FieldId, &Needed),
    records: &[Record],
    wanted: &mut BTreeMap<ModuleId, Wanted>,
) {
    let layout = session.layout(module.id);
    let field = module.field(relation);
    // Two writers that both share a record and then both want to bring its roll-ups up to date would wait for each other.
    let rolled_up = |to: ModuleId| {
        let mut rollups = session.writing.graph.dependents(module.id).rollups.iter();
        rollups.any(|c| c.parent == to && matches!(c.via, Via::ForeignKey { field } if field == relation))
    };
    let lock = |to: ModuleId| match (rolled_up(to), needed.computed) {
        (true, _) => Lock::Change,
        (false, true) => Lock::Share,
        (false, false) => Lock::Stay,
    };
    let mut add = |to: ModuleId, id: Uuid, lock: Lock, given: bool| {
        let entry = wanted.entry(to).or_insert_with(|| Wanted {
            ids: BTreeSet::new(),
            fields: BTreeSet::new(),
            lock: Lock::None,
            given: BTreeSet::new(),
        });
        entry.given.extend(given.then_some(id));
        entry.ids.insert(id);
        entry.fields.extend(&needed.fields);
        entry.lock = stronger(entry.lock, lock);
    };
    if let FieldType::Many { to, .. } = field.ty {
        needed.many.iter().for_each(|id| add(to, *id, Lock::None, false));
    }
    for record in records {
        let new = layout.value(&record.new, relation);
        let changed = layout.differs(record.old.as_ref(), &record.new, field);
        match (&field.ty, new) {
            (FieldType::Relation { to, .. }, Value::Uuid(id)) => {
                if !needed.fields.is_empty() {
                    add(*to, *id, if needed.computed { lock(*to) } else { Lock::None }, false);
                }
                if needed.checked && changed && !session.fresh.contains(id) {
                    add(*to, *id, lock(*to), record.given.contains(&relation));
                }
            }
            (FieldType::Polymorphic { to }, Value::Uuid(id)) if needed.checked && changed => {
                let name = layout.type_slot(relation).map(|slot| &record.new[slot]);
                let target = to.iter().find(|to| name == Some(&Value::Text(session.module(**to).name.clone())));
                if let Some(target) = target.filter(|_| !session.fresh.contains(id)) {
                    add(*target, *id, Lock::Stay, record.given.contains(&relation));
                }
            }
            _ => {}
        }
        if let (true, Some(old), FieldType::Relation { to, .. }) = (needed.old, &record.old, &field.ty)
            && let Value::Uuid(id) = layout.value(old, relation)
        {
            add(*to, *id, Lock::None, false);
        }
    }
}

fn stronger(a: Lock, b: Lock) -> Lock {
    let rank = |lock| match lock {
        Lock::None => 0,
        Lock::Stay => 1,
        Lock::Share => 2,
        Lock::Change => 3,
        Lock::Remove => 4,
    };
    if rank(b) > rank(a) { b } else { a }
}
