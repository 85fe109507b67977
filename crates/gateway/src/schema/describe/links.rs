//! What inputs say of the other records that one is linked to: `{create}`, `{link}`, `{unlink}`.

use super::{LANGUAGE, input, is_anything};
use crate::schema::model::{InputBind, InputField, InputObjectType, Ref, TypeTable};
use indexmap::IndexMap;
use kontor_metadata::{
    model::{Catalog, Connection, Field, FieldType, Module, Trait, Via},
    naming,
};

/// What an input may say of a connection.
struct Offer {
    /// Type of its value.
    name: String,
    /// Type of new records, where there may be some.
    create: Option<String>,
    link: bool,
    unlink: bool,
}

/// The keys of an input that stand for connections.
pub(super) fn keys<'c>(
    catalog: &'c Catalog,
    module: &'c Module,
) -> impl Iterator<Item = (String, InputField)> + use<'c> {
    module.connections.iter().filter_map(|connection| {
        let offer = offer(catalog, connection)?;
        let description = connection.label.get(LANGUAGE);
        let bind = InputBind::Links(connection.id);
        Some((connection.gql.clone(), InputField { bind, ..input(Ref::new(offer.name), description) }))
    })
}

/// The types of what inputs say of relations and connections to a module.
pub(super) fn types(table: &mut TypeTable, catalog: &Catalog, module: &Module) {
    let label = module.label.get(LANGUAGE);
    for required in [false, true] {
        let mut fields = IndexMap::new();
        if module.operations.create {
            let ty = Ref::new(naming::create_input_type(&module.name));
            fields.insert("create".to_owned(), input(ty, "A new record."));
        }
        fields.insert("link".to_owned(), input(Ref::new("ID"), "The record with this id."));
        if !required {
            fields.insert("unlink".to_owned(), input(Ref::new("Boolean"), "`true`: none any more."));
        }
        // Not `@oneOf`: generators of clients, which make types of all inputs, have no default for it.
        let description = format!("The {label} that a record is linked to, by one of these keys.");
        values(table, naming::link_input_type(&module.name, required), description, module, fields);
    }
    for connection in &module.connections {
        let Some(offer) = offer(catalog, connection) else { continue };
        if table.inputs.contains_key(&offer.name) {
            continue;
        }
        let mut fields = IndexMap::new();
        if let Some(create) = offer.create {
            fields.insert("create".to_owned(), input(Ref::list(create), "New records."));
        }
        if offer.link {
            fields.insert("link".to_owned(), input(Ref::list("ID"), "Records that are there, by their ids."));
        }
        if offer.unlink {
            fields.insert("unlink".to_owned(), input(Ref::list("ID"), "Records that are linked no more."));
        }
        let target = catalog.module(connection.targets[0]);
        let description = format!("Changes of the {} that a record is linked to.", target.plural_label.get(LANGUAGE));
        values(table, offer.name, description, target, fields);
    }
}

/// Adds a type that holds values of records.
pub(super) fn values(
    table: &mut TypeTable,
    name: String,
    description: String,
    module: &Module,
    fields: IndexMap<String, InputField>,
) {
    let ty = InputObjectType { description, one_of: false, module: Some(module.id), values: true, fields };
    table.inputs.insert(name, ty);
}

/// What an input may say of a connection; nothing where it leads to anything, or nothing of it may be written.
fn offer(catalog: &Catalog, connection: &Connection) -> Option<Offer> {
    if is_anything(connection) {
        return None;
    }
    let target = catalog.module(connection.targets[0]);
    let plain = target.operations.create.then(|| naming::create_input_type(&target.name));
    match &connection.via {
        Via::Junction { .. } => {
            Some(Offer { name: naming::links_input_type(&target.name), create: plain, link: true, unlink: true })
        }
        Via::ForeignKey { field } | Via::Polymorphic { field } => {
            let field = target.field(*field);
            let link = target.operations.update && !field.immutable && !target.has(Trait::AppendOnly);
            if field.generated || field.secret || (plain.is_none() && !link) {
                return None;
            }
            let create = plain.map(|plain| created_under(target, field).unwrap_or(plain));
            let name = naming::links_of_input_type(&target.name, &field.name);
            Some(Offer { name, create, link, unlink: link && !field.required })
        }
    }
}

/// The type of new records that stand under the one that a required relation to anything leads to.
fn created_under(module: &Module, field: &Field) -> Option<String> {
    let required = field.required && matches!(field.ty, FieldType::Polymorphic { .. });
    required.then(|| naming::create_of_input_type(&module.name, &field.name))
}
