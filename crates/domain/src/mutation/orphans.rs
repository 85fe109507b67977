//! Links that lead to nothing: those that no foreign key guards, since they may lead to records of several modules.

use super::dependents::outlives;
use crate::{
    column::ColumnType,
    context::Whose,
    error::StoreError,
    plan::sql::{literal, quote},
    store::{Args, Store},
    value::Value,
};
use kontor_metadata::model::{Catalog, FieldType, Module, Via};
use uuid::Uuid;

/// Most links that are told of each kind.
const TOLD: usize = 100;

/// A link to a record that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// Table of the link: that of a module, or a junction.
    pub table: String,
    /// The record that has the link; for a junction, the one at its other end.
    pub id: Uuid,
    /// Module name of the record that is not there.
    pub module: String,
    /// The record that is not there.
    pub target: Uuid,
}

/// Links to records that are not there, not even deleted ones, of all organisations.
///
/// # Errors
/// See [`StoreError`].
pub async fn orphans(store: &Store, catalog: &Catalog) -> Result<Vec<Orphan>, StoreError> {
    let mut found = Vec::new();
    for module in &catalog.modules {
        for field in module.fields.iter().filter(|field| !outlives(module, field)) {
            let (FieldType::Polymorphic { to }, Some(ty)) = (&field.ty, field.type_column()) else { continue };
            for target in to.iter().map(|to| catalog.module(*to)) {
                let link = Link { table: &module.table, id: "id", ty: &ty, target: &field.column };
                found.extend(link.lost(store, target).await?);
            }
        }
        for connection in &module.connections {
            let Via::Junction { table, own, own_type: Some(ty), other, .. } = &connection.via else { continue };
            found.extend(Link { table, id: other, ty, target: own }.lost(store, module).await?);
        }
    }
    Ok(found)
}

/// The columns of a link.
struct Link<'l> {
    table: &'l str,
    id: &'l str,
    ty: &'l str,
    target: &'l str,
}

impl Link<'_> {
    async fn lost(&self, store: &Store, module: &Module) -> Result<Vec<Orphan>, StoreError> {
        let sql = format!(
            "SELECT l.{}, l.{} FROM {} l WHERE l.{} = {} AND NOT EXISTS (SELECT 1 FROM {} t WHERE t.\"id\" = l.{}) LIMIT {TOLD}",
            quote(self.id),
            quote(self.target),
            quote(self.table),
            quote(self.ty),
            literal(&module.name),
            quote(&module.table),
            quote(self.target),
        );
        let rows = store
            .query(Whose::Platform, &sql, &Args::new(store.dialect()), &[ColumnType::Uuid, ColumnType::Uuid])
            .await?;
        let orphan = |row: Vec<Value>| match row.as_slice() {
            [Value::Uuid(id), Value::Uuid(target)] => {
                Some(Orphan { table: self.table.to_owned(), id: *id, module: module.name.clone(), target: *target })
            }
            _ => None,
        };
        Ok(rows.into_iter().filter_map(orphan).collect())
    }
}
