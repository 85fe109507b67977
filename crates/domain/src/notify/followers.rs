//! Who follows which record.

use super::subjects::RecordKey;
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    store::{Args, Store, Transaction},
    value::Value,
};
use kontor_metadata::model::Catalog;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A user who follows a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Follower {
    pub(super) user: Uuid,
    /// Since when, in microseconds since 1970-01-01T00:00:00Z.
    pub(super) since: i64,
}

/// The followers of some records.
pub(super) async fn load(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    org: Uuid,
    records: &BTreeSet<RecordKey>,
) -> Result<HashMap<RecordKey, Vec<Follower>>, StoreError> {
    let mut found: HashMap<RecordKey, Vec<Follower>> = HashMap::new();
    if records.is_empty() {
        return Ok(found);
    }
    let modules: BTreeSet<_> = records.iter().map(|(module, _)| *module).collect();
    let names = Value::List(modules.into_iter().map(|id| Value::Text(catalog.module(id).name.clone())).collect());
    let ids = Value::List(records.iter().map(|(_, id)| Value::Uuid(*id)).collect());
    let tenant = Value::Uuid(org);
    let mut args = Args::new(transaction.dialect());
    let tenant = args.add(ColumnType::Uuid, &tenant);
    let names = args.add_list(ColumnType::Text, &names);
    let ids = args.add_list(ColumnType::Uuid, &ids);
    let (names, ids) = match args.dialect() {
        Dialect::Postgres => (format!("= ANY({names})"), format!("= ANY({ids})")),
        Dialect::Sqlite => (
            format!("IN (SELECT value FROM json_each({names}))"),
            format!("IN (SELECT unhex(value) FROM json_each({ids}))"),
        ),
    };
    let sql = format!(
        "SELECT record_type, record_id, user_id, created_at FROM follows \
         WHERE org = {tenant} AND record_type {names} AND record_id {ids} ORDER BY id"
    );
    let types = [ColumnType::Text, ColumnType::Uuid, ColumnType::Uuid, ColumnType::Timestamp];
    for row in transaction.query(&sql, &args, &types).await? {
        if let [Value::Text(module), Value::Uuid(record), Value::Uuid(user), Value::Timestamp(since)] = row.as_slice()
            && let Some(module) = catalog.find(module)
        {
            found.entry((module.id, *record)).or_default().push(Follower { user: *user, since: *since });
        }
    }
    Ok(found)
}

/// Ids of the records that a user follows.
///
/// # Errors
/// When the database does not answer.
pub async fn followed_by(store: &Store, org: Uuid, user: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let (whose, org, user) = (Whose::Organization(org), Value::Uuid(org), Value::Uuid(user));
    let mut args = Args::new(store.dialect());
    let (tenant, user) = (args.add(ColumnType::Uuid, &org), args.add(ColumnType::Uuid, &user));
    let sql = format!("SELECT record_id FROM follows WHERE org = {tenant} AND user_id = {user}");
    let rows = store.query(whose, &sql, &args, &[ColumnType::Uuid]).await?;
    let ids = rows.into_iter().filter_map(|row| match row.as_slice() {
        [Value::Uuid(id)] => Some(*id),
        _ => None,
    });
    Ok(ids.collect())
}
