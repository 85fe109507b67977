//! Mutations: one transaction, all or nothing.

use super::Run;
use crate::{
    auth::Caller,
    error::{self, Error},
    files::Kept,
    inputs::Reader,
    lower::{Action, Change, Given, Prepared, Told, Write},
};
use async_graphql_value::ConstValue;
use kontor_domain::{
    context::Context,
    mutation::{self, Action as Do, Input, Step, WriteError},
    query::Operand,
    store::Transaction,
    value::Value,
};
use kontor_metadata::model::{Module, ModuleId, Trait};
use uuid::Uuid;

impl Run<'_> {
    /// Runs the root fields of a mutation one after the other in one transaction: all succeed, or none does.
    pub(super) async fn mutate(
        &self,
        prepared: &Prepared,
        mut values: Vec<Value>,
        body: &mut Vec<u8>,
        errors: &mut Vec<Error>,
    ) -> bool {
        let mut transaction = None;
        let mut kept = Kept::default();
        for (n, root) in prepared.roots.iter().enumerate() {
            body.extend_from_slice(&root.prefix);
            let done = match (self.in_time(n), &root.action) {
                (Err(error), _) => Err(error),
                (Ok(()), Action::Login { email, password, parts }) => {
                    self.login(&values, transaction.as_mut(), (*email, *password), parts, prepared, body).await
                }
                (Ok(()), Action::Write(write)) => {
                    self.write(write, &mut values, &mut transaction, &mut kept, body).await
                }
                (Ok(()), _) => self.read(root, &values, body).await,
            };
            if let Err(error) = done {
                errors.push(error.at(root.pos).under(&root.key));
                // Dropping it would roll back too, but at the price of the connection.
                if let Some(transaction) = transaction
                    && let Err(error) = transaction.rollback().await
                {
                    tracing::warn!(error = error::chain(&error), "a transaction was not rolled back in order");
                }
                return false;
            }
        }
        kept.release();
        if let Some(transaction) = transaction
            && let Err(error) = transaction.commit().await
        {
            errors.push(error::of_store(&error, &self.from.request_id));
            return false;
        }
        true
    }

    async fn write<'s>(
        &'s self,
        write: &Write,
        values: &mut [Value],
        transaction: &mut Option<Transaction<'s>>,
        kept: &mut Kept,
        body: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let Write { module, change, told: Told::One(plan, written) } = write;
        let caller = self.caller()?;
        let failed = |e: &kontor_domain::error::StoreError| error::of_store(e, &self.from.request_id);
        let transaction = match transaction {
            Some(open) => open,
            none => none.insert(self.engine.store.begin().await.map_err(|e| failed(&e))?),
        };
        let context = self.context(caller);
        let of_module = self.snapshot.catalog.module(*module);
        // A record that is removed rather than hidden is read while it is still there.
        let removes = matches!(change, Change::Delete { .. }) && !of_module.has(Trait::SoftDelete);
        let action = match change {
            Change::Create(given) => {
                let mut inputs = self.inputs(*module, given);
                self.engine.assign_files(self.request, &context, of_module, &mut inputs, kept).await?;
                Ok(Do::Create(inputs))
            }
            Change::Update { id, version: expected, input } => {
                let input = Box::new(self.inputs(*module, input).pop().unwrap_or_default());
                one(values, *id, of_module).map(|id| Do::Update {
                    ids: vec![id],
                    expected_version: version(values, *expected),
                    input,
                })
            }
            Change::Delete { id, version: expected } => one(values, *id, of_module)
                .map(|id| Do::Delete { ids: vec![id], expected_version: version(values, *expected) }),
        };
        let action = action.map_err(|e| error::of_write(&e, &self.from.request_id))?;
        if let (true, Do::Delete { ids, .. }) = (removes, &action) {
            values[written.0 as usize] = ids.first().copied().map_or(Value::Null, Value::Uuid);
            transaction.read(plan, &self.asked(caller), values, body).await.map_err(|e| failed(&e))?;
        }
        let change = mutation::Change { module: *module, action };
        let done = mutation::execute(transaction, &self.snapshot.writing, &context, change).await;
        let ids = done.map_err(|e| error::of_write(&e, &self.from.request_id))?;
        let Some(id) = ids.into_iter().next().filter(|_| !removes) else { return Ok(()) };
        values[written.0 as usize] = Value::Uuid(id);
        transaction.read(plan, &self.asked(caller), values, body).await.map_err(|e| failed(&e))
    }

    /// Who writes, and when.
    fn context(&self, caller: &Caller) -> Context {
        Context {
            org: caller.org,
            user: caller.user,
            role: caller.role.clone(),
            language: self.from.language.clone(),
            moment: self.circumstances.moment,
            ip: None,
            api_key: None,
            operation: self.operation,
        }
    }

    /// The records that an argument holds the values of.
    fn inputs(&self, module: ModuleId, given: &Given) -> Vec<Input> {
        let Some(value) = given.value(self.variables) else { return Vec::new() };
        let reader =
            Reader { catalog: &self.snapshot.catalog, types: &self.snapshot.types, language: &self.from.language };
        let argument = Step::Key(given.name.clone());
        let record = |path, value| reader.record(module, &given.ty.name, value, path);
        match (given.ty.list, value.as_ref()) {
            (None, value) => vec![record(vec![argument], value)],
            (Some(_), ConstValue::List(items)) => items
                .iter()
                .enumerate()
                .map(|(n, value)| record(vec![argument.clone(), Step::Index(n)], value))
                .collect(),
            (Some(_), single) => vec![record(vec![argument, Step::Index(0)], single)],
        }
    }
}

/// The id that an operand holds.
fn one(values: &[Value], operand: Operand, module: &Module) -> Result<Uuid, WriteError> {
    match &values[operand.0 as usize] {
        Value::Uuid(id) => Ok(*id),
        _ => Err(WriteError::NotFound { module: module.name.clone() }),
    }
}

/// The version that a record must have.
fn version(values: &[Value], operand: Option<Operand>) -> Option<i64> {
    match operand.map(|operand| &values[operand.0 as usize]) {
        Some(Value::Integer(version)) => Some(*version),
        _ => None,
    }
}
