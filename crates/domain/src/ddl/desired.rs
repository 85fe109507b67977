//! Which tables a catalog wants.

use super::{
    indexes,
    schema::{Column, Deletion, Reference, Schema, Search, Table},
};
use crate::column::ColumnType;
use kontor_metadata::{
    model::{Catalog, Field, FieldType, Module, OnDelete, Rollup, Via},
    naming,
};
use std::collections::{BTreeMap, BTreeSet};

/// The tables of every module that no migration makes, and of their links to many.
#[must_use]
pub fn desired(catalog: &Catalog) -> Schema {
    let own = || catalog.modules.iter().filter(|module| !module.system);
    let mut tables: BTreeMap<_, _> =
        own().map(|module| (module.table.clone(), module_table(catalog, module))).collect();
    for module in own() {
        tables.extend(junctions(catalog, module));
    }
    Schema { tables }
}

fn module_table(catalog: &Catalog, module: &Module) -> Table {
    let mut columns = vec![plain("id", ColumnType::Uuid), tenant(catalog)];
    columns[0].field = Some("id".to_owned());
    for field in module.fields.iter().skip(1) {
        columns.extend(field_columns(catalog, module, field));
    }
    Table {
        package: package(catalog, module.package),
        module: module.name.clone(),
        link: None,
        columns,
        key: vec!["id".to_owned()],
        indexes: indexes::of(module),
        search: search(module),
        follows: module.fields.iter().filter_map(follows).collect(),
        computed: module.fields.iter().filter(|f| f.on_read().is_some()).map(|f| f.name.clone()).collect(),
        hidden: false,
    }
}

/// A stored field and what it is computed from.
fn follows(field: &Field) -> Option<(String, String)> {
    let rolled = |rollup: &Rollup| {
        let condition = rollup.condition.as_ref().map_or_else(String::new, |c| format!(" where {}", c.source));
        let over = rollup.field.as_ref().map_or_else(String::new, |field| format!(".{field}"));
        format!("{} {}{over}{condition}", rollup.function, rollup.connection)
    };
    let computed =
        field.logic.compute.as_ref().filter(|formula| !formula.uses_now).map(|formula| formula.source.clone());
    let from = computed.or_else(|| field.logic.rollup.as_ref().map(rolled))?;
    Some((field.name.clone(), from))
}

fn search(module: &Module) -> Option<Search> {
    let columns: BTreeMap<_, _> =
        module.searched().map(|(field, weight)| (field.column.clone(), weight.letter())).collect();
    (!columns.is_empty()).then_some(Search { format: Search::FORMAT, columns })
}

/// The column of a field; two for a polymorphic relation, none for what is not stored in the table.
fn field_columns(catalog: &Catalog, module: &Module, field: &Field) -> Vec<Column> {
    let Some(ty) = ColumnType::of(field).filter(|_| field.is_stored()) else { return Vec::new() };
    let column = Column {
        name: field.column.clone(),
        field: Some(field.name.clone()),
        package: (field.package != module.package).then(|| package(catalog, field.package)),
        ty,
        required: field.required || matches!(field.name.as_str(), "created_at" | "updated_at" | "version"),
        references: reference(catalog, &field.ty),
        options: field.choices().map(|choices| choices.iter().map(|choice| choice.name.clone()).collect()),
        fill: field.default.clone(),
        backfill: field.past.backfill.is_some(),
        hidden: false,
    };
    match field.type_column() {
        Some(name) => vec![Column { name, ty: ColumnType::Text, ..column.clone() }, column],
        None => vec![column],
    }
}

fn reference(catalog: &Catalog, ty: &FieldType) -> Option<Reference> {
    let FieldType::Relation { to, on_delete } = ty else { return None };
    let on_delete = match on_delete {
        OnDelete::Restrict => Deletion::NoAction,
        OnDelete::SetNull => Deletion::SetNull,
        OnDelete::Cascade => Deletion::Cascade,
    };
    Some(Reference { table: catalog.module(*to).table.clone(), on_delete })
}

/// Junction tables of the module's `many: true` relations. The one that links tags to anything (`taggings`) is made by a
/// migration.
fn junctions(catalog: &Catalog, module: &Module) -> Vec<(String, Table)> {
    let mut tables = Vec::new();
    for field in &module.fields {
        let FieldType::Many { to, .. } = field.ty else { continue };
        let via = module.connections.iter().find(|connection| connection.name == field.name).map(|found| &found.via);
        let Some(Via::Junction { table, own, other, .. }) = via else { continue };
        let columns = vec![tenant(catalog), link(own, &module.table), link(other, &catalog.module(to).table)];
        let back = indexes::within_tenant(vec![other.clone(), own.clone()]);
        let junction = Table {
            package: package(catalog, field.package),
            module: module.name.clone(),
            link: Some(field.name.clone()),
            key: columns.iter().map(|column| column.name.clone()).collect(),
            columns,
            indexes: BTreeMap::from([(naming::index(table, &[other], false), back)]),
            search: None,
            follows: BTreeMap::new(),
            computed: BTreeSet::new(),
            hidden: false,
        };
        tables.push((table.clone(), junction));
    }
    tables
}

fn package(catalog: &Catalog, at: usize) -> String {
    catalog.packages.get(at).map_or_else(String::new, |package| package.name.clone())
}

/// A link to a row that takes the link with it when it goes.
fn link(name: &str, table: &str) -> Column {
    let references = Some(Reference { table: table.to_owned(), on_delete: Deletion::Cascade });
    Column { references, ..plain(name, ColumnType::Uuid) }
}

fn tenant(catalog: &Catalog) -> Column {
    let references = catalog
        .find("Organization")
        .map(|module| Reference { table: module.table.clone(), on_delete: Deletion::NoAction });
    Column { references, ..plain("org", ColumnType::Uuid) }
}

/// A column that is never null and has no field.
fn plain(name: &str, ty: ColumnType) -> Column {
    Column {
        name: name.to_owned(),
        field: None,
        package: None,
        ty,
        required: true,
        references: None,
        options: None,
        fill: None,
        backfill: false,
        hidden: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ddl::testing;

    #[test]
    fn migrations_make_the_tables_of_system_modules() {
        let schema = desired(&testing::shop());
        assert!(!schema.tables.contains_key("users"));
        assert!(schema.tables.contains_key("customers"));
    }
}
