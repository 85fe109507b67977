//! The end of records: deleted (hidden, where the module has soft delete) or removed for good, with what `on_delete`
//! says of the records that refer to them.

use super::{
    WriteError, conflict,
    dependents::Referrer,
    error::InTheWay,
    journal::{self, Entry, Kind},
    junction,
    layout::Row,
    permit::{permit, reached},
    rows::{self, Lock, Which},
    session::{CHUNK, Session},
    settle::Record,
    stale::Changed,
    update::{relink, stamp, write},
};
use crate::{
    column::ColumnType,
    plan::sql::{literal, quote},
    store::Args,
    value::Value,
};
use kontor_metadata::model::{Action, Field, Module, OnDelete, Trait};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Records named in an error.
const NAMED: usize = 5;

/// How records end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// They are hidden where that is possible.
    Delete,
    /// They are removed for good, hidden or not.
    Purge,
}

/// Deletes records.
pub(super) async fn delete(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
    expected_version: Option<i64>,
    end: End,
) -> Result<(), WriteError> {
    for chunk in ids.chunks(CHUNK) {
        remove(session, module.id, chunk, expected_version, end, true).await?;
        session.check()?;
        journal::relieve(session).await?;
    }
    Ok(())
}

pub(super) async fn remove(
    session: &mut Session<'_, '_>,
    module: kontor_metadata::model::ModuleId,
    ids: &[Uuid],
    expected_version: Option<i64>,
    end: End,
    asked_for: bool,
) -> Result<(), WriteError> {
    let module = session.module(module);
    let layout = session.layout(module.id);
    let hides = end == End::Delete && module.has(Trait::SoftDelete);
    let which = if end == End::Delete { Which::Alive } else { Which::Any };
    let ids: Vec<Uuid> = ids.iter().copied().filter(|id| !session.removed.contains(id)).collect();
    let found = rows::load(session, module, &ids, which, Lock::Remove).await?;
    if found.len() < ids.len() && asked_for {
        return Err(WriteError::NotFound { module: module.name.clone() });
    }
    if asked_for {
        permit(session, module, Action::Delete, &ids).await?;
    }
    for (id, row) in &found {
        conflict::check(session, module, *id, row, expected_version).await?;
    }
    let gone: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
    session.removed.extend(&gone);
    let_go(session, module, &gone, end, hides).await?;
    session.check()?;
    let hidden = |row: &Row| layout.deleted_at.is_some_and(|slot| !row[slot].is_null());
    let fewer = found.iter().filter(|(_, row)| !hidden(row)).count();
    session.grow(module, -i64::try_from(fewer).unwrap_or(i64::MAX));
    if hides {
        let hidden = |(id, old): (Uuid, Row)| {
            let mut new = old.clone();
            if let Some(slot) = layout.deleted_at {
                new[slot] = Value::Timestamp(session.context.moment.now);
            }
            Record { id, old: Some(old), new, given: vec![], stale: vec![], path: vec![], events: vec![] }
        };
        let mut records: Vec<Record> = found.into_iter().map(hidden).collect();
        stamp(session, module, layout, &mut records);
        return write(session, module, records, Kind::Deleted).await;
    }
    let changes: Vec<Changed<'_>> =
        found.iter().map(|(id, old)| Changed { id: *id, old: Some(old), new: None }).collect();
    session.follow(module, &changes).await?;
    junction::remove_links(session, module, &gone).await?;
    forget_cleared(session, &gone).await?;
    rows::delete(session, module, &gone).await?;
    for (id, old) in found {
        let entry = Entry { kind: Kind::Purged, before: Some(old), after: None, events: vec![], links: vec![] };
        session.journal.add(module.id, id, entry);
    }
    Ok(())
}

/// Does to the records that refer to some what `on_delete` says.
async fn let_go(
    session: &mut Session<'_, '_>,
    module: &Module,
    gone: &[Uuid],
    end: End,
    hides: bool,
) -> Result<(), WriteError> {
    let writing = session.writing;
    let mut in_the_way = Vec::new();
    let which = if hides { Which::Alive } else { Which::Any };
    let referrers = &writing.graph.dependents(module.id).referrers;
    let all = referring(session, module, &referrers.iter().collect::<Vec<_>>(), gone, which).await?;
    for (referrer, found) in referrers.iter().zip(all) {
        let other = session.module(referrer.module);
        let field = other.field(referrer.field);
        let typed = referrer.polymorphic;
        let ids: Vec<Uuid> = found.keys().copied().filter(|id| !session.removed.contains(id)).collect();
        if ids.is_empty() {
            continue;
        }
        match referrer.on_delete {
            OnDelete::Restrict => in_the_way.push(named(session, other, field, &ids).await?),
            OnDelete::SetNull => {
                if hides {
                    remember_cleared(session, other, field, &found).await?;
                }
                let null = typed.then_some(Value::Null);
                let links = ids.into_iter().map(|id| (id, Value::Null, null.clone())).collect();
                Box::pin(relink(session, other, referrer.field, links, which)).await?;
            }
            OnDelete::Cascade => {
                // What cannot be hidden stays with its hidden parent until that is removed.
                if hides && !other.has(Trait::SoftDelete) {
                    continue;
                }
                for chunk in ids.chunks(CHUNK) {
                    Box::pin(remove(session, other.id, chunk, None, end, false)).await?;
                }
            }
        }
    }
    match in_the_way.is_empty() {
        true => Ok(()),
        false => Err(WriteError::InUse { module: module.name.clone(), by: in_the_way }),
    }
}

/// Records that refer to some, each with what it refers to, by each of some relations; one statement for all.
async fn referring(
    session: &mut Session<'_, '_>,
    module: &Module,
    referrers: &[&Referrer],
    targets: &[Uuid],
    which: Which,
) -> Result<Vec<BTreeMap<Uuid, Uuid>>, WriteError> {
    let mut found = vec![BTreeMap::new(); referrers.len()];
    let (list, org) = (rows::ids(targets.iter().copied()), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let tenant = args.add(ColumnType::Uuid, &org);
    // The list is one parameter, however often it is looked through.
    let among = rows::among(&mut args, "{}", &list);
    let select = |(n, referrer): (usize, &&Referrer)| {
        let other = session.module(referrer.module);
        let field = other.field(referrer.field);
        let column = quote(&field.column);
        let typed = field
            .type_column()
            .filter(|_| referrer.polymorphic)
            .map_or_else(String::new, |column| format!(" AND {} = {}", quote(&column), literal(&module.name)));
        format!(
            "SELECT {n}, \"id\", {column} FROM {} WHERE {} = {tenant} AND {}{typed}{}",
            quote(&other.table),
            quote(&other.tenant),
            among.replacen("{}", &column, 1),
            which.sql(other),
        )
    };
    let sql = referrers.iter().enumerate().map(select).collect::<Vec<_>>().join(" UNION ALL ");
    if sql.is_empty() {
        return Ok(found);
    }
    let types = [ColumnType::Integer, ColumnType::Uuid, ColumnType::Uuid];
    for row in session.transaction.query(&sql, &args, &types).await? {
        if let [Value::Integer(n), Value::Uuid(id), Value::Uuid(target)] = row.as_slice()
            && let Some(found) = usize::try_from(*n).ok().and_then(|n| found.get_mut(n))
        {
            found.insert(*id, *target);
        }
    }
    Ok(found)
}

/// What is in the way of a deletion, with the names of the first few that the caller may read.
async fn named(
    session: &mut Session<'_, '_>,
    module: &Module,
    field: &Field,
    ids: &[Uuid],
) -> Result<InTheWay, WriteError> {
    let (layout, org) = (session.layout(module.id), session.context.org);
    let readable = reached(session, module, Action::Read, ids).await?;
    let first: Vec<Uuid> = ids.iter().copied().filter(|id| readable.contains(id)).take(NAMED).collect();
    let rights = session.context.rights.as_ref();
    let shown = rights.is_none_or(|rights| rights.may_read_all(module.id, module.title));
    let slots: Vec<usize> = layout.slot(module.title).filter(|_| shown).into_iter().collect();
    let rows = rows::select(session.transaction, org, module, layout, &slots, &first, Which::Any, Lock::None).await?;
    let title = |row: &Row| match layout.value(row, module.title) {
        Value::Text(title) => Some(title.clone()),
        _ => None,
    };
    Ok(InTheWay {
        module: module.name.clone(),
        relation: field.gql.clone(),
        count: ids.len() as u64,
        first: rows.iter().map(|(id, row)| (*id, title(row))).collect(),
    })
}

/// Keeps links that are cleared, so that a restored record gets them back.
async fn remember_cleared(
    session: &mut Session<'_, '_>,
    module: &Module,
    field: &Field,
    links: &BTreeMap<Uuid, Uuid>,
) -> Result<(), WriteError> {
    let columns = [
        ("org", ColumnType::Uuid),
        ("target_id", ColumnType::Uuid),
        ("record_type", ColumnType::Text),
        ("field", ColumnType::Text),
        ("record_id", ColumnType::Uuid),
    ];
    let columns: Vec<(String, ColumnType)> = columns.iter().map(|(name, ty)| ((*name).to_owned(), *ty)).collect();
    let row = |(id, target): (&Uuid, &Uuid)| {
        vec![
            Value::Uuid(session.context.org),
            Value::Uuid(*target),
            Value::Text(module.name.clone()),
            Value::Text(field.name.clone()),
            Value::Uuid(*id),
        ]
    };
    let rows: Vec<Vec<Value>> = links.iter().filter(|(id, _)| !session.removed.contains(*id)).map(row).collect();
    super::bulk::insert_missing(session.transaction, "cleared_links", &columns, rows).await?;
    Ok(())
}

async fn forget_cleared(session: &mut Session<'_, '_>, gone: &[Uuid]) -> Result<(), WriteError> {
    let (list, org) = (rows::ids(gone.iter().copied()), Value::Uuid(session.context.org));
    let mut args = Args::new(session.transaction.dialect());
    let sql = format!(
        "DELETE FROM cleared_links WHERE org = {} AND {}",
        args.add(ColumnType::Uuid, &org),
        rows::among(&mut args, "target_id", &list),
    );
    session.transaction.execute(&sql, &args).await?;
    Ok(())
}

/// Brings deleted records back, with what was deleted with them and the links that were cleared.
pub(super) async fn restore(session: &mut Session<'_, '_>, module: &Module, ids: &[Uuid]) -> Result<(), WriteError> {
    for chunk in ids.chunks(CHUNK) {
        bring_back(session, module.id, chunk, None).await?;
        session.check()?;
        journal::relieve(session).await?;
    }
    Ok(())
}

async fn bring_back(
    session: &mut Session<'_, '_>,
    module: kontor_metadata::model::ModuleId,
    ids: &[Uuid],
    deleted: Option<&BTreeSet<i64>>,
) -> Result<(), WriteError> {
    let module = session.module(module);
    let layout = session.layout(module.id);
    let Some(slot) = layout.deleted_at else { return Err(WriteError::NotFound { module: module.name.clone() }) };
    let mut found = rows::load(session, module, ids, Which::Deleted, Lock::Change).await?;
    match deleted {
        // Only what was deleted in the same moment was deleted together.
        Some(moments) => {
            found.retain(|(_, row)| matches!(&row[slot], Value::Timestamp(at) if moments.contains(at)));
        }
        None if found.len() < ids.len() => return Err(WriteError::NotFound { module: module.name.clone() }),
        None => permit(session, module, Action::Delete, ids).await?,
    }
    if found.is_empty() {
        return Ok(());
    }
    let moments: BTreeSet<i64> = found
        .iter()
        .filter_map(|(_, row)| if let Value::Timestamp(at) = row[slot] { Some(at) } else { None })
        .collect();
    let back: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
    let derived = session.writing.derived(module);
    let alive = |(id, old): (Uuid, Row)| {
        let mut new = old.clone();
        new[slot] = Value::Null;
        let stale = derived.clone();
        Record { id, old: Some(old), new, given: vec![], stale, path: vec![], events: vec![] }
    };
    let mut records: Vec<Record> = found.into_iter().map(alive).collect();
    super::restore::relate(session, module, &mut records).await?;
    session.check()?;
    super::settle::settle(session, module, &mut records, super::settle::Purpose::Follow).await?;
    super::unique::check(session, module, &records).await?;
    session.check()?;
    stamp(session, module, layout, &mut records);
    write(session, module, records, Kind::Restored).await?;
    session.grow(module, i64::try_from(back.len()).unwrap_or(i64::MAX));
    session.fresh.extend(&back);
    // What they roll up may have changed while nobody looked.
    for field in session.writing.graph.rollups[usize::from(module.id.0)].keys() {
        session.mark(module.id, *field, back.iter().copied());
    }
    let writing = session.writing;
    let hidden = |referrer: &&Referrer| {
        referrer.on_delete == OnDelete::Cascade && session.module(referrer.module).has(Trait::SoftDelete)
    };
    let referrers: Vec<&Referrer> = writing.graph.dependents(module.id).referrers.iter().filter(hidden).collect();
    let all = referring(session, module, &referrers, &back, Which::Deleted).await?;
    for (referrer, found) in referrers.iter().zip(all) {
        let other = session.module(referrer.module);
        let ids: Vec<Uuid> = found.into_keys().collect();
        for chunk in ids.chunks(CHUNK) {
            Box::pin(bring_back(session, other.id, chunk, Some(&moments))).await?;
        }
    }
    super::restore::link_again(session, module, &back).await
}
