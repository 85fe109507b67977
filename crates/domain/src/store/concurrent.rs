//! PostgreSQL's indexes that are not unique: built when the transaction has ended, beside what goes on. Whoever applies
//! next finishes what was interrupted.

use super::{Args, Backend, SetupError, Store, Transaction, evolve::Progress};
use crate::{
    column::ColumnType,
    ddl::{Ledger, Plan, Step, concurrently, schema::Index},
    error::StoreError,
    plan::sql::quote,
    value::Value,
};
use sqlx::{AssertSqlSafe, Executor as _};
use std::collections::{BTreeMap, BTreeSet};

/// Indexes that the ledger has and the database has not, of which the plan says nothing.
pub(super) async fn missing(
    transaction: &mut Transaction<'_>,
    ledger: &Ledger,
    plan: &Plan,
) -> Result<Vec<Step>, StoreError> {
    let there = there(transaction).await?;
    let kept = |name: &str| plan.schema.tables.values().any(|table| table.indexes.contains_key(name));
    let planned: BTreeSet<&str> = plan
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::CreateIndex { name, .. } | Step::RenameIndex { to: name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let mut steps = Vec::new();
    for (table, what) in &ledger.schema.tables {
        for (name, index) in &what.indexes {
            if !index.unique && !there.contains(name) && kept(name) && !planned.contains(name.as_str()) {
                let (name, table, index) = (name.clone(), table.clone(), index.clone());
                steps.push(Step::CreateIndex { table, name, index });
            }
        }
    }
    Ok(steps)
}

/// The indexes that can be used.
async fn there(transaction: &mut Transaction<'_>) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT c.relname::text FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid \
               WHERE i.indisvalid AND c.relnamespace = to_regnamespace(current_schema())";
    let rows = transaction.query(sql, &Args::new(transaction.dialect()), &[ColumnType::Text]).await?;
    let name = |value| if let Value::Text(name) = value { Some(name) } else { None };
    Ok(rows.into_iter().flatten().filter_map(name).collect())
}

impl Store {
    /// Builds the indexes of a plan whose transaction has ended, on a connection of its own and without a time limit.
    pub(super) async fn build_indexes(&self, plan: &Plan, told: Progress<'_>) -> Result<(), SetupError> {
        let Backend::Postgres(pool) = &self.backend else { return Ok(()) };
        let mut wanted: BTreeMap<&str, (&str, &Index)> = BTreeMap::new();
        for step in &plan.steps {
            match step {
                Step::CreateIndex { name, table, index } if !index.unique => {
                    wanted.insert(name, (table, index));
                }
                _ => {}
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let mut connection = pool.apart().await?;
        connection.execute("SET statement_timeout = 0").await.map_err(StoreError::from)?;
        for (name, (table, index)) in wanted {
            let Some(statement) = concurrently(name, table, index) else { continue };
            told(&format!("  building {name}"));
            // One that was interrupted is there, but of no use.
            let leftover = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", quote(name));
            for sql in [leftover, statement] {
                connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.as_str()))).await.map_err(StoreError::from)?;
            }
        }
        Ok(())
    }
}
