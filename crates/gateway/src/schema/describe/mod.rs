//! From the catalog to the GraphQL schema: one description that everything else follows.

mod access;
mod aggregates;
mod conditions;
mod conversions;
mod feeds;
mod former;
mod identity;
mod inputs;
mod links;
mod metadata;
mod mutations;
mod notifications;
mod platform;
mod privacy;
mod reachable;
mod records;
mod roots;
mod search;

pub(crate) use mutations::{key_name, keys};
pub(crate) use records::is_anything;

use super::model::{Bind, InputBind, InputField, OutputField, Ref, TypeTable};
use kontor_metadata::model::Catalog;

/// Language of descriptions in the SDL.
const LANGUAGE: &str = "en";

/// The schema of a catalog.
pub fn describe(catalog: &Catalog) -> TypeTable {
    let mut table = TypeTable::default();
    platform::platform(&mut table, catalog);
    metadata::metadata(&mut table);
    aggregates::buckets(&mut table);
    for module in &catalog.modules {
        records::enums(&mut table, module);
        records::object(&mut table, catalog, module);
        records::connection_types(
            &mut table,
            &module.name,
            Ref::required(&module.name),
            module.plural_label.get(LANGUAGE),
        );
        conditions::filter(&mut table, catalog, module);
        conditions::order(&mut table, catalog, module);
        aggregates::aggregates(&mut table, catalog, module);
        links::types(&mut table, catalog, module);
        if module.operations.create {
            inputs::inputs(&mut table, catalog, module, true);
        }
        if module.operations.update {
            inputs::inputs(&mut table, catalog, module, false);
        }
    }
    roots::query(&mut table, catalog);
    mutations::mutation(&mut table, catalog);
    feeds::subscription(&mut table, catalog);
    reachable::keep_reachable(&mut table);
    table
}

fn text(label: &kontor_metadata::model::Text, help: &kontor_metadata::model::Text) -> String {
    let (label, help) = (label.get(LANGUAGE), help.get(LANGUAGE));
    if help.is_empty() { label.to_owned() } else { format!("{label}. {help}") }
}

fn output(ty: Ref, bind: Bind, description: impl Into<String>) -> OutputField {
    OutputField { ty, arguments: Vec::new(), description: description.into(), deprecated: None, bind }
}

fn input(ty: Ref, description: impl Into<String>) -> InputField {
    InputField { ty, description: description.into(), default: None, bind: InputBind::Name }
}
