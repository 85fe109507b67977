//! Filters and orders of modules.

use super::{
    LANGUAGE, former, input,
    platform::{equality, input_object},
    records::is_anything,
};
use crate::schema::{
    model::{InputBind, InputField, InputObjectType, Ref, TypeTable},
    scalars,
};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, FieldId, FieldType, Module},
    naming,
};

pub(super) fn filter(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let own = naming::filter_type(&module.name);
    let mut fields = IndexMap::from([
        ("and".to_owned(), input(Ref::list(&own), "All of these hold.")),
        ("or".to_owned(), input(Ref::list(&own), "At least one of these holds.")),
        ("not".to_owned(), input(Ref::new(&own), "This does not hold.")),
    ]);
    for field in former::named(module).filter(|f| !f.secret && f.has_value()) {
        let description = field.label.get(LANGUAGE).to_owned();
        let bound = |ty: Ref, bind| InputField { bind, ..input(ty, description.clone()) };
        match &field.ty {
            FieldType::Relation { to, .. } => {
                let target = naming::filter_type(&catalog.module(*to).name);
                fields.insert(field.gql.clone(), bound(Ref::new(target), InputBind::Related(field.id)));
                fields.insert(format!("{}Id", field.gql), bound(Ref::new("IDFilter"), InputBind::Field(field.id)));
            }
            FieldType::Polymorphic { .. } => {
                fields.insert(format!("{}Id", field.gql), bound(Ref::new("IDFilter"), InputBind::Field(field.id)));
                fields.insert(
                    format!("{}Type", field.gql),
                    bound(Ref::new("ModuleNameFilter"), InputBind::TypeOf(field.id)),
                );
                if !table.inputs.contains_key("ModuleNameFilter") {
                    input_object(
                        table,
                        "ModuleNameFilter",
                        "Conditions on a module name.".to_owned(),
                        equality("ModuleName"),
                    );
                }
            }
            _ => {
                fields.insert(
                    field.gql.clone(),
                    bound(Ref::new(scalars::filter(module, &field)), InputBind::Field(field.id)),
                );
            }
        }
    }
    for connection in module.connections.iter().filter(|c| !is_anything(c)) {
        let target = catalog.module(connection.targets[0]);
        let ty = naming::list_filter_type(&target.name);
        let field = InputField {
            bind: InputBind::Connection(connection.id),
            ..input(Ref::new(ty), connection.label.get(LANGUAGE))
        };
        fields.insert(connection.gql.clone(), field);
    }
    let description = format!("Conditions on {}; all that are given must hold.", module.plural_label.get(LANGUAGE));
    table.inputs.insert(
        own.clone(),
        InputObjectType { description, one_of: false, module: Some(module.id), values: false, fields },
    );
    let mut quantified = IndexMap::from([
        ("some".to_owned(), input(Ref::new(&own), "At least one of the records meets this.")),
        ("every".to_owned(), input(Ref::new(&own), "All of the records meet this.")),
        ("none".to_owned(), input(Ref::new(&own), "None of the records meets this.")),
    ]);
    if let Some(name) = tag_name(module) {
        let bound = |ty, description: &str| InputField { bind: InputBind::Tagged(name), ..input(ty, description) };
        quantified.insert("has".to_owned(), bound(Ref::new("String"), "Has the tag of this name."));
        quantified.insert("hasAny".to_owned(), bound(Ref::list("String"), "Has any of the tags of these names."));
        quantified.insert("hasAll".to_owned(), bound(Ref::list("String"), "Has all of the tags of these names."));
        quantified.insert("isEmpty".to_owned(), bound(Ref::new("Boolean"), "Whether there is no tag."));
    }
    let description = format!("Conditions on a connection to {}.", module.plural_label.get(LANGUAGE));
    let ty = InputObjectType { description, one_of: false, module: Some(module.id), values: false, fields: quantified };
    table.inputs.insert(naming::list_filter_type(&module.name), ty);
}

/// The name of a tag, by which records are found.
fn tag_name(module: &Module) -> Option<FieldId> {
    (module.name == "Tag").then(|| module.find("name").map(|field| field.id)).flatten()
}

pub(super) fn order(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let mut fields = IndexMap::new();
    for field in former::named(module).filter(|f| !f.secret && f.has_value()) {
        let description = field.label.get(LANGUAGE);
        let (name, ty, bind) = match &field.ty {
            FieldType::Json { .. } | FieldType::MultiSelect { .. } | FieldType::Polymorphic { .. } => continue,
            FieldType::Relation { to, .. } => {
                let ty = naming::order_type(&catalog.module(*to).name);
                (field.gql.clone(), Ref::new(ty), InputBind::Related(field.id))
            }
            _ => (field.gql.clone(), Ref::new("OrderDirection"), InputBind::Field(field.id)),
        };
        fields.insert(name, InputField { bind, ..input(ty, description) });
    }
    let description = format!("One key of an order of {}.", module.plural_label.get(LANGUAGE));
    let ty = InputObjectType { description, one_of: true, module: Some(module.id), values: false, fields };
    table.inputs.insert(naming::order_type(&module.name), ty);
}
