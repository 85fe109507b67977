//! What must be done to a database's tables so that they become those of a catalog.
//!
//! Tables are told apart by their module and columns by their field, so that a new name keeps what is there; what the
//! YAML does not say anything about is never dropped, but reported.

mod columns;
mod indexes;
mod problems;
mod tables;
#[cfg(test)]
mod tests;

use super::{
    desired,
    plan::{Plan, Step},
    schema::{Schema, Table},
};
use kontor_metadata::{Diagnostic, Report, model::Catalog};
use std::collections::BTreeSet;

/// What is allowed beyond what the YAML says, and what is known of the database.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Modules (`Delivery`), fields (`Opportunity.value`) and packages (`shipments`) that may vanish, as if they stood
    /// under `removed:`.
    pub accept: BTreeSet<String>,
    /// Drop what is hidden, after a copy of it was put away for `rollback`.
    pub prune: bool,
    /// Tables without a row, where a value can be demanded that nobody gives.
    pub empty: BTreeSet<String>,
}

/// The steps from tables that are there to those of a catalog; none when they are equal.
///
/// # Errors
/// Every change that would lose data or need data that nobody gave.
pub fn diff(from: &Schema, catalog: &Catalog, terms: &Terms) -> Result<Plan, Report> {
    let to = desired(catalog);
    let mut changes = Changes { catalog, terms, to: &to, steps: Steps::default(), problems: Vec::new() };
    let schema = changes.tables(from);
    match changes.problems {
        problems if problems.is_empty() => Ok(Plan { steps: changes.steps.in_order(), schema }),
        problems => Err(Report::new(problems)),
    }
}

/// The changes as they are found.
struct Changes<'c> {
    catalog: &'c Catalog,
    terms: &'c Terms,
    to: &'c Schema,
    steps: Steps,
    problems: Vec<Diagnostic>,
}

/// A table that stays: as it is, with the names that it will have, and as the catalog wants it.
struct Pair<'p> {
    /// Name that it will have.
    name: &'p str,
    was: Table,
    wanted: &'p Table,
}

/// Steps by kind, each executed when everything is there that it needs: names change first, an index is dropped before
/// its columns change and made after them.
#[derive(Default)]
struct Steps {
    unindexed: Vec<Step>,
    renamed: Vec<Step>,
    created: Vec<Step>,
    added: Vec<Step>,
    altered: Vec<Step>,
    filled: Vec<Step>,
    tightened: Vec<Step>,
    dropped: Vec<Step>,
    indexed: Vec<Step>,
    computed: Vec<Step>,
}

impl Steps {
    fn in_order(self) -> Vec<Step> {
        let Self { unindexed, renamed, created, added, altered, filled, tightened, dropped, indexed, computed } = self;
        [unindexed, renamed, created, added, altered, filled, tightened, dropped, indexed, computed].concat()
    }
}
