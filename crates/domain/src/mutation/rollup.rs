//! Roll-ups as SQL: one statement computes a roll-up for many records, from what is in the database at that moment.

use super::dependents::Counted;
use crate::{
    column::{ColumnType, Dialect},
    context::Context,
    error::StoreError,
    plan::{Param, RolledUp, rolled_up},
    store::{Args, Transaction},
    value::Value,
};
use kontor_metadata::{
    expr::Of,
    model::{Catalog, Connection, ConnectionId, Field, FieldId, Module, ModuleId, Via},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A roll-up, ready to be computed.
#[derive(Debug)]
pub(super) struct RollupQuery {
    statement: RolledUp,
    connection: Connection,
    /// Representation of the result.
    ty: ColumnType,
    /// What it is when there is nothing to roll up.
    pub(super) empty: Value,
    /// Fields of its own record that its condition reads.
    pub(super) own_reads: BTreeSet<FieldId>,
}

/// The roll-up of a field, if it has one.
pub(super) fn query(catalog: &Catalog, module: &Module, field: &Field, dialect: Dialect) -> Option<RollupQuery> {
    let rollup = field.logic.rollup.as_ref()?;
    let connection = module.connections.iter().find(|connection| connection.name == rollup.connection)?;
    let ty = ColumnType::of(field)?;
    let empty = match (rollup.function.as_str(), ty) {
        ("count", _) => Value::Integer(0),
        ("sum", ColumnType::Decimal(_)) => Value::Decimal(0),
        ("sum", ColumnType::Integer) => Value::Integer(0),
        ("sum", ColumnType::Float) => Value::Float(0.0),
        _ => Value::Null,
    };
    let statement = rolled_up(catalog, dialect, module, field, rollup, connection)?;
    let own = rollup.condition.iter().flat_map(|formula| &formula.reads).filter(|read| read.of == Of::Record);
    let own_reads = own.map(|read| read.via.unwrap_or(read.field)).collect();
    Some(RollupQuery { statement, connection: connection.clone(), ty, empty, own_reads })
}

impl RollupQuery {
    /// What the roll-up counts, by module of the counted records.
    pub(super) fn counted(&self, catalog: &Catalog, module: &Module, field: &Field) -> Vec<(ModuleId, Counted)> {
        let Some(rollup) = &field.logic.rollup else { return Vec::new() };
        let of = |target: &ModuleId| {
            let child = catalog.module(*target);
            let mut reads: BTreeSet<FieldId> = BTreeSet::new();
            reads.extend(rollup.field.as_ref().and_then(|name| child.find(name)).map(|field| field.id));
            if let Some(condition) = &rollup.condition {
                let own = condition.reads.iter().filter(|read| read.of == Of::Linked);
                reads.extend(own.map(|read| read.via.unwrap_or(read.field)));
            }
            match &self.connection.via {
                Via::ForeignKey { field } | Via::Polymorphic { field } => {
                    reads.insert(*field);
                }
                Via::Junction { .. } => {}
            }
            reads.extend(child.find("deleted_at").filter(|f| f.generated).map(|f| f.id));
            (*target, Counted { parent: module.id, field: field.id, via: self.connection.via.clone(), reads })
        };
        self.connection.targets.iter().map(of).collect()
    }

    /// How what it counts belongs to its records.
    pub(super) fn via(&self) -> &Via {
        &self.connection.via
    }

    /// Whether it counts what this connection leads to.
    pub(super) fn is_over(&self, connection: ConnectionId) -> bool {
        self.connection.id == connection
    }

    /// Whether it counts what these links lead to from their other end.
    pub(super) fn is_through(&self, via: &Via) -> bool {
        match (&self.connection.via, via) {
            (Via::Junction { table, own, other, .. }, Via::Junction { table: t, own: o, other: r, .. }) => {
                table == t && own == r && other == o
            }
            _ => false,
        }
    }

    /// The roll-up of some records as they are now.
    pub(super) async fn compute(
        &self,
        transaction: &mut Transaction<'_>,
        context: &Context,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Value>, StoreError> {
        let ids = Value::List(ids.iter().copied().map(Value::Uuid).collect());
        let values = [ids];
        let request =
            (Value::Uuid(context.org), Value::Timestamp(context.moment.now), Value::Date(context.moment.today));
        let args = args(transaction.dialect(), &self.statement.params, &request, &values);
        let rows = transaction.query(&self.statement.sql, &args, &[ColumnType::Uuid, self.ty]).await?;
        let mut found = HashMap::with_capacity(rows.len());
        for mut row in rows {
            let value = row.pop().unwrap_or(Value::Null);
            if let Some(Value::Uuid(id)) = row.pop() {
                found.insert(id, if value.is_null() { self.empty.clone() } else { value });
            }
        }
        Ok(found)
    }
}

/// The arguments of a statement that was compiled before.
fn args<'v>(
    dialect: Dialect,
    params: &[Param],
    (org, now, today): &'v (Value, Value, Value),
    values: &'v [Value],
) -> Args<'v> {
    use crate::plan::Source;
    let mut args = Args::new(dialect);
    for param in params {
        let value = match param.source {
            Source::Org => org,
            Source::Now => now,
            Source::Today => today,
            Source::Operand(operand) => &values[operand.0 as usize],
            Source::User | Source::Search(..) | Source::Parent(_) => {
                unreachable!("a roll-up is the same for all, searches nothing and has no parent row")
            }
        };
        if param.list {
            args.add_list(param.ty, value);
        } else {
            args.add(param.ty, value);
        }
    }
    args
}

/// The values of new records whose roll-ups nobody has looked at yet.
pub(super) fn initial(rollups: &BTreeMap<FieldId, RollupQuery>) -> impl Iterator<Item = (FieldId, Value)> + '_ {
    rollups.iter().map(|(field, query)| (*field, query.empty.clone()))
}
