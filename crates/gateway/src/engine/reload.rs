//! Other metadata in the place of those that are served.

use super::{Engine, Run, Snapshot};
use crate::{
    auth::{Caller, Refusal},
    packages::Packages,
};
use async_graphql::dynamic::SchemaError;
use kontor_domain::{column::Dialect, context::Whose, error::StoreError, processes};
use kontor_metadata::model::Catalog;
use serde_json::{Value, json};
use std::sync::Arc;

/// Roles of those who look after an organisation.
pub(crate) const ADMINISTRATORS: [&str; 2] = ["admin", "super_admin"];

/// A catalog with all that is made of it, ready to be served.
pub struct Next(Box<Snapshot>);

impl Next {
    /// Makes of a catalog what requests need, which takes milliseconds of computing.
    ///
    /// # Errors
    /// When the schema contradicts itself, which the rules on metadata exclude.
    pub fn of(catalog: Arc<Catalog>, dialect: Dialect) -> Result<Self, SchemaError> {
        Snapshot::new(catalog, dialect).map(|snapshot| Self(Box::new(snapshot)))
    }
}

impl Engine {
    /// The same with somebody who loads the packages.
    #[must_use]
    pub fn with_packages(mut self, packages: Arc<dyn Packages>) -> Self {
        self.packages = Some(packages);
        self
    }

    /// Who loads the packages, if they can be loaded again.
    #[must_use]
    pub fn packages(&self) -> Option<&Arc<dyn Packages>> {
        self.packages.as_ref()
    }

    /// Serves other metadata from now on, whose tables the database has already. Requests that have begun end with those
    /// that they began with; subscriptions go on with the new ones, or end where they do not fit them.
    pub fn adopt(&self, next: Next) {
        let mut snapshot = next.0;
        let mut before = None;
        self.hub.renew(|version| {
            snapshot.version = version;
            before = Some(self.snapshot.swap(Arc::from(snapshot)));
        });
        // Not within, since it takes its time where nobody has it any more.
        drop(before);
    }

    /// Whether a caller looks after the program, not only after an organisation: where there are several, that is for the
    /// role `super_admin` alone. A program needs a key with all rights of its role.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn may_administer(&self, caller: &Caller) -> Result<bool, StoreError> {
        if caller.scope().is_some() || !ADMINISTRATORS.contains(&caller.role.as_str()) {
            return Ok(false);
        }
        if caller.role == "super_admin" {
            return Ok(true);
        }
        let mut transaction = self.store.begin(Whose::Platform).await?;
        let organizations = processes::organization_count(&mut transaction).await?;
        transaction.rollback().await?;
        Ok(organizations <= 1)
    }
}

impl Run<'_> {
    /// Loads the packages anew; tells what came of it.
    pub(super) async fn reload(&self) -> Result<Value, Refusal> {
        let caller = self.from.caller.as_ref().ok_or(Refusal::NobodySignedIn)?;
        if !self.engine.may_administer(caller).await? {
            return Err(Refusal::Forbidden);
        }
        let packages = self.engine.packages.as_ref();
        let packages = packages.ok_or_else(|| Refusal::Input("This server loads no packages anew.".to_owned()))?;
        let status = packages.reload().await;
        let reload = status.last_reload.as_ref().ok_or(Refusal::Failed)?;
        match &reload.problems {
            Some(problems) => Err(Refusal::Metadata(problems.clone())),
            None => {
                let served = &status.metadata;
                Ok(json!({"version": served.version, "hash": served.hash, "changes": reload.changes}))
            }
        }
    }
}
