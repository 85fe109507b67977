//! The records that a filter finds, by their ids: what a change of many begins with.

use super::{
    Statement,
    condition::Conditions,
    sql::{Params, Source, quote},
};
use crate::{
    column::Dialect,
    query::{Deleted, Filter},
};
use kontor_metadata::model::{Catalog, ModuleId};

/// Most records that one change by filter may find.
pub const MOST_SELECTED: usize = 1_000_000;

/// How the records that are found are kept from other transactions; SQLite has one writer at a time anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Others may go on to link to them.
    Change,
    /// Not even that: they are about to go.
    Removal,
}

/// A compiled selection, see [`crate::store::Transaction::select_ids`].
#[derive(Debug)]
pub struct Selection {
    /// Gives a column of ids, at most one more than [`MOST_SELECTED`].
    pub statement: Statement,
}

impl Selection {
    /// Whether it computes with the day that it is, which depends on a time zone.
    #[must_use]
    pub fn wants_today(&self) -> bool {
        self.statement.params.iter().any(|param| param.source == Source::Today)
    }
}

/// Compiles the selection of the records of a module that a filter finds, in order of their ids. Tenancy is applied here as
/// for every plan.
#[must_use]
pub fn select_ids(
    catalog: &Catalog,
    dialect: Dialect,
    module: ModuleId,
    filter: &Filter,
    deleted: Deleted,
    lock: Lock,
) -> Selection {
    let mut params = Params::new(dialect);
    let mut conditions = Conditions::new(catalog);
    conditions.looks_at_all = true;
    let of = catalog.module(module);
    let scope = conditions.scope(&mut params, of, "t0", deleted);
    let condition = conditions.filter(&mut params, module, "t0", filter);
    let lock = match (dialect, lock) {
        (Dialect::Postgres, Lock::Change) => " FOR NO KEY UPDATE OF t0",
        (Dialect::Postgres, Lock::Removal) => " FOR UPDATE OF t0",
        (Dialect::Sqlite, _) => "",
    };
    let sql = format!(
        "SELECT t0.\"id\" FROM {} t0 WHERE {scope} AND {condition} ORDER BY t0.\"id\" LIMIT {}{lock}",
        quote(&of.table),
        MOST_SELECTED + 1,
    );
    Selection { statement: Statement { sql: sql.into(), params: params.list } }
}
