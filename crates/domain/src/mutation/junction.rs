//! Links of many to many: rows of a junction table. A change of them is a change of the record they are written with.

use super::{
    WriteError,
    connect::Connect,
    create::create_chunk,
    eligible::{self, Link},
    input::{Links, Step},
    journal::{Kind, LinkChange},
    message::{self, Broken},
    permit,
    rows::{self, Lock, Which},
    session::Session,
    settle::Record,
    update::{load_current, stamp, write},
};
use crate::{
    column::ColumnType,
    plan::sql::{literal, quote},
    store::Args,
    value::Value,
};
use kontor_metadata::model::{Action, Connection, ConnectionId, Field, FieldType, Module, Via};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The columns of a junction table, as seen from one side.
struct Junction<'c> {
    table: &'c str,
    own: &'c str,
    own_type: Option<&'c str>,
    other: &'c str,
    other_type: Option<&'c str>,
}

impl<'c> Junction<'c> {
    fn of(connection: &'c Connection) -> Option<Self> {
        let Via::Junction { table, own, own_type, other, other_type } = &connection.via else { return None };
        Some(Self { table, own, own_type: own_type.as_deref(), other, other_type: other_type.as_deref() })
    }
}

/// Links and unlinks.
pub(super) async fn connect<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    connection: &'s Connection,
    changes: Vec<Connect>,
) -> Result<(), WriteError> {
    let Some(junction) = Junction::of(connection) else { return Ok(()) };
    let Some(target) = connection.targets.first().map(|target| session.module(*target)) else { return Ok(()) };
    let mut added: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    let mut removed: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    let mut paths = BTreeMap::new();
    let mut places: HashMap<Link, [Step; 2]> = HashMap::new();
    for Connect { id, path, links } in changes {
        let made = Box::pin(create_chunk(session, target, links.create)).await?;
        let there: HashSet<Uuid> = present(session, target, &links.link).await?;
        for (n, _) in links.link.iter().enumerate().filter(|(_, linked)| !there.contains(*linked)) {
            let broken = Broken::Missing(target.name.clone());
            let rest = [Step::Key("link".to_owned()), Step::Index(n)];
            let violation = message::of_connection(connection, &rest, &broken, session.language());
            session.violations.push(violation.under(&path));
        }
        for (key, others) in [("link", &links.link), ("create", &made)] {
            let place = |n| [Step::Key(key.to_owned()), Step::Index(n)];
            places.extend(others.iter().enumerate().map(|(n, other)| ((id, *other), place(n))));
        }
        added.entry(id).or_default().extend(made.into_iter().chain(links.link));
        // What the caller may not see is not there, and so it is not unlinked either.
        removed.entry(id).or_default().extend(permit::reached(session, target, Action::Read, &links.unlink).await?);
        paths.insert(id, path);
    }
    let parents: Vec<Uuid> = added.keys().copied().collect();
    let before = linked(session, module, &junction, &parents).await?;
    let mut changed = Vec::new();
    for id in &parents {
        let none = BTreeSet::new();
        let before = before.get(id).unwrap_or(&none);
        let (plus, minus) = (&added[id], &removed[id]);
        let plus: Vec<Uuid> = plus.difference(before).copied().filter(|other| !minus.contains(other)).collect();
        let minus: Vec<Uuid> = minus.intersection(before).copied().collect();
        let count = before.len() + plus.len() - minus.len();
        if let Some(broken) = limits(module, connection, count) {
            let violation = message::of_connection(connection, &[], &broken, session.language());
            session.violations.push(violation.under(&paths[id]));
        }
        if !plus.is_empty() || !minus.is_empty() {
            changed.push((*id, minus, plus));
        }
    }
    let mut asked = Vec::new();
    for (id, _, plus) in &changed {
        for other in plus {
            let place = places.get(&(*id, *other)).into_iter().flatten().cloned().collect();
            asked.push(((*id, *other), paths[id].clone(), place));
        }
    }
    eligible::check(session, module, connection, asked).await?;
    if changed.is_empty() || !session.violations.is_empty() {
        return Ok(());
    }
    permit_links(session, module, target, &junction, &changed).await?;
    write_links(session, module, target, &junction, &changed).await?;
    note(session, module, connection, changed).await
}

/// Refuses links that are written in a field that the caller may not write, whichever side has it.
async fn permit_links(
    session: &mut Session<'_, '_>,
    module: &Module,
    target: &Module,
    junction: &Junction<'_>,
    changed: &[(Uuid, Vec<Uuid>, Vec<Uuid>)],
) -> Result<(), WriteError> {
    if let Some(field) = module.link_field(junction.table) {
        let ids: Vec<Uuid> = changed.iter().map(|(id, ..)| *id).collect();
        permit::permit_field(session, module, field.id, &ids).await?;
    }
    if let Some(field) = target.link_field(junction.table) {
        let ids: BTreeSet<Uuid> =
            changed.iter().flat_map(|(_, minus, plus)| minus.iter().chain(plus)).copied().collect();
        permit::permit_field(session, target, field.id, &ids.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Refuses new records without links that they need.
pub(super) fn require(session: &mut Session<'_, '_>, module: &Module, given: &[(ConnectionId, Links)], path: &[Step]) {
    for connection in &module.connections {
        if given.iter().any(|(id, _)| *id == connection.id) {
            continue;
        }
        if let Some(broken) = limits(module, connection, 0) {
            let violation = message::of_connection(connection, &[], &broken, session.language());
            session.violations.push(violation.under(path));
        }
    }
}

/// What a number of links breaks, where the module limits it.
fn limits(module: &Module, connection: &Connection, count: usize) -> Option<Broken> {
    let field: &Field = module.find(&connection.name)?;
    let FieldType::Many { min, max, .. } = &field.ty else { return None };
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    match (min, max) {
        (Some(min), _) if count < *min => Some(Broken::Fewer(*min)),
        (_, Some(max)) if count > *max => Some(Broken::More(*max)),
        _ => None,
    }
}

/// Those of some records that are there.
pub(super) async fn present(
    session: &mut Session<'_, '_>,
    target: &Module,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, WriteError> {
    let others: Vec<Uuid> = ids.iter().copied().filter(|id| !session.fresh.contains(id)).collect();
    let mut there: HashSet<Uuid> = ids.iter().copied().filter(|id| session.fresh.contains(id)).collect();
    if !others.is_empty() {
        let layout = session.layout(target.id);
        let org = session.context.org;
        let found =
            rows::select(session.transaction, org, target, layout, &[], &others, Which::Alive, Lock::Stay).await?;
        let found: Vec<Uuid> = found.into_iter().map(|(id, _)| id).collect();
        there.extend(permit::reached(session, target, Action::Read, &found).await?);
    }
    Ok(there)
}

/// What some records are linked with by a connection through a junction.
pub(super) async fn links(
    session: &mut Session<'_, '_>,
    module: &Module,
    connection: &Connection,
    parents: &[Uuid],
) -> Result<BTreeMap<Uuid, BTreeSet<Uuid>>, WriteError> {
    match Junction::of(connection) {
        Some(junction) => linked(session, module, &junction, parents).await,
        None => Ok(BTreeMap::new()),
    }
}

async fn linked(
    session: &mut Session<'_, '_>,
    module: &Module,
    junction: &Junction<'_>,
    parents: &[Uuid],
) -> Result<BTreeMap<Uuid, BTreeSet<Uuid>>, WriteError> {
    let (list, org) = (rows::ids(parents.iter().copied()), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let typed = junction
        .own_type
        .map_or_else(String::new, |column| format!(" AND {} = {}", quote(column), literal(&module.name)));
    let sql = format!(
        "SELECT {}, {} FROM {} WHERE \"org\" = {} AND {}{typed}",
        quote(junction.own),
        quote(junction.other),
        quote(junction.table),
        args.add(ColumnType::Uuid, &org),
        rows::among(&mut args, &quote(junction.own), &list),
    );
    let mut found: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for row in session.transaction.query(&sql, &args, &[ColumnType::Uuid, ColumnType::Uuid]).await? {
        if let [Value::Uuid(own), Value::Uuid(other)] = row.as_slice() {
            found.entry(*own).or_default().insert(*other);
        }
    }
    Ok(found)
}

/// A record, and what it is linked with no more, and newly.
type LinksOf = (Uuid, Vec<Uuid>, Vec<Uuid>);

async fn write_links(
    session: &mut Session<'_, '_>,
    module: &Module,
    target: &Module,
    junction: &Junction<'_>,
    changed: &[LinksOf],
) -> Result<(), WriteError> {
    let dialect = session.transaction.dialect();
    let org = Value::Uuid(session.context.org);
    let pairs = |pick: fn(&LinksOf) -> &Vec<Uuid>| -> Vec<Vec<Value>> {
        let of = |change: &LinksOf| {
            let own = change.0;
            pick(change).iter().map(move |other| vec![Value::Uuid(own), Value::Uuid(*other)]).collect::<Vec<_>>()
        };
        changed.iter().flat_map(of).collect()
    };
    let types = [(junction.own_type, &module.name), (junction.other_type, &target.name)];
    let fixed: Vec<(&str, &str)> =
        types.iter().filter_map(|(column, name)| column.map(|column| (column, name.as_str()))).collect();
    let minus = pairs(|change| &change.1);
    if !minus.is_empty() {
        let mut template = Args::template(dialect);
        let typed: String =
            fixed.iter().map(|(column, name)| format!(" AND {} = {}", quote(column), literal(name))).collect();
        let sql = format!(
            "DELETE FROM {} WHERE {} = {} AND {} = {} AND \"org\" = {}{typed}",
            quote(junction.table),
            quote(junction.own),
            template.next(ColumnType::Uuid),
            quote(junction.other),
            template.next(ColumnType::Uuid),
            template.next(ColumnType::Uuid),
        );
        let rows: Vec<Vec<Value>> = minus.into_iter().map(|pair| [pair, vec![org.clone()]].concat()).collect();
        session.transaction.execute_many(&sql, &template, &rows).await?;
    }
    let plus = pairs(|change| &change.2);
    if !plus.is_empty() {
        let mut columns = vec![
            ("org".to_owned(), ColumnType::Uuid),
            (junction.own.to_owned(), ColumnType::Uuid),
            (junction.other.to_owned(), ColumnType::Uuid),
        ];
        columns.extend(fixed.iter().map(|(column, _)| ((*column).to_owned(), ColumnType::Text)));
        let names = fixed.iter().map(|(_, name)| Value::Text((*name).to_owned()));
        let names: Vec<Value> = names.collect();
        let rows = plus.into_iter().map(|pair| [vec![org.clone()], pair, names.clone()].concat()).collect();
        super::bulk::insert_missing(session.transaction, junction.table, &columns, rows)
            .await
            .map_err(|e| rows::refused(target, e))?;
    }
    Ok(())
}

/// A change of links is a change of the record: it gets its next version, and the logs tell of it.
async fn note<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    connection: &Connection,
    changed: Vec<LinksOf>,
) -> Result<(), WriteError> {
    let layout = session.layout(module.id);
    let ids: Vec<Uuid> =
        changed.iter().map(|(id, ..)| *id).filter(|id| !session.journal.holds(module.id, *id)).collect();
    let current = load_current(session, module, &ids, Which::Alive).await?;
    let record = |(id, row): (Uuid, super::layout::Row)| Record {
        id,
        old: Some(row.clone()),
        new: row,
        given: Vec::new(),
        stale: Vec::new(),
        path: Vec::new(),
        events: Vec::new(),
    };
    let mut records: Vec<Record> = current.into_iter().map(record).collect();
    records.sort_by_key(|record| record.id);
    if !records.is_empty() {
        stamp(session, module, layout, &mut records);
        write(session, module, records, Kind::Updated).await?;
    }
    for (field, query) in &session.writing.graph.rollups[usize::from(module.id.0)] {
        if query.is_over(connection.id) {
            session.mark(module.id, *field, changed.iter().map(|(id, ..)| *id));
        }
    }
    // From the other end the same links are another connection, which may be counted too.
    for target in &connection.targets {
        let back = session.module(*target);
        for (field, query) in &session.writing.graph.rollups[usize::from(target.0)] {
            if query.is_through(&connection.via) {
                let ends = changed.iter().flat_map(|(_, minus, plus)| minus.iter().chain(plus)).copied();
                session.mark(back.id, *field, ends.collect::<Vec<_>>());
            }
        }
    }
    for (id, minus, plus) in changed {
        let links = LinkChange { name: connection.gql.clone(), removed: minus, added: plus };
        session.journal.link(module.id, id, links);
    }
    Ok(())
}

/// Removes the links of records that are gone for good, which no foreign key removes.
pub(super) async fn remove_links(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
) -> Result<(), WriteError> {
    for connection in &module.connections {
        let Via::Junction { table, own, own_type, .. } = &connection.via else { continue };
        let (list, org) = (rows::ids(ids.iter().copied()), Value::Uuid(session.context.org));
        let mut args = Args::new(session.transaction.dialect());
        let typed = own_type
            .as_ref()
            .map_or_else(String::new, |column| format!(" AND {} = {}", quote(column), literal(&module.name)));
        let sql = format!(
            "DELETE FROM {} WHERE \"org\" = {} AND {}{typed}",
            quote(table),
            args.add(ColumnType::Uuid, &org),
            rows::among(&mut args, &quote(own), &list),
        );
        session.transaction.execute(&sql, &args).await?;
    }
    Ok(())
}
