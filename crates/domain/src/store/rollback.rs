//! Going back to an earlier version of the metadata.

use super::{
    Applied, SetupError, Store, Transaction,
    evolve::{Progress, execute},
    ledger::{self, Version},
};
use crate::{
    context::Whose,
    ddl::{Plan, Schema},
};
use kontor_metadata::{Source, load_sources};

impl Store {
    /// Undoes what was applied behind a version, or the newest: names and types are what they were, and what was taken
    /// away or overwritten is back. What has been added since is hidden, not lost. The database has a new version then,
    /// with the state of that one.
    ///
    /// # Errors
    /// See [`SetupError`]; nothing is half done.
    pub async fn rollback(&self, to: Option<i64>, told: Progress<'_>) -> Result<Applied, SetupError> {
        let turn = self.in_turn().await?;
        self.migrate().await?;
        let undone = self.undo(to, told).await;
        turn.end().await?;
        undone
    }

    async fn undo(&self, to: Option<i64>, told: Progress<'_>) -> Result<Applied, SetupError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        let newest = ledger::newest(&mut transaction).await?;
        let mut at = self.version(&mut transaction, newest.version).await?;
        let (mut steps, mut schema) = (Vec::new(), newest.schema.clone());
        loop {
            let state = at.state();
            if to == Some(state) || (to.is_none() && !steps.is_empty()) {
                break;
            }
            let undone = self.version(&mut transaction, state).await?;
            if state <= 1 || to.is_some_and(|to| to > state) {
                return Err(SetupError::NoSuchVersion(to.unwrap_or(state - 1)));
            }
            steps.extend(undone.undo.ok_or(SetupError::NothingKept(state))?);
            at = self.version(&mut transaction, state - 1).await?;
            schema = back(&newest.schema.after(&steps), &at.ledger.schema);
        }
        let mut plan = Plan { steps, schema };
        transaction.without_time_limit().await?;
        let loaded = at.sources.clone().and_then(|sources| load_sources(sources).ok());
        let Some(loaded) = loaded else { return Err(SetupError::NothingKept(at.state())) };
        let version = newest.version + 1;
        execute(&mut transaction, &plan, version, &loaded.catalog, &mut *told).await?;
        let mut made = ledger::made(version, plan.schema.clone(), &loaded.catalog, Vec::new());
        (made.undo, made.restores) = (None, Some(at.state()));
        ledger::record(&mut transaction, &made).await?;
        self.secure(&mut transaction, &mut plan, &mut *told).await?;
        transaction.commit().await?;
        self.build_indexes(&plan, told).await?;
        Ok(Applied { version, changes: plan.summary() })
    }

    /// The files that a version was made from, by their paths below a folder of packages; of the newest where none is
    /// named.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub async fn sources(&self, version: Option<i64>) -> Result<Vec<Source>, SetupError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        let number = match version {
            Some(version) => version,
            None => ledger::newest(&mut transaction).await?.version,
        };
        let found = self.version(&mut transaction, number).await?;
        transaction.rollback().await?;
        found.sources.ok_or(SetupError::NothingKept(number))
    }

    async fn version(&self, transaction: &mut Transaction<'_>, number: i64) -> Result<Version, SetupError> {
        ledger::find(transaction, number).await?.ok_or(SetupError::NoSuchVersion(number))
    }
}

/// The tables after steps that undo something: what fields follow from is as in the version before.
fn back(after: &Schema, before: &Schema) -> Schema {
    let mut schema = after.clone();
    for (name, table) in &mut schema.tables {
        if let Some(old) = before.tables.get(name) {
            table.follows.clone_from(&old.follows);
        }
    }
    schema
}
