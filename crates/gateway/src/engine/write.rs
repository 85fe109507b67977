//! Changes of records: from a root field of a mutation to the domain's pipeline.

use super::{
    Run,
    mutate::{Attempt, Failed, Hope},
};
use crate::{
    auth::Caller,
    error,
    inputs::Reader,
    limits,
    lower::{Change, Given, MODULE, Told, Which, Write},
    schema,
};
use async_graphql_value::ConstValue;
use kontor_domain::{
    context::{Asked, Context},
    error::StoreError,
    mutation::{self, Action, Assignment, Becomes, Becoming, Input, Step, WriteError},
    plan::{MOST_SELECTED, Plan},
    query::Operand,
    store::Transaction,
    value::Value,
};
use kontor_metadata::model::{Action as Right, Module, ModuleId, Trait};
use uuid::Uuid;

impl<'a> Run<'a> {
    /// Makes a change, and writes what is told of it.
    pub(super) async fn write(
        &self,
        write: &Write,
        values: &mut [Value],
        attempt: &mut Attempt<'a>,
        body: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        let caller = self.caller()?;
        let mut context = self.context(caller);
        self.permit(write, &context)?;
        if write.of_caller {
            context.rights = None;
        }
        let action = self.action(write, &context, values, attempt).await?;
        let transaction =
            attempt.transaction(&self.engine.store, self.caller()?.org).await.map_err(|e| self.store_failed(&e))?;
        // A record that is removed rather than hidden is read while it is still there.
        let removed = match (&action, &write.told) {
            (Action::Delete { ids, .. }, Told::One(..)) => {
                let module = self.snapshot.catalog.module(write.module);
                Some(ids.clone()).filter(|_| !module.has(Trait::SoftDelete))
            }
            _ => None,
        };
        if let Some(ids) = &removed {
            self.tell(&write.told, ids, values, transaction, body).await?;
        }
        let change = mutation::Change { module: write.module, action };
        let upserts = matches!(write.change, Change::Upsert { .. } | Change::Follow { .. } | Change::Share { .. });
        let done = mutation::execute(transaction, &self.snapshot.writing, &context, change).await;
        let ids = done.map_err(|e| self.write_failed(&e, upserts))?;
        match removed {
            Some(_) => Ok(()),
            None => self.tell(&write.told, &ids, values, transaction, body).await,
        }
    }

    /// Refuses what no record can be found for: a change of many of a module in which the caller may change none, and what
    /// an API key leaves out. What is done to one record the domain judges with the record.
    fn permit(&self, write: &Write, context: &Context) -> Result<(), Failed> {
        let Some(rights) = &context.rights else { return Ok(()) };
        let (module, right) = (write.module, write.change.right());
        let refused = match write.of_caller {
            true => rights.leaves_out(module, right),
            false => write.change.is_of_many() && !(rights.may(module, right) && rights.may(module, Right::Read)),
        };
        match refused {
            true => Err(error::unchangeable(&self.snapshot.catalog, module, right, &self.from.language).into()),
            false => Ok(()),
        }
    }

    pub(super) fn write_failed(&self, error: &WriteError, upserts: bool) -> Failed {
        let hope = match error {
            WriteError::Store(StoreError::Busy) => Hope::Busy,
            WriteError::NotUnique { .. } if upserts => Hope::Made,
            _ => Hope::None,
        };
        Failed::new(error::of_write(&self.snapshot.catalog, error, &self.from.language, &self.from.request_id), hope)
    }

    /// Who writes, and when.
    pub(super) fn context(&self, caller: &Caller) -> Context {
        Context {
            org: caller.org,
            user: Some(caller.user),
            role: caller.role.clone(),
            rights: Some(self.snapshot.rights(Some(caller))),
            language: self.from.language.clone(),
            moment: self.circumstances.moment,
            ip: self.from.address.map(|address| address.to_string()),
            api_key: caller.api_key(),
            operation: self.operation,
        }
    }

    /// What the domain is to do.
    async fn action(
        &self,
        write: &Write,
        context: &Context,
        values: &[Value],
        attempt: &mut Attempt<'a>,
    ) -> Result<Action, Failed> {
        let module = self.snapshot.catalog.module(write.module);
        let expected = |operand: Option<Operand>| match operand.map(|operand| &values[operand.0 as usize]) {
            Some(Value::Integer(version)) => Some(*version),
            _ => None,
        };
        Ok(match &write.change {
            Change::Create(given) => Action::Create(self.inputs((write.module, true), given, context, attempt).await?),
            Change::Upsert { inputs, keys } => Action::Upsert {
                inputs: self.inputs((write.module, true), inputs, context, attempt).await?,
                keys: keys.as_ref().map_or_else(Vec::new, |keys| self.keys(module, keys)),
            },
            Change::Update { which, version, input } => Action::Update {
                ids: self.ids(module, which, context, values, attempt).await?,
                expected_version: expected(*version),
                input: Box::new(
                    self.inputs((write.module, false), input, context, attempt).await?.pop().unwrap_or_default(),
                ),
            },
            Change::Convert { which, version, input } => Action::Convert {
                id: self.ids(module, which, context, values, attempt).await?.first().copied().unwrap_or_default(),
                expected_version: expected(*version),
                becoming: self.becoming(module, input.as_ref(), context, attempt).await?,
            },
            Change::Delete { which, version } => Action::Delete {
                ids: self.ids(module, which, context, values, attempt).await?,
                expected_version: expected(*version),
            },
            Change::Restore(which) => Action::Restore { ids: self.ids(module, which, context, values, attempt).await? },
            Change::Purge(which) => Action::Purge { ids: self.ids(module, which, context, values, attempt).await? },
            Change::Set { which, values: given } => Action::Update {
                ids: self.ids(module, which, context, values, attempt).await?,
                expected_version: None,
                input: Box::new(Input { values: given.clone(), ..Input::default() }),
            },
            Change::Follow { record, target } => self.follow(module, *record, target, values, attempt).await?,
            Change::Share { sharing, level } => self.share(module, sharing, *level, values, attempt).await?,
            Change::Unshare { sharing, which } => {
                self.may_share(sharing, values, attempt).await?;
                Action::Delete { ids: self.ids(module, which, context, values, attempt).await?, expected_version: None }
            }
        })
    }

    /// That the caller follows a record which is there.
    async fn follow(
        &self,
        module: &Module,
        record: Operand,
        target: &Plan,
        values: &[Value],
        attempt: &mut Attempt<'a>,
    ) -> Result<Action, Failed> {
        let caller = self.caller()?;
        let name = self.module_of(target, "record", values, attempt).await?;
        let given = [
            ("user", false, Value::Uuid(caller.user)),
            ("record", true, Value::Text(name)),
            ("record", false, values[record.0 as usize].clone()),
        ];
        Ok(upsert(module, given))
    }

    /// Of which module a record is that is there for the caller, as a plan tells; it is called `what` where it is not.
    pub(super) async fn module_of(
        &self,
        target: &Plan,
        what: &str,
        values: &[Value],
        attempt: &mut Attempt<'a>,
    ) -> Result<String, Failed> {
        let caller = self.caller()?;
        let asked = self.asked(caller);
        let transaction = attempt.transaction(&self.engine.store, caller.org).await;
        let transaction = transaction.map_err(|e| self.store_failed(&e))?;
        let mut found = Vec::new();
        transaction.read(target, &asked, values, &mut found).await.map_err(|e| self.store_failed(&e))?;
        let found: serde_json::Value = serde_json::from_slice(&found).unwrap_or_default();
        let missing = || error::not_found(what, &self.from.language).into();
        found[MODULE].as_str().map(str::to_owned).ok_or_else(missing)
    }

    /// The records that are changed.
    async fn ids(
        &self,
        module: &Module,
        which: &Which,
        context: &Context,
        values: &[Value],
        attempt: &mut Attempt<'a>,
    ) -> Result<Vec<Uuid>, Failed> {
        let selection = match which {
            Which::All(selection) => selection,
            Which::One(operand) => {
                return match &values[operand.0 as usize] {
                    Value::Uuid(id) => Ok(vec![*id]),
                    _ => Err(error::not_found(&module.name, &self.from.language).into()),
                };
            }
        };
        let asked = Asked { org: context.org, user: context.user, moment: context.moment };
        let transaction =
            attempt.transaction(&self.engine.store, self.caller()?.org).await.map_err(|e| self.store_failed(&e))?;
        let ids = transaction.select_ids(selection, &asked, values).await.map_err(|e| self.store_failed(&e))?;
        if ids.len() > MOST_SELECTED {
            let message = format!("The filter finds more than {MOST_SELECTED} records: change fewer at a time.");
            return Err(limits::exceeded("recordsToChange", ids.len() as u64, MOST_SELECTED as u64, message).into());
        }
        Ok(ids)
    }

    /// The records that an argument holds the values of, `new` ones or others.
    async fn inputs(
        &self,
        (module, new): (ModuleId, bool),
        given: &Given,
        context: &Context,
        attempt: &mut Attempt<'a>,
    ) -> Result<Vec<Input>, Failed> {
        let Some(value) = given.value(self.variables) else { return Ok(Vec::new()) };
        let mut reader = Reader {
            catalog: &self.snapshot.catalog,
            types: &self.snapshot.types,
            language: &self.from.language,
            records: &mut attempt.records,
        };
        let argument = Step::Key(given.name.clone());
        let mut record = |path, value| reader.record(module, &given.ty.name, value, path, 1);
        let mut inputs = match (given.ty.list, value.as_ref()) {
            (None, value) => vec![record(vec![argument], value)?],
            (Some(_), ConstValue::List(items)) => items
                .iter()
                .enumerate()
                .map(|(n, value)| record(vec![argument.clone(), Step::Index(n)], value))
                .collect::<Result<_, _>>()?,
            (Some(_), single) => vec![record(vec![argument, Step::Index(0)], single)?],
        };
        self.engine.assign_files(self.request, context, (module, new), &mut inputs, &mut attempt.kept).await?;
        Ok(inputs)
    }

    /// What an argument says of the records that another becomes.
    async fn becoming(
        &self,
        module: &Module,
        given: Option<&Given>,
        context: &Context,
        attempt: &mut Attempt<'a>,
    ) -> Result<Vec<Becoming>, Failed> {
        let value = given.and_then(|given| given.value(self.variables));
        let mut reader = Reader {
            catalog: &self.snapshot.catalog,
            types: &self.snapshot.types,
            language: &self.from.language,
            records: &mut attempt.records,
        };
        let mut becoming = reader.becoming(module, value.as_deref(), &[Step::Key("input".to_owned())])?;
        let targets = module.conversion.iter().flat_map(|conversion| &conversion.targets);
        for (target, Becoming { what, .. }) in targets.zip(&mut becoming) {
            if let Becomes::New(input) = what {
                let new = (target.module, true);
                let inputs = std::slice::from_mut(&mut **input);
                self.engine.assign_files(self.request, context, new, inputs, &mut attempt.kept).await?;
            }
        }
        Ok(becoming)
    }

    /// The unique keys that an argument names.
    fn keys(&self, module: &Module, given: &Given) -> Vec<usize> {
        let value = given.value(self.variables);
        let names = match value.as_deref() {
            Some(ConstValue::List(names)) => names.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        let named = |name: &ConstValue, wanted: &str| match name {
            ConstValue::Enum(name) => name == wanted,
            ConstValue::String(name) => name == wanted,
            _ => false,
        };
        let keys = schema::keys(module).filter(|(_, index)| {
            let key = schema::key_name(module, index);
            names.iter().any(|name| named(name, &key))
        });
        keys.map(|(number, _)| number).collect()
    }

    /// Writes what is told of written records.
    async fn tell(
        &self,
        told: &Told,
        ids: &[Uuid],
        values: &mut [Value],
        transaction: &mut Transaction<'_>,
        body: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        super::told::write(told, ids, values, &self.asked(self.caller()?), transaction, body)
            .await
            .map_err(|e| self.store_failed(&e))
    }
}

/// A record with these values, of which those of a unique key find the one that is there already.
pub(super) fn upsert(module: &Module, given: impl IntoIterator<Item = (&'static str, bool, Value)>) -> Action {
    let assignment = |(name, is_type, value)| Some(Assignment { field: module.find(name)?.id, is_type, value });
    let input = Input { values: given.into_iter().filter_map(assignment).collect(), ..Input::default() };
    Action::Upsert { inputs: vec![input], keys: Vec::new() }
}
