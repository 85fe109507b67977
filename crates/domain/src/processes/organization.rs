//! Organisations, and what each begins with.

use super::{
    audit::{Deed, audit},
    statement::{Row, execute, id, moment, query, read, text},
};
use crate::{
    calendar,
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    mutation::insert_rows,
    store::{Args, Store, Transaction},
    value::Value,
};
use chrono_tz::Tz;
use serde_json::json;
use uuid::Uuid;

/// Stages of the default pipeline: name, probability × 100, colour, won, lost.
const STAGES: [(&str, i64, &str, bool, bool); 6] = [
    ("Prospecting", 1_000, "#90a4ae", false, false),
    ("Qualification", 2_000, "#64b5f6", false, false),
    ("Proposal", 5_000, "#4db6ac", false, false),
    ("Negotiation", 7_500, "#ffb74d", false, false),
    ("Closed Won", 10_000, "#66bb6a", true, false),
    ("Closed Lost", 0, "#e57373", false, true),
];

/// The plan of organisations that nobody gives one.
pub const DEFAULT_PLAN: &str = "starter";

/// Number of organisations.
///
/// # Errors
/// See [`StoreError`].
pub async fn organization_count(transaction: &mut Transaction<'_>) -> Result<i64, StoreError> {
    let args = Args::new(transaction.dialect());
    let rows = transaction.query("SELECT count(*) FROM organizations", &args, &[ColumnType::BigInt]).await?;
    match rows.into_iter().flatten().next() {
        Some(Value::Integer(count)) => Ok(count),
        _ => Ok(0),
    }
}

/// The organisation with this slug.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_organization(transaction: &mut Transaction<'_>, slug: &str) -> Result<Option<Uuid>, StoreError> {
    let slug = Value::Text(slug.to_owned());
    let mut args = Args::new(transaction.dialect());
    let sql = format!(
        "SELECT id FROM organizations WHERE slug = {} AND deleted_at IS NULL",
        args.add(ColumnType::Text, &slug)
    );
    let rows = transaction.query(&sql, &args, &[ColumnType::Uuid]).await?;
    Ok(rows.into_iter().flatten().find_map(|value| if let Value::Uuid(id) = value { Some(id) } else { None }))
}

/// An organisation, for lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Short name.
    pub slug: String,
    /// Name.
    pub name: String,
    /// What it has booked.
    pub plan: Option<String>,
    /// Whether its members may sign in.
    pub is_active: bool,
    /// How many users it has that are not deleted.
    pub users: i64,
}

/// The organisations that are not deleted, by their short names.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_organizations(store: &Store) -> Result<Vec<Listed>, StoreError> {
    let sql = "SELECT o.slug, o.name, o.plan, o.is_active, \
               (SELECT count(*) FROM users u WHERE u.org = o.id AND u.deleted_at IS NULL) \
               FROM organizations o WHERE o.deleted_at IS NULL ORDER BY o.slug";
    let types = [ColumnType::Text, ColumnType::Text, ColumnType::Text, ColumnType::Boolean, ColumnType::BigInt];
    let listed = |row: Vec<Value>| {
        let mut row = Row::new(row);
        Some(Listed {
            slug: row.text()?,
            name: row.text()?,
            plan: row.text(),
            is_active: row.truth(),
            users: row.number()?,
        })
    };
    Ok(read(store, Whose::Platform, sql, &[], &types).await?.into_iter().filter_map(listed).collect())
}

/// The time zone of an organisation; UTC where its name is not known.
///
/// # Errors
/// See [`StoreError`].
pub async fn time_zone(store: &Store, org: Uuid) -> Result<Tz, StoreError> {
    let id = Value::Uuid(org);
    let mut args = Args::new(store.dialect());
    let sql = format!("SELECT timezone FROM organizations WHERE id = {}", args.add(ColumnType::Uuid, &id));
    let rows = store.query(Whose::Organization(org), &sql, &args, &[ColumnType::Text]).await?;
    let name = rows.into_iter().flatten().find_map(|v| if let Value::Text(name) = v { Some(name) } else { None });
    Ok(name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC))
}

/// Creates an organisation with the id `org`; `with_pipeline` gives it the default pipeline with its six stages.
///
/// # Errors
/// See [`StoreError`]; a slug that is taken is a violated constraint.
pub async fn create_organization(
    transaction: &mut Transaction<'_>,
    org: Uuid,
    name: &str,
    slug: &str,
    plan: &str,
    with_pipeline: bool,
) -> Result<(), StoreError> {
    let now = Value::Timestamp(calendar::now());
    let columns = columns(&[
        ("id", ColumnType::Uuid),
        ("name", ColumnType::Text),
        ("slug", ColumnType::Text),
        ("plan", ColumnType::Text),
        ("is_active", ColumnType::Boolean),
        ("created_at", ColumnType::Timestamp),
        ("updated_at", ColumnType::Timestamp),
    ]);
    let row = vec![
        Value::Uuid(org),
        Value::Text(name.to_owned()),
        Value::Text(slug.to_owned()),
        Value::Text(plan.to_owned()),
        Value::Boolean(true),
        now.clone(),
        now.clone(),
    ];
    insert_rows(transaction, "organizations", &columns, vec![row]).await?;
    if with_pipeline {
        default_pipeline(transaction, org, &now).await?;
    }
    Ok(())
}

/// Gives an organisation another plan, once the transactions are done that know of the one before.
///
/// # Errors
/// See [`StoreError`].
pub async fn set_plan(transaction: &mut Transaction<'_>, org: Uuid, plan: &str, now: i64) -> Result<(), StoreError> {
    let sql = "UPDATE organizations SET plan = ?, updated_at = ?, version = version + 1 WHERE id = ?";
    execute(transaction, sql, &[text(plan), moment(now), id(org)]).await?;
    let (record, details) = (Some(("Organization", org)), Some(json!({"plan": plan})));
    audit(transaction, &Deed { org, user: None, action: "plan_changed", record, details, ip: None, now }).await
}

async fn default_pipeline(transaction: &mut Transaction<'_>, org: Uuid, now: &Value) -> Result<(), StoreError> {
    let pipeline = Uuid::now_v7();
    let common = [("org", ColumnType::Uuid), ("id", ColumnType::Uuid), ("name", ColumnType::Text)];
    let stamps = [
        ("created_at", ColumnType::Timestamp),
        ("updated_at", ColumnType::Timestamp),
        ("version", ColumnType::Integer),
    ];
    let stamped = [now.clone(), now.clone(), Value::Integer(1)];
    let of_pipeline = [("is_default", ColumnType::Boolean), ("is_active", ColumnType::Boolean)];
    let names = columns(&[&common[..], &of_pipeline, &stamps].concat());
    let mut row = vec![Value::Uuid(org), Value::Uuid(pipeline), Value::Text("Sales".to_owned())];
    row.extend([Value::Boolean(true), Value::Boolean(true)]);
    row.extend(stamped.clone());
    insert_rows(transaction, "pipelines", &names, vec![row]).await?;
    let of_stage = [
        ("pipeline_id", ColumnType::Uuid),
        ("position", ColumnType::Integer),
        ("probability", ColumnType::Decimal(2)),
        ("color", ColumnType::Text),
        ("is_won", ColumnType::Boolean),
        ("is_lost", ColumnType::Boolean),
    ];
    let names = columns(&[&common[..], &of_stage, &stamps].concat());
    let mut rows = Vec::with_capacity(STAGES.len());
    for (position, (name, probability, color, won, lost)) in (1_i64..).zip(STAGES) {
        let mut row = vec![Value::Uuid(org), Value::Uuid(Uuid::now_v7()), Value::Text(name.to_owned())];
        row.extend([Value::Uuid(pipeline), Value::Integer(position), Value::Decimal(probability)]);
        row.extend([Value::Text(color.to_owned()), Value::Boolean(won), Value::Boolean(lost)]);
        row.extend(stamped.clone());
        rows.push(row);
    }
    insert_rows(transaction, "stages", &names, rows).await
}

/// Names and types of columns.
pub(super) fn columns(list: &[(&str, ColumnType)]) -> Vec<(String, ColumnType)> {
    list.iter().map(|(name, ty)| ((*name).to_owned(), *ty)).collect()
}

/// Lets nobody else change who administers an organisation until the transaction ends; new records may be made meanwhile.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock_organization(transaction: &mut Transaction<'_>, org: Uuid) -> Result<(), StoreError> {
    let lock = if transaction.dialect() == Dialect::Postgres { " FOR NO KEY UPDATE" } else { "" };
    let sql = format!("SELECT id FROM organizations WHERE id = ?{lock}");
    query(transaction, &sql, &[id(org)], &[ColumnType::Uuid]).await.map(drop)
}
