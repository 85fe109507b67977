//! What a person may ask for: its data, and to be forgotten; and what is kept no longer by itself.

use super::{
    Engine, Run,
    identity::{Arguments, moment},
};
use crate::{
    auth::{Caller, Refusal, Scope},
    files,
};
use async_graphql_value::ConstValue;
use kontor_domain::{
    context::Whose,
    error::StoreError,
    mutation::{self, Erased, ExportPage, Retained, WriteError},
    processes,
};
use kontor_metadata::model::{Action, Module, ModuleId, Trait};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Records, entries and events of a page of an export, unless said otherwise, and at most.
const PAGE: (i64, i64) = (500, 1_000);

/// Stands for this job of the database, of which one gateway does it at a time.
const JOB: i64 = 0x6b6f_6e74_0002;

impl Engine {
    /// Applies the rules of retention of every module; gives those that were about any record.
    ///
    /// # Errors
    /// See [`StoreError`]; what was done by then stays done.
    pub async fn retain(&self) -> Result<Vec<Retained>, StoreError> {
        let snapshot = self.snapshot.load_full();
        if snapshot.catalog.modules.iter().all(|module| module.retention.is_empty()) {
            return Ok(Vec::new());
        }
        // Another gateway that is at it does it for all.
        let mut election = self.store.stand(JOB).await?;
        if let Some(election) = &mut election
            && !election.elected().await?
        {
            return Ok(Vec::new());
        }
        let mut gone = Vec::new();
        let done = mutation::retain(&self.store, &snapshot.writing, false, &mut |keys| gone.extend(keys)).await;
        self.remove_files(&gone).await;
        self.hub.wake();
        done
    }

    async fn remove_files(&self, keys: &[String]) {
        if let Some(files) = self.files.as_ref().filter(|_| !keys.is_empty()) {
            files::remove_all(files, keys).await;
        }
    }
}

impl Run<'_> {
    /// Tells a page of what is kept of a person.
    pub(super) async fn export(&self, given: &Arguments<'_, '_>) -> Result<Value, Refusal> {
        let caller = self.from.caller.as_ref().ok_or(Refusal::NobodySignedIn)?;
        let persons = self.snapshot.catalog.modules.iter().filter(|module| module.has(Trait::Person));
        let named: Vec<(&Module, String)> =
            persons.clone().filter_map(|module| Some((module, given.maybe_text(&module.gql_one)?))).collect();
        let [(module, id)] = named.as_slice() else {
            let names: Vec<String> = persons.map(|module| format!("`{}`", module.gql_one)).collect();
            return Err(Refusal::Input(format!("Name exactly one person: {}.", names.join(", "))));
        };
        self.may(caller, Action::Export)?;
        let first = match given.value("first") {
            Some(ConstValue::Number(number)) => number.as_i64().unwrap_or(PAGE.0),
            _ => PAGE.0,
        };
        if !(1..=PAGE.1).contains(&first) {
            return Err(Refusal::Input(format!("`first` must be from 1 to {}.", PAGE.1)));
        }
        let page = ExportPage {
            after: given.maybe_text("after"),
            first: usize::try_from(first).unwrap_or(1),
            files: self.engine.files.as_ref().map_or_else(String::new, |files| files.base.clone()),
        };
        let context = self.context(caller);
        let mut transaction = self.engine.store.begin(Whose::Organization(caller.org)).await?;
        let person = (module.id, subject(module, id)?);
        let done = mutation::export(&mut transaction, &self.snapshot.writing, &context, person, &page).await;
        let Some(export) = done.map_err(refusal)? else {
            return Err(Refusal::Input(
                "`after` is no cursor of an export: pass on the `endCursor` as it was given.".to_owned(),
            ));
        };
        transaction.commit().await?;
        Ok(json!({"document": export.document, "endCursor": export.next, "hasNextPage": export.next.is_some()}))
    }

    /// Forgets a person.
    pub(super) async fn erase(&self, module: ModuleId, given: &Arguments<'_, '_>) -> Result<Value, Refusal> {
        let caller = self.from.caller.as_ref().ok_or(Refusal::NobodySignedIn)?;
        let module = self.snapshot.catalog.module(module);
        self.may(caller, Action::Erase)?;
        let id = subject(module, &given.text("id"))?;
        let context = self.context(caller);
        let mut transaction = self.engine.store.begin(Whose::Organization(caller.org)).await?;
        transaction.without_time_limit().await?;
        let done = mutation::erase(&mut transaction, &self.snapshot.writing, &context, (module.id, id)).await;
        let erased = done.map_err(refusal)?;
        processes::charge(&mut transaction, &self.snapshot.catalog, caller.org).await.map_err(refusal)?;
        transaction.commit().await?;
        self.engine.hub.wake();
        self.engine.remove_files(&erased.files).await;
        Ok(receipt(module, id, &erased))
    }

    /// What is kept of a person is in records of many modules: a key needs a scope that leaves none out.
    fn may(&self, caller: &Caller, action: Action) -> Result<(), Refusal> {
        let modules = &self.snapshot.catalog.modules;
        let allows = |scope: &Scope| modules.iter().all(|module| scope.allows(&module.name, action));
        if caller.scope().is_none_or(allows) { Ok(()) } else { Err(Refusal::Forbidden) }
    }
}

/// The id of a person; what is no id is that of nobody.
fn subject(module: &Module, id: &str) -> Result<Uuid, Refusal> {
    let unknown = || Refusal::Write(Box::new(WriteError::NotFound { module: module.name.clone() }));
    Uuid::try_parse(id).map_err(|_| unknown())
}

fn refusal(error: WriteError) -> Refusal {
    match error {
        WriteError::Store(error) => Refusal::Store(error),
        other => Refusal::Write(Box::new(other)),
    }
}

fn receipt(module: &Module, id: Uuid, erased: &Erased) -> Value {
    let modules: BTreeSet<&String> = erased.anonymized.keys().chain(erased.deleted.keys()).collect();
    let count = |of: &std::collections::BTreeMap<String, u64>, name: &String| of.get(name).copied().unwrap_or_default();
    let records = modules.into_iter().map(|name| {
        json!({"module": name, "anonymized": count(&erased.anonymized, name), "deleted": count(&erased.deleted, name)})
    });
    json!({
        "id": id,
        "module": module.name,
        "erasedAt": moment(erased.at),
        "records": records.collect::<Vec<_>>(),
        "auditEntries": erased.audit_entries,
        "events": erased.events,
        "answers": erased.answers,
        "files": erased.files.len(),
    })
}
