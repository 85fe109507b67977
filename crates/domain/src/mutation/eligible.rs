//! The `where` of links to many: a record that does not meet it is not linked, from whichever side.
//!
//! As with links to one, the condition is asked when a link is made, and again when what it reads of its own record
//! changes; a linked record may change later.

use super::{
    WriteError,
    input::Step,
    junction,
    linked::{Linked, Needs},
    message::{self, Broken},
    rows::{Lock, Which},
    session::Session,
    settle::{Record, depends, meets},
    update::current,
};
use kontor_metadata::{
    expr::{Formula, Of},
    model::{Connection, Field, FieldId, FieldType, Module, Via},
};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// A record, and one that it is linked with.
pub(super) type Link = (Uuid, Uuid);

/// A relation to many with a condition, as one of its two sides sees it.
struct Condition<'m> {
    /// The module that has the relation.
    owner: &'m Module,
    field: &'m Field,
    formula: &'m Formula,
    /// Whether links are made from the other side.
    reversed: bool,
}

/// The relations to many of a module whose conditions read fields of its own records.
pub(super) fn following(module: &Module) -> Vec<FieldId> {
    let reads = |formula: &Formula| formula.reads.iter().any(|read| read.of == Of::Record);
    let follows = |field: &&Field| {
        matches!(field.ty, FieldType::Many { .. }) && field.logic.condition.as_ref().is_some_and(reads)
    };
    module.fields.iter().filter(follows).map(|field| field.id).collect()
}

/// The condition of the links of a connection, if they have one.
fn condition<'s>(session: &Session<'s, '_>, module: &'s Module, connection: &'s Connection) -> Option<Condition<'s>> {
    let Via::Junction { table, .. } = &connection.via else { return None };
    let of = |owner: &'s Module, field: &'s Field, reversed: bool| {
        Some(Condition { owner, field, formula: field.logic.condition.as_ref()?, reversed })
    };
    let is_many = |field: &&Field| matches!(field.ty, FieldType::Many { .. });
    if let Some(field) = module.find(&connection.name).filter(is_many) {
        return of(module, field, false);
    }
    let owner = session.module(*connection.targets.first()?);
    let through = |field: &&'s Field| {
        let own = owner.connections.iter().find(|connection| connection.name == field.name);
        own.is_some_and(|own| matches!(&own.via, Via::Junction { table: other, .. } if other == table))
    };
    of(owner, owner.fields.iter().filter(is_many).find(through)?, true)
}

/// Refuses new links of a connection that do not meet its condition. Each comes with the place of its record among the
/// arguments, and its own behind the connection.
pub(super) async fn check<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    connection: &'s Connection,
    links: Vec<(Link, Vec<Step>, Vec<Step>)>,
) -> Result<(), WriteError> {
    let Some(condition) = condition(session, module, connection) else { return Ok(()) };
    let turned = |(own, other): Link| if condition.reversed { (other, own) } else { (own, other) };
    let asked: Vec<Link> = links.iter().map(|(link, ..)| turned(*link)).collect();
    let unfit = unfit(session, condition.owner, condition.field, condition.formula, &asked).await?;
    for (_, path, place) in links.into_iter().filter(|(link, ..)| unfit.contains(&turned(*link))) {
        let (name, source) = (condition.owner.name.clone(), condition.formula.source.clone());
        let broken = match condition.reversed {
            false => {
                Broken::Condition { module: session.module(connection.targets[0]).name.clone(), condition: source }
            }
            true => Broken::ConditionThere { module: name, label: condition.field.label.clone(), condition: source },
        };
        session.violations.push(message::of_connection(connection, &place, &broken, session.language()).under(&path));
    }
    Ok(())
}

/// Refuses changes of records after which their links do not meet a condition any more.
pub(super) async fn recheck<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    records: &[(Uuid, Vec<Step>)],
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    for field in &layout.following {
        let field = module.field(*field);
        let Some(formula) = &field.logic.condition else { continue };
        let Some(connection) = module.connections.iter().find(|c| c.name == field.name) else { continue };
        let touched = |id: &Uuid| {
            session.journal.change(module.id, *id).is_some_and(|(before, after)| {
                let changed = layout.changed(before, after);
                depends(module, formula, &changed)
            })
        };
        let owners: Vec<Uuid> = records.iter().map(|(id, _)| *id).filter(touched).collect();
        if owners.is_empty() {
            continue;
        }
        let linked = junction::links(session, module, connection, &owners).await?;
        let links: Vec<Link> =
            linked.iter().flat_map(|(own, others)| others.iter().map(|other| (*own, *other))).collect();
        let unfit: HashSet<Uuid> =
            unfit(session, module, field, formula, &links).await?.into_iter().map(|(own, _)| own).collect();
        for (_, path) in records.iter().filter(|(id, _)| unfit.contains(id)) {
            let FieldType::Many { to, .. } = field.ty else { continue };
            let broken =
                Broken::Condition { module: session.module(to).name.clone(), condition: formula.source.clone() };
            let violation = message::of_connection(connection, &[], &broken, session.language());
            session.violations.push(violation.under(path));
        }
    }
    Ok(())
}

/// Those of some links that do not meet the condition of their relation. What is not there is told elsewhere.
async fn unfit<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    field: &'s Field,
    formula: &'s Formula,
    links: &[Link],
) -> Result<HashSet<Link>, WriteError> {
    let FieldType::Many { to, .. } = field.ty else { return Ok(HashSet::new()) };
    let owners: BTreeSet<Uuid> = links.iter().map(|(own, _)| *own).collect();
    let owners: Vec<Uuid> = owners.into_iter().collect();
    let records = loaded(session, module, &owners).await?;
    let mut needs = Needs::default();
    needs.condition(module, field.id, formula);
    needs.many(field.id, links.iter().map(|(_, other)| *other));
    let linked = Linked::load(session, module, &needs, &records).await?;
    let places: HashMap<Uuid, &Record> = records.iter().map(|record| (record.id, record)).collect();
    let breaks = |(own, other): &&Link| {
        let there = linked.is_alive(to, *other);
        places.get(own).is_some_and(|record| there && !meets(session, module, &linked, record, formula, (to, *other)))
    };
    Ok(links.iter().filter(breaks).copied().collect())
}

/// Records as this change leaves them.
async fn loaded(session: &mut Session<'_, '_>, module: &Module, ids: &[Uuid]) -> Result<Vec<Record>, WriteError> {
    let found = current(session, module, ids, Which::Alive, Lock::None).await?;
    let record = |(id, new)| Record {
        id,
        old: None,
        new,
        given: Vec::new(),
        stale: Vec::new(),
        path: Vec::new(),
        events: Vec::new(),
    };
    Ok(found.into_iter().map(record).collect())
}
