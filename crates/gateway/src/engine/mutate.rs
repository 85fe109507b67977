//! Mutations: one transaction, all or nothing.

use super::Run;
use crate::{
    auth::{Caller, Scope},
    error::{self, Code, Error},
    files::Kept,
    lower::{Action, Prepared},
};
use kontor_domain::{
    context::Whose,
    error::StoreError,
    processes::{self, Repeatable},
    store::{Store, Transaction},
    value::Value,
};
use rand::Rng as _;
use std::time::Duration;
use uuid::Uuid;

/// Most attempts at an operation.
pub(super) const MOST_ATTEMPTS: u32 = 5;

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
    pub(super) async fn transaction(
        &mut self,
        store: &'s Store,
        org: Uuid,
    ) -> Result<&mut Transaction<'s>, StoreError> {
        match &mut self.transaction {
            Some(open) => Ok(open),
            none => Ok(none.insert(store.begin(Whose::Organization(org)).await?)),
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

/// How a mutation was done.
pub(super) enum Done {
    /// Now.
    Now,
    /// Before, when this was answered.
    Before(String),
}

/// Why an attempt failed, and whether another may fare better.
pub(super) struct Failed {
    error: Error,
    hope: Hope,
}

/// Whether another attempt may succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hope {
    /// It would fail again.
    None,
    /// Another transaction was in the way.
    Busy,
    /// Another transaction has made the record that an upsert was about to create.
    Made,
}

impl Failed {
    pub(super) fn new(error: Error, hope: Hope) -> Self {
        Self { error, hope }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, hope: Hope::None }
    }
}

impl<'a> Run<'a> {
    /// Runs the root fields of a mutation in one transaction: all succeed, or none does. What other transactions were in
    /// the way of is tried again as a whole. One that has done its work in time is committed, however long that takes:
    /// nobody is told of a failure that was none.
    pub(super) async fn mutate(
        &self,
        prepared: &Prepared,
        mut values: Vec<Value>,
        body: &mut Vec<u8>,
    ) -> Result<Done, Error> {
        self.may_write()?;
        let repeatable = self.repeatable(prepared);
        let start = body.len();
        let (mut attempts, mut made) = (1, false);
        loop {
            let Failed { error, hope } = match self.attempt(prepared, repeatable.as_ref(), &mut values, body).await {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            };
            match hope {
                Hope::Busy if attempts < MOST_ATTEMPTS => {
                    tokio::time::sleep(pause(attempts)).await;
                    attempts += 1;
                }
                Hope::Made if !made => made = true,
                _ => return Err(error),
            }
            body.truncate(start);
        }
    }

    /// An API key whose scope has no action but reading changes nothing, whatever it is.
    fn may_write(&self) -> Result<(), Error> {
        let scope = self.from.caller.as_ref().and_then(Caller::scope);
        match scope.is_none_or(Scope::writes) {
            true => Ok(()),
            false => Err(Error::new(Code::Forbidden, "This API key may only read.")),
        }
    }

    async fn attempt(
        &self,
        prepared: &Prepared,
        repeatable: Option<&Repeatable>,
        values: &mut [Value],
        body: &mut Vec<u8>,
    ) -> Result<Done, Failed> {
        let mut attempt = Attempt::default();
        let once = self.in_time(Box::pin(self.once(prepared, repeatable, values, &mut attempt, body))).await;
        let Some(done) = once else {
            // Its connection may be in the middle of a statement: what is dropped is cancelled and rolled back.
            drop(attempt);
            return Err(self.late().into());
        };
        if prepared.dry_run || !matches!(done, Ok(Done::Now)) {
            attempt.undo().await;
            return done;
        }
        let Attempt { transaction, kept, .. } = attempt;
        kept.release();
        if let Some(transaction) = transaction {
            transaction.commit().await.map_err(|e| self.store_failed(&e))?;
            self.engine.hub.wake();
        }
        Ok(Done::Now)
    }

    /// Runs the root fields, unless they have been run before; what they answer is kept where they may come again.
    async fn once(
        &self,
        prepared: &Prepared,
        repeatable: Option<&Repeatable>,
        values: &mut [Value],
        attempt: &mut Attempt<'a>,
        body: &mut Vec<u8>,
    ) -> Result<Done, Failed> {
        let Some(request) = repeatable else {
            return self.fields(prepared, values, attempt, body).await.map(|()| Done::Now);
        };
        let transaction =
            attempt.transaction(&self.engine.store, self.caller()?.org).await.map_err(|e| self.store_failed(&e))?;
        if let Some(answer) = self.claim(transaction, request).await? {
            return Ok(Done::Before(answer));
        }
        self.fields(prepared, values, attempt, body).await?;
        let mut answer = body.clone();
        super::close(prepared, &mut answer);
        answer.push(b'}');
        let answer = String::from_utf8(answer).map_err(|_| Error::internal(&self.from.request_id))?;
        let transaction =
            attempt.transaction(&self.engine.store, self.caller()?.org).await.map_err(|e| self.store_failed(&e))?;
        let stored = processes::store_answer(transaction, request, answer).await;
        stored.map(|()| Done::Now).map_err(|e| self.store_failed(&e))
    }

    /// Runs the root fields one after the other.
    async fn fields(
        &self,
        prepared: &Prepared,
        values: &mut [Value],
        attempt: &mut Attempt<'a>,
        body: &mut Vec<u8>,
    ) -> Result<(), Failed> {
        for root in &prepared.roots {
            body.extend_from_slice(&root.prefix);
            let done = match &root.action {
                Action::Write(write) => self.write(write, values, attempt, body).await,
                _ => self.read(root, values, body).await.map_err(Failed::from),
            };
            done.map_err(|Failed { error, hope }| Failed { error: error.at(root.pos).under(&root.key), hope })?;
        }
        self.charge(attempt).await
    }

    /// Holds the records that were made against what the organization's plan allows.
    async fn charge(&self, attempt: &mut Attempt<'a>) -> Result<(), Failed> {
        let Some(transaction) = &mut attempt.transaction else { return Ok(()) };
        let charged = processes::charge(transaction, &self.snapshot.catalog, self.caller()?.org).await;
        charged.map_err(|error| self.write_failed(&error, false))
    }

    pub(super) fn store_failed(&self, error: &StoreError) -> Failed {
        let hope = if matches!(error, StoreError::Busy) { Hope::Busy } else { Hope::None };
        Failed { error: error::of_store(error, &self.from.request_id), hope }
    }
}

/// How long to wait behind so many attempts: longer each time, and at random, so that two that met do not meet again.
pub(super) fn pause(attempts: u32) -> Duration {
    let longest = (10 << attempts).min(200);
    Duration::from_millis(rand::rng().random_range(10..=longest))
}
