//! Mutations: one transaction, all or nothing.

use super::Run;
use crate::{
    error::{self, Error},
    files::Kept,
    lower::{Action, Change, Column, Prepared, Root},
};
use kontor_domain::{
    context::Context,
    mutation::{self, Action as Write, Assignment, Input, Step, WriteError},
    query::Operand,
    store::Transaction,
    value::Value,
};
use kontor_metadata::model::{ModuleId, Trait};
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
                (Ok(()), Action::Write { .. }) => {
                    self.write(root, &mut values, &mut transaction, &mut kept, body).await
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

    async fn execute(
        &self,
        transaction: &mut Transaction<'_>,
        context: &Context,
        module: ModuleId,
        action: Write,
    ) -> Result<Vec<Uuid>, WriteError> {
        let change = mutation::Change { module, action };
        mutation::execute(transaction, &self.snapshot.writing, context, change).await
    }

    async fn write<'s>(
        &'s self,
        root: &Root,
        values: &mut [Value],
        transaction: &mut Option<Transaction<'s>>,
        kept: &mut Kept,
        body: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let Action::Write { change, module, plan, written } = &root.action else { return Ok(()) };
        let caller = self.caller()?;
        let failed = |e: &kontor_domain::error::StoreError| error::of_store(e, &self.from.request_id);
        let transaction = match transaction {
            Some(open) => open,
            none => none.insert(self.engine.store.begin().await.map_err(|e| failed(&e))?),
        };
        let context = Context {
            org: caller.org,
            user: caller.user,
            role: caller.role.clone(),
            language: self.from.language.clone(),
            moment: self.circumstances.moment,
            ip: None,
            api_key: None,
            operation: self.operation,
        };
        let catalog = &self.snapshot.catalog;
        let of_module = *module;
        let module = catalog.module(*module);
        let id = |values: &[Value], operand: &Operand| match &values[operand.0 as usize] {
            Value::Uuid(id) => Ok(*id),
            _ => Err(WriteError::NotFound { module: module.name.clone() }),
        };
        let version = |values: &[Value], operand: &Option<Operand>| match operand.map(|o| &values[o.0 as usize]) {
            Some(Value::Integer(version)) => Some(*version),
            _ => None,
        };
        // A record that is removed rather than hidden is read while it is still there.
        let removes = matches!(change, Change::Delete { .. }) && !module.has(Trait::SoftDelete);
        let done = match change {
            Change::Create(columns) => {
                let mut given = assignments(columns, values);
                if module.has(Trait::File) {
                    self.engine.assign_file(self.request, &context, module, &mut given, kept).await?;
                }
                self.execute(transaction, &context, of_module, Write::Create(vec![filled(given)])).await
            }
            Change::Update { id: which, version: expected, columns } => match id(values, which) {
                Ok(id) => {
                    let given = assignments(columns, values);
                    let update = Write::Update {
                        ids: vec![id],
                        expected_version: version(values, expected),
                        input: Box::new(filled(given)),
                    };
                    self.execute(transaction, &context, of_module, update).await
                }
                Err(error) => Err(error),
            },
            Change::Delete { id: which, version: expected } => match id(values, which) {
                Ok(id) => {
                    if removes {
                        values[written.0 as usize] = Value::Uuid(id);
                        transaction.read(plan, &self.asked(caller), values, body).await.map_err(|e| failed(&e))?;
                    }
                    let expected = version(values, expected);
                    let delete = Write::Delete { ids: vec![id], expected_version: expected };
                    self.execute(transaction, &context, of_module, delete).await
                }
                Err(error) => Err(error),
            },
        };
        let ids = done.map_err(|e| error::of_write(&e, &self.from.request_id))?;
        let Some(id) = ids.into_iter().next().filter(|_| !removes) else { return Ok(()) };
        values[written.0 as usize] = Value::Uuid(id);
        transaction.read(plan, &self.asked(caller), values, body).await.map_err(|e| failed(&e))
    }
}

/// The values of one record, the argument `input`.
fn filled(values: Vec<Assignment>) -> Input {
    Input { path: vec![Step::Key("input".to_owned())], values, ..Input::default() }
}

fn assignments(columns: &[Column], values: &[Value]) -> Vec<Assignment> {
    columns
        .iter()
        .map(|c| Assignment { field: c.field, is_type: c.is_type, value: values[c.operand.0 as usize].clone() })
        .collect()
}
