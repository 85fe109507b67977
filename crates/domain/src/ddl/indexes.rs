//! The indexes of a module's table.

use super::{names, schema::Index};
use crate::column::ColumnType;
use kontor_metadata::{
    model::{Field, FieldType, Module, Trait},
    naming,
};
use std::collections::BTreeMap;

/// Those of the catalog, one for every link that none begins with, and one for the order in which lists come.
pub(super) fn of(module: &Module) -> BTreeMap<String, Index> {
    let mut indexes: BTreeMap<_, _> = module
        .indexes
        .iter()
        .map(|index| {
            let fields: Vec<_> = index.fields.iter().map(|id| module.field(*id)).collect();
            (index.name.clone(), over(module, &fields, index.unique))
        })
        .collect();
    let leads = |field: &Field| module.indexes.iter().any(|index| index.fields.first() == Some(&field.id));
    let links = module.fields.iter().filter(|field| {
        field.is_stored() && matches!(field.ty, FieldType::Relation { .. } | FieldType::Polymorphic { .. })
    });
    for field in links.filter(|field| !leads(field)) {
        indexes.insert(naming::index(&module.table, &[&field.column], false), over(module, &[field], false));
    }
    // Lists never show deleted rows, so those that order them don't hold any either.
    let in_order = Index { where_null: live(module), ..within_tenant(default_order(module)) };
    indexes.insert(names::default_order(&module.table), in_order);
    indexes
}

/// An index of these columns behind the tenant.
pub(super) fn within_tenant(columns: Vec<String>) -> Index {
    let columns = [vec!["org".to_owned()], columns].concat();
    Index { columns, unique: false, where_null: None, elements: false }
}

fn over(module: &Module, fields: &[&Field], unique: bool) -> Index {
    if let [field] = fields
        && matches!(ColumnType::of(field), Some(ColumnType::TextArray | ColumnType::Json))
    {
        return Index { columns: vec![field.column.clone()], unique: false, where_null: None, elements: true };
    }
    let columns = fields.iter().flat_map(|field| field.type_column().into_iter().chain([field.column.clone()]));
    if unique {
        return Index { unique, where_null: live(module), ..within_tenant(columns.collect()) };
    }
    // Every order ends with the identifier, so equal values come out of the index in the order in which they are shown.
    // Children are shown in their own order.
    let children = fields.len() == 1 && module.parent == Some(fields[0].id);
    let rest = if children { default_order(module) } else { vec!["id".to_owned()] };
    within_tenant(columns.chain(rest).collect())
}

/// What lists are ordered by when nobody asks for another order.
fn default_order(module: &Module) -> Vec<String> {
    let position = module.ordered_by.map(|field| module.field(field).column.clone());
    position.into_iter().chain(["id".to_owned()]).collect()
}

/// The column that is null in rows that are not deleted.
fn live(module: &Module) -> Option<String> {
    module.has(Trait::SoftDelete).then(|| "deleted_at".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::ddl::{desired, testing};

    #[test]
    fn relations_have_an_index_and_lists_an_order() {
        let schema = desired(&testing::shop());
        for (name, table) in schema.tables.iter().filter(|(_, table)| table.link.is_none()) {
            for column in table.columns.iter().filter(|column| column.references.is_some() && column.name != "org") {
                let led = table.indexes.values().any(|index| index.columns.get(1) == Some(&column.name));
                assert!(led, "{}.{} has no index", table.module, column.name);
            }
            assert!(table.indexes.contains_key(&format!("{name}_in_order")));
        }
    }

    #[test]
    fn children_come_in_their_own_order() {
        let schema = desired(&testing::shop());
        let lines = &schema.tables["purchase_lines"].indexes;
        assert_eq!(lines["purchase_lines_purchase_id_idx"].columns, ["org", "purchase_id", "position", "id"]);
        assert_eq!(lines["purchase_lines_in_order"].columns, ["org", "position", "id"]);
    }
}
