//! The records that belong to a person.

use crate::{
    column::ColumnType,
    mutation::{
        WriteError, rows,
        rows::{Lock, Which},
        session::{CHUNK, Session},
    },
    plan::sql::{literal, quote},
    store::Args,
    value::Value,
};
use kontor_metadata::model::{Field, FieldType, Module, ModuleId, OnErase, Trait};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What becomes of a record when the person is erased; of two, the first wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// It is the person.
    Person,
    /// It is removed for good.
    Deleted,
    /// Its personal data are erased.
    Anonymized,
    /// It stays as it is.
    Kept,
}

/// The records that belong to a person, and the person's own.
#[derive(Debug, Default)]
pub(super) struct Kin {
    /// By module.
    pub(super) records: BTreeMap<ModuleId, BTreeMap<Uuid, Fate>>,
}

impl Kin {
    /// Finds what belongs to the person that a record is, deleted records too. What is erased with the person is locked on
    /// the way, before it is asked what belongs to it in turn: nobody adds to it meanwhile.
    pub(super) async fn of(
        session: &mut Session<'_, '_>,
        person: (ModuleId, Uuid),
        lock: Lock,
    ) -> Result<Self, WriteError> {
        let mut kin = Self::default();
        let mut open = vec![(person.0, kin.add(person.0, [person.1], Fate::Person), Fate::Person)];
        while let Some((module, ids, fate)) = open.pop() {
            let module = session.module(module);
            for chunk in ids.chunks(CHUNK) {
                let (layout, org) = (session.layout(module.id), session.context.org);
                if lock != Lock::None {
                    rows::select(session.transaction, org, module, layout, &[], chunk, Which::Any, lock).await?;
                }
                for (other, field, next) in leading(session, module, fate) {
                    let found = referring(session, (other, field), module, chunk).await?;
                    let fresh = kin.add(other.id, found, next);
                    if next != Fate::Kept && !fresh.is_empty() {
                        open.push((other.id, fresh, next));
                    }
                }
                for field in module.fields.iter().filter(|field| field.on_erase == OnErase::SamePerson) {
                    let FieldType::Relation { to, .. } = field.ty else { continue };
                    if fate != Fate::Person {
                        continue;
                    }
                    let slots: Vec<usize> = layout.slot(field.id).into_iter().collect();
                    let found =
                        rows::select(session.transaction, org, module, layout, &slots, chunk, Which::Any, Lock::None)
                            .await?;
                    let linked = found.iter().filter_map(|(_, row)| match layout.value(row, field.id) {
                        Value::Uuid(id) => Some(*id),
                        _ => None,
                    });
                    let fresh = kin.add(to, linked, Fate::Person);
                    if !fresh.is_empty() {
                        open.push((to, fresh, Fate::Person));
                    }
                }
            }
        }
        Ok(kin)
    }

    /// Adds records; gives those whose fate is new.
    fn add(&mut self, module: ModuleId, ids: impl IntoIterator<Item = Uuid>, fate: Fate) -> Vec<Uuid> {
        let known = self.records.entry(module).or_default();
        let is_new = |id: &Uuid| known.get(id).is_none_or(|before| *before > fate);
        let fresh: Vec<Uuid> = ids.into_iter().filter(is_new).collect();
        known.extend(fresh.iter().map(|id| (*id, fate)));
        fresh
    }

    /// The records of these fates by module.
    pub(super) fn with(&self, fates: &[Fate]) -> Vec<(ModuleId, Vec<Uuid>)> {
        let of = |(module, records): (&ModuleId, &BTreeMap<Uuid, Fate>)| {
            let ids: Vec<Uuid> = records.iter().filter(|(_, fate)| fates.contains(fate)).map(|(id, _)| *id).collect();
            (!ids.is_empty()).then_some((*module, ids))
        };
        self.records.iter().filter_map(of).collect()
    }
}

/// The relations that lead to records of a module which have a fate, and what that means for the records with them.
fn leading<'s>(session: &Session<'s, '_>, module: &Module, fate: Fate) -> Vec<(&'s Module, &'s Field, Fate)> {
    let mut found = Vec::new();
    for other in &session.catalog().modules {
        for field in other.fields.iter().filter(|field| field.is_stored() && field.column != other.tenant) {
            let leads = match &field.ty {
                FieldType::Relation { to, .. } => *to == module.id,
                FieldType::Polymorphic { to } => to.contains(&module.id),
                _ => false,
            };
            let next = match field.on_erase {
                OnErase::Anonymize => Fate::Anonymized,
                OnErase::Delete => Fate::Deleted,
                OnErase::SamePerson if fate == Fate::Person => Fate::Person,
                // What the program keeps by itself tells of records, and belongs to nobody.
                OnErase::Keep if fate == Fate::Person && !other.system => Fate::Kept,
                OnErase::Keep | OnErase::SamePerson => continue,
            };
            if leads {
                found.push((other, field, next));
            }
        }
    }
    found
}

/// The records whose relation leads to any of some.
async fn referring(
    session: &mut Session<'_, '_>,
    (module, field): (&Module, &Field),
    target: &Module,
    targets: &[Uuid],
) -> Result<Vec<Uuid>, WriteError> {
    let (list, org) = (rows::ids(targets.iter().copied()), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let typed = field.type_column().map(|column| format!(" AND {} = {}", quote(&column), literal(&target.name)));
    let sql = format!(
        "SELECT \"id\" FROM {} WHERE {} = {}{} AND {} ORDER BY \"id\"",
        quote(&module.table),
        quote(&module.tenant),
        args.add(ColumnType::Uuid, &org),
        typed.unwrap_or_default(),
        rows::among(&mut args, &quote(&field.column), &list),
    );
    let rows = session.transaction.query(&sql, &args, &[ColumnType::Uuid]).await?;
    Ok(rows
        .into_iter()
        .flatten()
        .filter_map(|value| if let Value::Uuid(id) = value { Some(id) } else { None })
        .collect())
}

/// The stored fields of a module that are erased with a person. What shows that a consent was given stays in the logs.
pub(super) fn personal(module: &Module) -> impl Iterator<Item = &Field> {
    let proof = |field: &Field| module.consents.iter().any(|consent| [consent.given, consent.at].contains(&field.id));
    module.fields.iter().filter(move |field| field.personal && field.is_stored() && !proof(field))
}

/// Whether the records of a module are persons.
pub(super) fn is_person(module: &Module) -> bool {
    module.has(Trait::Person)
}
