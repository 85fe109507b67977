use crate::wording::{holds, level, properties};
use kontor_metadata::model::{Access, Action, Catalog, Field, Module, Origin, Text, Trait};
use serde_json::{Map, Value, json};

/// The module for programs; `origin` is file and line of each thing, null for what nobody wrote.
pub(super) fn describe(catalog: &Catalog, module: &Module) -> String {
    let name = |id| module.field(id).name.as_str();
    let blocks = module.blocks.iter().map(|block| {
        let fields: Vec<_> = block.fields.iter().map(|id| name(*id)).collect();
        json!({"name": block.name, "label": text(&block.label), "fields": fields, "origin": origin(&block.origin)})
    });
    let connections = module.connections.iter().map(|connection| {
        let targets: Vec<_> = connection.targets.iter().map(|id| &catalog.module(*id).name).collect();
        json!({"name": connection.name, "label": text(&connection.label), "targets": targets})
    });
    let rules = module.rules.iter().map(|rule| {
        json!({"name": rule.name, "check": rule.check.source, "at": rule.at.map(name), "message": text(&rule.message),
            "origin": origin(&rule.origin)})
    });
    let events = module
        .events
        .iter()
        .map(|event| json!({"name": event.name, "when": event.when.source, "origin": origin(&event.origin)}));
    let indexes = module.indexes.iter().map(
        |index| json!({"fields": index.fields.iter().map(|id| name(*id)).collect::<Vec<_>>(), "unique": index.unique}),
    );
    let object = json!({
        "name": module.name,
        "plural": module.plural,
        "label": text(&module.label),
        "pluralLabel": text(&module.plural_label),
        "help": text(&module.help),
        "package": catalog.packages[module.package].name,
        "table": module.table,
        "graphql": {"one": module.gql_one, "many": module.gql_many},
        "title": name(module.title),
        "traits": Trait::ALL.into_iter().filter(|t| module.has(*t)).map(Trait::name).collect::<Vec<_>>(),
        "views": {"list": module.views.list, "boardBy": module.views.board_by.map(name),
            "boardSum": module.views.board_sum.map(name)},
        "keys": keys(&module.written),
        "origin": origin(&module.origin),
        "blocks": blocks.collect::<Vec<_>>(),
        "fields": module.fields.iter().map(|f| field(catalog, module, f)).collect::<Vec<_>>(),
        "connections": connections.collect::<Vec<_>>(),
        "rules": rules.collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
        "access": module.access.iter().map(access).collect::<Vec<_>>(),
        "indexes": indexes.collect::<Vec<_>>(),
    });
    format!("{object:#}\n")
}

fn field(catalog: &Catalog, module: &Module, field: &Field) -> Value {
    let options = field.choices().map(|choices| {
        let option = |choice: &kontor_metadata::model::Choice| {
            json!({"name": choice.name, "graphql": choice.gql, "label": text(&choice.label),
                "origin": origin(&choice.origin)})
        };
        choices.iter().map(option).collect::<Vec<_>>()
    });
    json!({
        "name": field.name,
        "graphql": field.gql,
        "column": field.column,
        "type": field.ty.name(),
        "holds": holds(catalog, field),
        "properties": properties(module, field),
        "label": text(&field.label),
        "help": text(&field.help),
        "package": catalog.packages[field.package].name,
        "options": options,
        "access": field.access.iter().map(access).collect::<Vec<_>>(),
        "keys": keys(&field.written),
        "origin": origin(&field.origin),
    })
}

fn access(access: &Access) -> Value {
    let levels: Map<String, Value> = Action::ALL
        .into_iter()
        .zip(access.levels)
        .map(|(action, reach)| (action.name().to_owned(), json!(level(reach))))
        .collect();
    json!({"role": access.role, "levels": levels, "origin": origin(&access.origin)})
}

fn keys(written: &[(String, Origin)]) -> Value {
    Value::Object(written.iter().map(|(key, place)| (key.clone(), origin(place))).collect())
}

fn text(text: &Text) -> Value {
    Value::Object(text.iter().map(|(tag, text)| (tag.to_owned(), json!(text))).collect())
}

fn origin(origin: &Origin) -> Value {
    if origin.line == 0 { Value::Null } else { json!({"file": origin.file, "line": origin.line}) }
}
