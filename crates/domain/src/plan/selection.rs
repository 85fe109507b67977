//! Records by their ids: those that a filter finds, which a change of many begins with, and those of some that meet a
//! condition of the metadata.

use super::{
    Statement,
    condition::Conditions,
    expression::Rows,
    sql::{Params, Source, quote},
};
use crate::{
    column::{ColumnType, Dialect},
    query::{Deleted, Filter, Operand},
    rights::Rights,
};
use kontor_metadata::{
    expr::Formula,
    model::{Action, Catalog, FieldId, ModuleId, Retention, RetentionAction},
};

/// Most records that one change by filter may find.
pub const MOST_SELECTED: usize = 1_000_000;

/// Most records that a selection of those that are kept no longer gives.
pub const MOST_DUE: usize = 50;

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

/// Compiles the selection of the records of a module that a filter finds and the caller may read and do something with, in
/// order of their ids. Tenancy is applied here as for every plan.
#[must_use]
pub fn select_ids(
    catalog: &Catalog,
    dialect: Dialect,
    (rights, action): (&Rights, Action),
    module: ModuleId,
    filter: &Filter,
    deleted: Deleted,
    lock: Lock,
) -> Selection {
    let mut params = Params::new(dialect);
    let mut conditions = Conditions::new(catalog, rights);
    conditions.looks_at_all = true;
    let of = catalog.module(module);
    let mut scope = conditions.scope(&mut params, of, "t0", deleted);
    if let Some(reach) = rights.reach(catalog, module, action).filter(|_| action != Action::Read) {
        scope = format!("{scope} AND {}", conditions.permitted(&mut params, module, "t0", &reach));
    }
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

/// Compiles the selection of those of some records, deleted or not, that the caller may do something with, and do it to
/// all of some fields. Their ids are the first value.
#[must_use]
pub fn select_permitted(
    catalog: &Catalog,
    dialect: Dialect,
    rights: &Rights,
    module: ModuleId,
    action: Action,
    fields: &[FieldId],
) -> Selection {
    let mut params = Params::new(dialect);
    let mut conditions = Conditions::new(catalog, rights);
    let of = catalog.module(module);
    let mut condition = params.is_one_of("t0.\"id\"", Operand(0), ColumnType::Uuid);
    condition = format!("{condition} AND {}", conditions.scope(&mut params, of, "t0", Deleted::Include));
    let of_action = rights.reach(catalog, module, action).filter(|_| action != Action::Read);
    let of_fields = fields.iter().filter_map(|field| rights.reach_of_field(catalog, module, *field, action));
    for reach in of_action.into_iter().chain(of_fields) {
        condition = format!("{condition} AND {}", conditions.permitted(&mut params, module, "t0", &reach));
    }
    let sql = format!("SELECT t0.\"id\" FROM {} t0 WHERE {condition}", quote(&of.table));
    Selection { statement: Statement { sql: sql.into(), params: params.list } }
}

/// Compiles the selection of those of some records, not deleted, for which a condition holds. Nobody is kept from changing
/// them.
#[must_use]
pub fn select_among(
    catalog: &Catalog,
    dialect: Dialect,
    module: ModuleId,
    ids: Operand,
    condition: &Formula,
) -> Selection {
    let mut params = Params::new(dialect);
    let mut conditions = Conditions::of_program(catalog);
    let of = catalog.module(module);
    let among = params.is_one_of("t0.\"id\"", ids, ColumnType::Uuid);
    let scope = conditions.scope(&mut params, of, "t0", Deleted::Exclude);
    let condition = conditions.formula(&mut params, Rows::of(of, "t0"), condition, ColumnType::Boolean, None);
    let holds = match dialect {
        Dialect::Postgres => condition,
        Dialect::Sqlite => format!("{condition} = 1"),
    };
    let sql = format!(
        "SELECT t0.\"id\" FROM {} t0 WHERE {among} AND {scope} AND {holds} ORDER BY t0.\"id\"",
        quote(&of.table)
    );
    Selection { statement: Statement { sql: sql.into(), params: params.list } }
}

/// Compiles the selection of the next records that a rule of retention is about: those from before a moment or day, the
/// first value, whose ids are behind the second, in order of their ids, at most [`MOST_DUE`]. They are locked, and such
/// that others have locked are left out, so that what holds now still holds when they go.
#[must_use]
pub fn select_due(catalog: &Catalog, dialect: Dialect, module: ModuleId, rule: &Retention) -> Selection {
    let mut params = Params::new(dialect);
    let mut conditions = Conditions::of_program(catalog);
    let of = catalog.module(module);
    let deleted = if rule.action == RetentionAction::Delete { Deleted::Exclude } else { Deleted::Include };
    let mut condition = conditions.scope(&mut params, of, "t0", deleted);
    let since = of.field(rule.of);
    let before = params.operand(Operand(0), ColumnType::of(since).unwrap_or(ColumnType::Timestamp));
    condition.push_str(&format!(" AND t0.{} < {before}", quote(&since.column)));
    condition.push_str(&format!(" AND t0.\"id\" > {}", params.operand(Operand(1), ColumnType::Uuid)));
    if rule.action == RetentionAction::Erase {
        condition.push_str(" AND t0.\"erased_at\" IS NULL");
    }
    if let Some(formula) = &rule.condition {
        let holds = conditions.formula(&mut params, Rows::of(of, "t0"), formula, ColumnType::Boolean, None);
        let holds = if dialect == Dialect::Sqlite { format!("{holds} = 1") } else { holds };
        condition.push_str(&format!(" AND {holds}"));
    }
    let lock = if dialect == Dialect::Postgres { " FOR UPDATE OF t0 SKIP LOCKED" } else { "" };
    let sql = format!(
        "SELECT t0.\"id\" FROM {} t0 WHERE {condition} ORDER BY t0.\"id\" LIMIT {MOST_DUE}{lock}",
        quote(&of.table),
    );
    Selection { statement: Statement { sql: sql.into(), params: params.list } }
}
