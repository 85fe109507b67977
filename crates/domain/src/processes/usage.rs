//! What organisations have of what their plans limit.
//!
//! Users are few, and counted when one is added. Records are counted once, and from then on what a transaction adds and
//! removes is added to the count in one statement, the last before it is committed: the others that add to it wait for
//! no more than the commit. Where the plan sets no limit there is no count, and nobody waits for anybody.

use super::statement::{Row, execute, id, number, query};
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    mutation::{Difference, WriteError},
    plan::sql::quote,
    quota::{Counted, QuotaExceeded},
    store::{Store, Transaction},
};
use kontor_metadata::model::{Catalog, Module, Trait};
use uuid::Uuid;

/// Whether the records of a module count: those that people make. Else a change would be one too many that a history keeps.
pub(crate) fn counts(module: &Module) -> bool {
    !module.system && module.history.is_none()
}

/// Adds the records that a transaction has made to those of its organisation, without those that it has removed. To be
/// called right before the commit.
///
/// # Errors
/// When there are more than the plan allows, by records that the transaction has made: then it is to be rolled back.
pub async fn charge(transaction: &mut Transaction<'_>, catalog: &Catalog, org: Uuid) -> Result<(), WriteError> {
    let grown = transaction.take_growth();
    if grown == 0 {
        return Ok(());
    }
    // Whoever gives the organisation another plan waits for the transactions that know of this one.
    let plan = plan(transaction, org, " FOR SHARE").await?;
    let Some(most) = transaction.quotas().of(plan.as_deref()).records else {
        // A count that nobody keeps would be wrong when it is wanted again.
        execute(transaction, "DELETE FROM usages WHERE org = ?", &[id(org)]).await?;
        return Ok(());
    };
    let found = add(transaction, catalog, org, grown).await?;
    if grown > 0 && found > most {
        return Err(QuotaExceeded { counted: Counted::Records, plan, most, found }.into());
    }
    Ok(())
}

/// Adds to the count of records; gives what it is then.
async fn add(transaction: &mut Transaction<'_>, catalog: &Catalog, org: Uuid, grown: i64) -> Result<u64, StoreError> {
    let sql = "UPDATE usages SET records = records + ? WHERE org = ? RETURNING records";
    loop {
        let counted = query(transaction, sql, &[number(grown), id(org)], &[ColumnType::BigInt]).await?;
        if let Some(records) = first(counted) {
            return Ok(records);
        }
        // Of several who count at the same time one does, and the others wait for it here.
        let begin = "INSERT INTO usages (org, records) VALUES (?, 0) ON CONFLICT DO NOTHING";
        if execute(transaction, begin, &[id(org)]).await? == 1 {
            transaction.without_time_limit().await?;
            let sql = format!("UPDATE usages SET records = {} WHERE org = ? RETURNING records", count(catalog));
            return Ok(first(query(transaction, &sql, &[id(org)], &[ColumnType::BigInt]).await?).unwrap_or(0));
        }
    }
}

/// Refuses the users that a transaction has made where the plan allows no more. Others who make some for the same
/// organisation wait until it ends.
///
/// # Errors
/// When there are more than the plan allows: then the transaction is to be rolled back.
pub async fn admit(transaction: &mut Transaction<'_>, org: Uuid) -> Result<(), WriteError> {
    if !transaction.quotas().limit_users() {
        return Ok(());
    }
    let plan = plan(transaction, org, " FOR NO KEY UPDATE").await?;
    let Some(most) = transaction.quotas().of(plan.as_deref()).users else { return Ok(()) };
    let sql = "SELECT count(*) FROM users WHERE org = ? AND is_active AND deleted_at IS NULL";
    let found = first(query(transaction, sql, &[id(org)], &[ColumnType::BigInt]).await?).unwrap_or(0);
    match found > most {
        true => Err(QuotaExceeded { counted: Counted::Users, plan, most, found }.into()),
        false => Ok(()),
    }
}

/// Forgets how many records organisations have, so that they are counted anew: before this program began, one with other
/// settings may have written without counting.
///
/// # Errors
/// See [`StoreError`].
pub async fn forget_usages(store: &Store) -> Result<(), StoreError> {
    let mut transaction = store.begin(Whose::Platform).await?;
    execute(&mut transaction, "DELETE FROM usages", &[]).await?;
    transaction.commit().await
}

/// Tells which organisations do not have as many records as were counted.
pub(crate) async fn miscounted(store: &Store, catalog: &Catalog) -> Result<Vec<Difference>, StoreError> {
    let mut transaction = store.begin(Whose::Platform).await?;
    transaction.without_time_limit().await?;
    // Who has added to a count has committed what it counts, once the count can be locked.
    hold(&mut transaction).await?;
    let sql = format!("SELECT org, records, {} FROM usages", count(catalog));
    let types = [ColumnType::Uuid, ColumnType::BigInt, ColumnType::BigInt];
    let rows = query(&mut transaction, &sql, &[], &types).await?;
    transaction.rollback().await?;
    let difference = |row: Vec<_>| {
        let mut row = Row::new(row);
        let (org, stored, computed) = (row.id()?, row.number()?, row.number()?);
        let (module, field) = ("Organization".to_owned(), "records".to_owned());
        let (stored, computed) = (stored.to_string(), computed.to_string());
        (stored != computed).then_some(Difference { org, module, id: org, field, stored, computed })
    };
    Ok(rows.into_iter().filter_map(difference).collect())
}

/// Counts the records of organisations anew whose counts are wrong; gives how many were.
pub(crate) async fn recount(transaction: &mut Transaction<'_>, catalog: &Catalog) -> Result<u64, StoreError> {
    hold(transaction).await?;
    let count = count(catalog);
    execute(transaction, &format!("UPDATE usages SET records = {count} WHERE records <> {count}"), &[]).await
}

/// Lets nobody else add to the counts until the transaction ends.
async fn hold(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    let sql = format!("SELECT org FROM usages ORDER BY org{}", super::statement::lock(transaction));
    query(transaction, &sql, &[], &[ColumnType::Uuid]).await.map(drop)
}

/// The plan of an organisation, which stays locked so.
async fn plan(transaction: &mut Transaction<'_>, org: Uuid, lock: &str) -> Result<Option<String>, StoreError> {
    let lock = if transaction.dialect() == Dialect::Postgres { lock } else { "" };
    let sql = format!("SELECT plan FROM organizations WHERE id = ?{lock}");
    let rows = query(transaction, &sql, &[id(org)], &[ColumnType::Text]).await?;
    Ok(rows.into_iter().next().and_then(|row| Row::new(row).text()))
}

/// The number of records of the organisation of a row of `usages`.
fn count(catalog: &Catalog) -> String {
    let of = |module: &Module| {
        let alive = if module.has(Trait::SoftDelete) { " AND t.\"deleted_at\" IS NULL" } else { "" };
        let (table, tenant) = (quote(&module.table), quote(&module.tenant));
        format!("(SELECT count(*) FROM {table} t WHERE t.{tenant} = usages.org{alive})")
    };
    let counts: Vec<String> = catalog.modules.iter().filter(|module| counts(module)).map(of).collect();
    if counts.is_empty() { "0".to_owned() } else { format!("({})", counts.join(" + ")) }
}

fn first(rows: Vec<Vec<crate::value::Value>>) -> Option<u64> {
    rows.into_iter().next().and_then(|row| Row::new(row).number()).map(|number| u64::try_from(number).unwrap_or(0))
}
