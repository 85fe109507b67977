//! The one way to write a record, whoever writes it.
//!
//! [`execute`] takes a [`Change`] through the pipeline, inside the caller's transaction: values that are given, copied,
//! defaulted and normalised → what is computed from them → every rule that they break, all at once → SQL → what follows
//! in other records (roll-ups, fields computed over relations, links of what is deleted) → the two logs. Statements take
//! up to a thousand records each.
//!
//! Reading order: [`Input`], `create`, `update`, `convert`, `settle` (what a record becomes, and whether it may), `linked` (what it
//! looks at in other records), `rows` (SQL), `stale` and `propagate` (what follows), `history`, `remove`, `journal`,
//! `recompute`, `backfill`; `person` and `retention` (the end of what is kept).

mod autonumber;
mod backfill;
mod bulk;
mod conflict;
mod connect;
mod consent;
mod convert;
mod create;
mod dependents;
mod eligible;
pub(crate) mod encoding;
mod error;
mod history;
mod input;
mod journal;
mod junction;
mod layout;
mod linked;
mod message;
mod normal;
mod orphans;
mod permit;
mod person;
mod picklist;
mod propagate;
mod recompute;
mod remove;
mod restore;
mod retention;
mod rollup;
mod rows;
mod session;
mod settle;
mod shape;
mod stale;
mod unique;
mod update;
mod upsert;
mod validate;

pub(crate) use backfill::backfill;
pub use bulk::insert_rows;
pub use error::{ChangedSince, InTheWay, WriteError};
pub use input::{Action, Assignment, Becomes, Becoming, Change, Input, Links, Step};
pub use message::Violation;
pub use orphans::{Orphan, orphans};
pub use person::{Erased, Export, ExportPage, erase, export};
pub use recompute::{Difference, Looked, recompute, verify};
pub use retention::{Retained, retain};

use crate::{column::Dialect, context::Context, store::Transaction};
use dependents::Graph;
use history::Histories;
use kontor_metadata::model::{Catalog, FieldId, Module};
use layout::Layout;
use remove::End;
use session::Session;
use std::sync::Arc;
use uuid::Uuid;

/// What the pipeline works out once per catalog.
#[derive(Debug)]
pub struct Writing {
    catalog: Arc<Catalog>,
    /// By module.
    layouts: Vec<Layout>,
    graph: Graph,
    histories: Histories,
}

impl Writing {
    /// Prepares writing the records of a catalog.
    #[must_use]
    pub fn new(catalog: Arc<Catalog>, dialect: Dialect) -> Self {
        let layouts = catalog.modules.iter().map(Layout::of).collect();
        let graph = Graph::of(&catalog, dialect);
        let histories = Histories::of(&catalog);
        Self { catalog, layouts, graph, histories }
    }

    /// The catalog that it was worked out for.
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What of a module is stored and follows from something else: computed fields and roll-ups.
    fn derived(&self, module: &Module) -> Vec<FieldId> {
        let rollups = self.graph.rollups[usize::from(module.id.0)].keys();
        module.computed.iter().chain(rollups).copied().collect()
    }
}

/// Makes a change inside the caller's transaction; gives the ids of the records, in the order of the inputs.
///
/// # Errors
/// See [`WriteError`]; every broken rule is named at once. Then the transaction is to be rolled back.
pub async fn execute(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    context: &Context,
    change: Change,
) -> Result<Vec<Uuid>, WriteError> {
    let module = writing.catalog.module(change.module);
    let made = make(&mut *transaction, writing, context, change).await;
    // What the database refuses may show with a later statement.
    let settled = match made {
        Ok(ids) => transaction.settle().await.map(|()| ids).map_err(WriteError::Store),
        Err(error) => Err(error),
    };
    settled.map_err(|error| match error {
        WriteError::Store(error) => rows::refused_later(&writing.catalog, module, error),
        other => other,
    })
}

async fn make(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    context: &Context,
    change: Change,
) -> Result<Vec<Uuid>, WriteError> {
    let mut session = Session::new(transaction, writing, context);
    let module = session.module(change.module);
    let written = match change.action {
        Action::Create(inputs) => create::create(&mut session, module, inputs).await?,
        Action::Update { ids, expected_version, input } => {
            update::update(&mut session, module, &ids, expected_version, &input).await?;
            ids
        }
        Action::Convert { id, expected_version, becoming } => {
            convert::convert(&mut session, module, id, expected_version, becoming).await?
        }
        Action::Upsert { inputs, keys } => upsert::upsert(&mut session, module, inputs, &keys).await?,
        Action::Delete { ids, expected_version } => {
            remove::delete(&mut session, module, &ids, expected_version, End::Delete).await?;
            ids
        }
        Action::Restore { ids } => {
            remove::restore(&mut session, module, &ids).await?;
            ids
        }
        Action::Purge { ids } => {
            remove::delete(&mut session, module, &ids, None, End::Purge).await?;
            ids
        }
    };
    session.check()?;
    propagate::propagate(&mut session).await?;
    journal::flush(&mut session).await?;
    Ok(written)
}
