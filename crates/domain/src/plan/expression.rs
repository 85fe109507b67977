//! The value of a field as SQL: its column, or its expression where it has none.

use super::{
    changes::is_logged,
    condition::Conditions,
    sql::{Params, literal, quote},
};
use crate::{
    column::{ColumnType, Dialect},
    expression,
    query::{Deleted, Operand},
};
use kontor_metadata::{
    expr::{Formula, Of, Read, Step, Type},
    model::{Field, FieldType, Module},
};

/// The time that an expression is computed for, where it is not that of the request: a page goes on with the time at
/// which its first page was computed, or records would change places between pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instant {
    /// The moment.
    pub(super) now: Operand,
    /// The day.
    pub(super) today: Operand,
}

/// The rows that an expression is about: modules and aliases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'r> {
    /// The record that the expression belongs to.
    pub(super) record: (&'r Module, &'r str),
    /// The linked record that a `where` is about; the same as the record elsewhere.
    pub(super) linked: (&'r Module, &'r str),
}

impl<'r> Rows<'r> {
    /// The row of a record alone.
    pub(super) fn of(module: &'r Module, alias: &'r str) -> Self {
        Self { record: (module, alias), linked: (module, alias) }
    }
}

impl Conditions<'_> {
    /// The value of a field of the row `alias`, in the representation of [`ColumnType::of`]: null where the caller may not
    /// read it. This is what is selected, filtered, ordered and grouped by.
    pub(super) fn field(
        &mut self,
        params: &mut Params,
        module: &Module,
        alias: &str,
        field: &Field,
        instant: Option<Instant>,
    ) -> String {
        let value = self.value(params, module, alias, field, instant);
        self.shown(params, module, alias, field.id, value)
    }

    /// The same, whatever the caller may read.
    fn value(
        &mut self,
        params: &mut Params,
        module: &Module,
        alias: &str,
        field: &Field,
        instant: Option<Instant>,
    ) -> String {
        if is_logged(module, field) {
            return self.logged(params, module, alias, field);
        }
        match (field.on_read(), ColumnType::of(field)) {
            (Some(formula), Some(ty)) => self.formula(params, Rows::of(module, alias), formula, ty, instant),
            _ => format!("{alias}.{}", quote(&field.column)),
        }
    }

    /// The value of a formula, as a column of this type holds it.
    pub(super) fn formula(
        &mut self,
        params: &mut Params,
        rows: Rows<'_>,
        formula: &Formula,
        ty: ColumnType,
        instant: Option<Instant>,
    ) -> String {
        let reads: Vec<String> = formula.reads.iter().map(|read| self.read(params, rows, read, instant)).collect();
        let uses = |step: &Step| params.dialect == Dialect::Sqlite || formula.steps.contains(step);
        let (uses_now, uses_today) = (uses(&Step::Now), uses(&Step::Today));
        let mut time = |used: bool, operand: Option<Operand>, ty, request: fn(&mut Params) -> String| match operand {
            _ if !used => String::new(),
            Some(operand) => params.operand(operand, ty),
            None => request(params),
        };
        let now = time(uses_now, instant.map(|i| i.now), ColumnType::Timestamp, Params::now);
        let today = time(uses_today, instant.map(|i| i.today), ColumnType::Date, Params::today);
        match params.dialect {
            Dialect::Postgres => expression::fitted(&expression::postgres(&formula.steps, &reads, &now, &today), ty),
            Dialect::Sqlite => {
                let types = formula.reads.iter().map(|read| read.ty).collect();
                let program = literal(&expression::program(&formula.steps, types, ty));
                let operands: Vec<String> = [program, now, today].into_iter().chain(reads).collect();
                format!("kontor_expression({})", operands.join(", "))
            }
        }
    }

    /// A value that a formula reads: of its row, or of the row that a relation leads to. A record that is deleted
    /// (hidden) still counts: what was computed from it does not change because it is put away.
    fn read(&mut self, params: &mut Params, rows: Rows<'_>, read: &Read, instant: Option<Instant>) -> String {
        let (module, alias) = match read.of {
            Of::Record => rows.record,
            Of::Linked => rows.linked,
            Of::Old => unreachable!("expressions about the record before a change are never translated"),
        };
        let value = match read.via.map(|via| module.field(via)) {
            None => self.value(params, module, alias, module.field(read.field), instant),
            Some(relation) => {
                let FieldType::Relation { to, .. } = relation.ty else {
                    unreachable!("typing hops over relations to one module only")
                };
                let target = self.catalog.module(to);
                let other = self.alias();
                let scope = self.confined(params, target, &other, Deleted::Include);
                format!(
                    "(SELECT {other}.{} FROM {} {other} WHERE {other}.\"id\" = {alias}.{} AND {scope})",
                    quote(&target.field(read.field).column),
                    quote(&target.table),
                    quote(&relation.column),
                )
            }
        };
        match (params.dialect, read.ty) {
            (Dialect::Postgres, Type::Number { .. }) => format!("{value}::numeric"),
            (Dialect::Postgres, Type::Text) => format!("({value} COLLATE \"C\")"),
            _ => value,
        }
    }
}
