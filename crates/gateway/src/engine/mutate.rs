//! Mutations: one transaction, all or nothing.

use super::Run;
use crate::{
    error::{self, Error},
    files::Kept,
    lower::{Action, Prepared},
};
use kontor_domain::{
    error::StoreError,
    store::{Store, Transaction},
    value::Value,
};

/// What an attempt holds until it is committed.
#[derive(Default)]
pub(super) struct Attempt<'s> {
    transaction: Option<Transaction<'s>>,
    /// Files of its records.
    pub(super) kept: Kept,
    /// Inputs of records so far.
    pub(super) records: usize,
}

impl<'s> Attempt<'s> {
    /// The one transaction, which begins when it is first wanted.
    pub(super) async fn transaction(&mut self, store: &'s Store) -> Result<&mut Transaction<'s>, StoreError> {
        match &mut self.transaction {
            Some(open) => Ok(open),
            none => Ok(none.insert(store.begin().await?)),
        }
    }

    /// Undoes it all. Dropping it would do so too, but at the price of the connection.
    async fn undo(self) {
        if let Some(transaction) = self.transaction
            && let Err(error) = transaction.rollback().await
        {
            tracing::warn!(error = error::chain(&error), "a transaction was not rolled back in order");
        }
    }
}

impl<'a> Run<'a> {
    /// Runs the root fields of a mutation in one transaction: all succeed, or none does.
    pub(super) async fn mutate(
        &self,
        prepared: &Prepared,
        mut values: Vec<Value>,
        body: &mut Vec<u8>,
        errors: &mut Vec<Error>,
    ) -> bool {
        let mut attempt = Attempt::default();
        if let Err(error) = self.fields(prepared, &mut values, &mut attempt, body).await {
            errors.push(error);
            attempt.undo().await;
            return false;
        }
        if prepared.dry_run {
            attempt.undo().await;
            return true;
        }
        let Attempt { transaction, kept, .. } = attempt;
        kept.release();
        if let Some(transaction) = transaction
            && let Err(error) = transaction.commit().await
        {
            errors.push(self.store_failed(&error));
            return false;
        }
        true
    }

    /// Runs the root fields one after the other.
    async fn fields(
        &self,
        prepared: &Prepared,
        values: &mut [Value],
        attempt: &mut Attempt<'a>,
        body: &mut Vec<u8>,
    ) -> Result<(), Error> {
        for (n, root) in prepared.roots.iter().enumerate() {
            body.extend_from_slice(&root.prefix);
            let done = match (self.in_time(n), &root.action) {
                (Err(error), _) => Err(error),
                (Ok(()), Action::Login { email, password, parts }) => {
                    let open = attempt.transaction.as_mut();
                    self.login(values, open, (*email, *password), parts, prepared, body).await
                }
                (Ok(()), Action::Write(write)) => self.write(write, values, attempt, body).await,
                (Ok(()), _) => self.read(root, values, body).await,
            };
            done.map_err(|error| error.at(root.pos).under(&root.key))?;
        }
        Ok(())
    }
}
