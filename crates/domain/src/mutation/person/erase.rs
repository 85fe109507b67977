//! A person is forgotten (GDPR, article 17): what says who it is goes, what was counted stays.

use super::{
    answers, hidden,
    kin::{Fate, Kin, is_person, personal},
    logs,
    neutral::neutral,
    words::Words,
};
use crate::{
    column::Dialect,
    context::Context,
    mutation::{
        WriteError, Writing, journal,
        permit::permit,
        propagate, remove,
        rows::{self, Lock, Which},
        session::{CHUNK, Session},
        settle::{Purpose, Record},
        update,
    },
    plan::sql::quote,
    processes::{self, Deed},
    store::{Args, Transaction},
    value::Value,
};
use kontor_metadata::{
    model::{Action, Catalog, Module, ModuleId},
    naming,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What was done to forget a person; nothing of it is personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// When the person was erased first, µs since 1970.
    pub at: i64,
    /// Records whose personal data were erased, by module name.
    pub anonymized: BTreeMap<String, u64>,
    /// Records that were removed for good, by module name.
    pub deleted: BTreeMap<String, u64>,
    /// Entries of the audit log in which values were masked.
    pub audit_entries: u64,
    /// Events whose images were cleared.
    pub events: u64,
    /// Stored answers to repeated requests that are given no more.
    pub answers: u64,
    /// Storage keys of uploaded files that no record has any more: to be removed once this is committed.
    pub files: Vec<String>,
}

/// Forgets the person that a record is, inside the caller's transaction. To do so again does what came up since.
///
/// # Errors
/// See [`WriteError`]; then the transaction is to be rolled back.
pub async fn erase(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    context: &Context,
    (module, id): (ModuleId, Uuid),
) -> Result<Erased, WriteError> {
    let (erased, touched) = erase_each(transaction, writing, context, (module, id)).await?;
    forget_words(transaction, writing.catalog(), touched).await?;
    transaction.settle().await?;
    Ok(erased)
}

/// The same, but for the words in the index for search; gives the modules in whose they are.
pub(in crate::mutation) async fn erase_each(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    context: &Context,
    (module, id): (ModuleId, Uuid),
) -> Result<(Erased, BTreeSet<ModuleId>), WriteError> {
    let mut session = Session::new(transaction, writing, context);
    session.erasing = true;
    let mut touched = BTreeSet::new();
    let subject = session.module(module);
    let (layout, org) = (session.layout(module), context.org);
    let there = rows::select(session.transaction, org, subject, layout, &[], &[id], Which::Any, Lock::Remove).await?;
    if there.is_empty() || !is_person(subject) {
        return Err(WriteError::NotFound { module: subject.name.clone() });
    }
    permit(&mut session, subject, Action::Erase, &[id]).await?;
    let kin = Kin::of(&mut session, (module, id), Lock::Remove).await?;
    let mut words = Words::default();
    let mut erased = Erased {
        at: context.moment.now,
        anonymized: BTreeMap::new(),
        deleted: BTreeMap::new(),
        audit_entries: 0,
        events: 0,
        answers: 0,
        files: Vec::new(),
    };
    for (module, ids) in kin.with(&[Fate::Person, Fate::Anonymized]) {
        let of = session.module(module);
        let mut count = 0;
        for chunk in ids.chunks(CHUNK) {
            count += Box::pin(anonymize(&mut session, of, chunk, &kin, &mut words)).await?;
            hidden::clear(&mut session, of, chunk).await?;
        }
        if count > 0 {
            erased.anonymized.insert(of.name.clone(), count);
        }
    }
    for (module, ids) in kin.with(&[Fate::Deleted]) {
        let of = session.module(module);
        for chunk in ids.chunks(CHUNK) {
            erased.files.extend(files(&mut session, of, chunk, &mut words).await?);
            Box::pin(remove::remove(&mut session, module, chunk, None, remove::End::Purge, false)).await?;
            session.check()?;
            journal::relieve(&mut session).await?;
        }
        erased.deleted.insert(of.name.clone(), ids.len() as u64);
    }
    session.check()?;
    Box::pin(propagate::propagate(&mut session)).await?;
    journal::flush(&mut session).await?;
    for (module, ids) in kin.with(&[Fate::Person, Fate::Anonymized, Fate::Deleted]) {
        let of = session.module(module);
        for chunk in ids.chunks(CHUNK) {
            erased.audit_entries += logs::mask_audit(&mut session, of, chunk, &mut words).await?;
            erased.events += logs::clear_events(&mut session, of, chunk, &mut words).await?;
            chunk.iter().for_each(|id| words.text(&id.to_string()));
        }
        touched.insert(module);
    }
    erased.answers = answers::clean(&mut session, &words).await?;
    if let Some(Value::Timestamp(at)) = erased_at(&mut session, subject, id).await? {
        erased.at = at;
    }
    note(&mut session, (subject, id), &erased).await?;
    Ok((erased, touched))
}

/// Takes the personal data out of records; gives the number of those that had any.
async fn anonymize<'s>(
    session: &mut Session<'s, '_>,
    module: &'s Module,
    ids: &[Uuid],
    kin: &Kin,
    words: &mut Words,
) -> Result<u64, WriteError> {
    let layout = session.layout(module.id);
    let fates = kin.records.get(&module.id);
    let now = Value::Timestamp(session.context.moment.now);
    let mut records = Vec::with_capacity(ids.len());
    for (id, old) in rows::load(session, module, ids, Which::Any, Lock::None).await? {
        let mut new = old.clone();
        for field in personal(module).filter(|field| field.logic.compute.is_none()) {
            let value = neutral(module, field, id);
            let before = layout.value(&old, field.id);
            if *before != value {
                words.add(before);
                layout.set(&mut new, field.id, value);
            }
        }
        for consent in &module.consents {
            let given = layout.value(&new, consent.given).clone();
            let none = if given.is_null() { Value::Null } else { Value::Boolean(false) };
            layout.set(&mut new, consent.given, none);
            layout.set(&mut new, consent.at, Value::Null);
            layout.set(&mut new, consent.source, Value::Null);
        }
        let is_person = fates.and_then(|fates| fates.get(&id)) == Some(&Fate::Person);
        let erased_at = module.find("erased_at").filter(|field| is_person && field.generated);
        if let Some(field) = erased_at.filter(|field| layout.value(&new, field.id).is_null()) {
            layout.set(&mut new, field.id, now.clone());
        }
        if new != old {
            let (given, stale, path, events) = (vec![], vec![], vec![], vec![]);
            records.push(Record { id, old: Some(old), new, given, stale, path, events });
        }
    }
    let count = records.len() as u64;
    update::change(session, module, records, Purpose::Erase).await?;
    session.check()?;
    journal::relieve(session).await?;
    Ok(count)
}

/// The storage keys of records that are about to go.
async fn files(
    session: &mut Session<'_, '_>,
    module: &Module,
    ids: &[Uuid],
    words: &mut Words,
) -> Result<Vec<String>, WriteError> {
    let layout = session.layout(module.id);
    let key = module.find("storage_key").filter(|field| field.secret).map(|field| field.id);
    let rows = rows::load(session, module, ids, Which::Any, Lock::None).await?;
    for (_, row) in &rows {
        personal(module).for_each(|field| words.add(layout.value(row, field.id)));
    }
    let key = |row: &_| match layout.value(row, key?) {
        Value::Text(key) => Some(key.clone()),
        _ => None,
    };
    Ok(rows.iter().filter_map(|(_, row)| key(row)).collect())
}

/// Takes words out of the index for search that no record has any more: on SQLite they stay in old parts of it until
/// these are merged.
pub(in crate::mutation) async fn forget_words(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    modules: BTreeSet<ModuleId>,
) -> Result<(), WriteError> {
    for module in modules.into_iter().map(|module| catalog.module(module)).filter(|module| module.is_searched()) {
        if transaction.dialect() == Dialect::Sqlite {
            let table = quote(&naming::search_table(&module.table));
            let sql = format!("INSERT INTO {table} ({table}) VALUES ('optimize')");
            transaction.execute(&sql, &Args::new(Dialect::Sqlite)).await?;
        }
    }
    Ok(())
}

async fn erased_at(session: &mut Session<'_, '_>, module: &Module, id: Uuid) -> Result<Option<Value>, WriteError> {
    let Some(field) = module.find("erased_at") else { return Ok(None) };
    let layout = session.layout(module.id);
    let rows = rows::load(session, module, &[id], Which::Any, Lock::None).await?;
    Ok(rows.first().map(|(_, row)| layout.value(row, field.id).clone()))
}

/// The entry of the audit log that says that a person was erased, by whom, and how much.
async fn note(session: &mut Session<'_, '_>, (module, id): (&Module, Uuid), erased: &Erased) -> Result<(), WriteError> {
    let context = session.context;
    let details = json!({
        "anonymized": erased.anonymized,
        "deleted": erased.deleted,
        "auditEntries": erased.audit_entries,
        "events": erased.events,
        "answers": erased.answers,
        "files": erased.files.len(),
    });
    let deed = Deed {
        org: context.org,
        user: context.user,
        action: "erase_personal_data",
        record: Some((&module.name, id)),
        details: Some(details),
        ip: context.ip.as_deref(),
        now: context.moment.now,
    };
    Ok(processes::audit(session.transaction, &deed).await?)
}
