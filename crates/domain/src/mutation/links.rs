//! That records exist which a change links to, in the caller's organisation: the tenancy of writes.

use super::{Assignment, message::Broken};
use crate::{
    column::ColumnType,
    context::Context,
    error::StoreError,
    plan::sql::quote,
    store::{Args, Transaction},
    value::Value,
};
use kontor_metadata::model::{Catalog, Field, FieldType, Module, Trait};

/// Every link that leads nowhere the caller may go. One statement, whatever the number of links.
pub(super) async fn check<'m>(
    transaction: &mut Transaction<'_>,
    catalog: &'m Catalog,
    context: &Context,
    module: &'m Module,
    assignments: &[Assignment],
) -> Result<Vec<(&'m Field, Broken)>, StoreError> {
    let mut broken = Vec::new();
    let mut links: Vec<(&Field, &Module, &Value)> = Vec::new();
    for field in &module.fields {
        let value = assignments.iter().find(|a| a.field == field.id && !a.is_type).map(|a| &a.value);
        match &field.ty {
            FieldType::Relation { to, .. } => {
                if let Some(value @ Value::Uuid(_)) = value {
                    links.push((field, catalog.module(*to), value));
                }
            }
            FieldType::Polymorphic { to } => {
                let ty = assignments.iter().find(|a| a.field == field.id && a.is_type).map(|a| &a.value);
                match (value, ty) {
                    (None, None) => {}
                    (Some(Value::Null), Some(Value::Null)) => {}
                    (Some(value @ Value::Uuid(_)), Some(Value::Text(name))) => {
                        match to.iter().map(|id| catalog.module(*id)).find(|m| m.name == *name) {
                            Some(target) => links.push((field, target, value)),
                            None => broken.push((field, target_names(catalog, to))),
                        }
                    }
                    _ => broken.push((field, target_names(catalog, to))),
                }
            }
            _ => {}
        }
    }
    if links.is_empty() {
        return Ok(broken);
    }
    let org = Value::Uuid(context.org);
    let mut args = Args::new(transaction.dialect());
    let tenant = args.add(ColumnType::Uuid, &org);
    let mut exists = Vec::with_capacity(links.len());
    for (_, target, value) in &links {
        let id = args.add(ColumnType::Uuid, value);
        let alive = if target.has(Trait::SoftDelete) { " AND \"deleted_at\" IS NULL" } else { "" };
        exists.push(format!(
            "EXISTS (SELECT 1 FROM {} WHERE \"id\" = {id} AND {} = {tenant}{alive})",
            quote(&target.table),
            quote(&target.tenant)
        ));
    }
    let columns = vec![ColumnType::Boolean; links.len()];
    let rows = transaction.query(&format!("SELECT {}", exists.join(", ")), &args, &columns).await?;
    for ((field, target, _), found) in links.iter().zip(rows.into_iter().flatten()) {
        if found != Value::Boolean(true) {
            broken.push((field, Broken::Missing(target.name.clone())));
        }
    }
    Ok(broken)
}

fn target_names(catalog: &Catalog, to: &[kontor_metadata::model::ModuleId]) -> Broken {
    Broken::Target(to.iter().map(|id| catalog.module(*id).name.clone()).collect())
}
