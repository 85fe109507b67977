//! The SDL against two lists: the metadata, and a table written by hand from the core model.

use crate::support::App;
use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use std::collections::HashMap;

fn repository(file: &str) -> String {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Type of each field of each object of `schema.graphql`.
fn printed() -> HashMap<String, HashMap<String, String>> {
    let document = parse_schema(repository("schema.graphql")).unwrap();
    let mut types = HashMap::new();
    for definition in document.definitions {
        if let TypeSystemDefinition::Type(ty) = definition
            && let TypeKind::Object(object) = ty.node.kind
        {
            let fields = object.fields.into_iter().map(|f| (f.node.name.node.to_string(), f.node.ty.node.to_string()));
            types.insert(ty.node.name.node.to_string(), fields.collect());
        }
    }
    types
}

#[test]
fn every_field_of_the_core_model_is_in_the_schema() {
    let types = printed();
    let mut wrong = Vec::new();
    let table = repository("tests/data/core_model.tsv");
    let rows = table.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    let mut count = 0;
    for row in rows {
        let [module, field, expected] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not three columns: {row}")
        };
        count += 1;
        let found = types.get(module).and_then(|fields| fields.get(field));
        if found.map(String::as_str) != Some(expected) {
            wrong.push(format!("{module}.{field}: {expected} expected, {found:?} found"));
        }
    }
    assert!(count > 500, "the table has only {count} rows");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_field_of_the_metadata_is_in_the_schema() {
    let types = printed();
    let packages = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("config/packages");
    let catalog = kontor_metadata::load(&packages).unwrap_or_else(|r| panic!("{}", r.render_text(false))).catalog;
    for module in &catalog.modules {
        let fields = &types[&module.name];
        for field in module.fields.iter().filter(|f| !f.secret) {
            assert!(fields.contains_key(&field.gql), "{}.{} is missing", module.name, field.gql);
        }
        for connection in &module.connections {
            assert!(fields.contains_key(&connection.gql), "{}.{} is missing", module.name, connection.gql);
        }
        for secret in module.fields.iter().filter(|f| f.secret) {
            assert!(!fields.contains_key(&secret.gql), "{}.{} is a secret", module.name, secret.gql);
        }
    }
}

#[tokio::test]
async fn the_committed_schema_is_what_the_program_prints() {
    let app = App::new(crate::support::Backend::Sqlite).await;
    let printed = kontor_gateway::schema::sdl(&app.catalog).unwrap();
    assert!(printed == repository("schema.graphql"), "schema.graphql is stale: run `cargo run -- generate`");
}
