//! The format as JSON Schema (draft-07, which the YAML language server understands), for editors.

use super::{Key, Takes, Thing};
use crate::{
    field_type::TypeName,
    model::{Catalog, Field, Module, Trait},
};
use serde_json::{Map, Value, json};

/// The schema of the files of `modules/`: every key with its documentation, and the names of a catalog to choose from. A
/// name that is not in it is no mistake: it may be about to be written.
#[must_use]
pub fn module_schema(catalog: &Catalog) -> String {
    let others = [Thing::Package, Thing::Extension, Thing::Adjustment];
    let things = Thing::ALL.into_iter().filter(|thing| !others.contains(thing));
    pretty(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A module of Kontor",
        "$ref": "#/definitions/module",
        "definitions": definitions(things, Some(catalog)),
    }))
}

/// The schema of the files of `extend/`, in the same manner.
#[must_use]
pub fn extension_schema(catalog: &Catalog) -> String {
    let things = [Thing::Extension, Thing::Adjustment, Thing::Block, Thing::Field, Thing::Choice];
    let things = things.into_iter().chain([Thing::Rollup, Thing::Rule]);
    pretty(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "An extension of a module of Kontor",
        "$ref": "#/definitions/extension",
        "definitions": definitions(things, Some(catalog)),
    }))
}

/// The schema of `package.yaml`.
#[must_use]
pub fn package_schema() -> String {
    pretty(&json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A package of Kontor",
        "$ref": "#/definitions/package",
        "definitions": definitions([Thing::Package].into_iter(), None),
    }))
}

/// For comparison line by line.
fn pretty(json: &Value) -> String {
    format!("{json:#}\n")
}

fn definitions(things: impl Iterator<Item = Thing>, catalog: Option<&Catalog>) -> Value {
    let things: Vec<Thing> = things.collect();
    let extension = things.contains(&Thing::Extension);
    let mut definitions: Map<String, Value> =
        things.into_iter().map(|thing| (thing.name().to_owned(), definition(thing, catalog))).collect();
    definitions.insert("text".to_owned(), text());
    if let Some(catalog) = catalog {
        definitions
            .insert("moduleName".to_owned(), suggested(catalog.modules.iter().map(|module| module.name.as_str())));
        let mut fields: Vec<&str> = catalog.modules.iter().flat_map(author_fields).collect();
        fields.sort_unstable();
        fields.dedup();
        definitions.insert("fieldName".to_owned(), suggested(fields));
        // Children can be extended, and have no file of their own.
        for module in catalog.modules.iter().filter(|module| extension || module.parent.is_none()) {
            definitions.insert(fields_of(module), suggested(author_fields(module)));
        }
    }
    Value::Object(definitions)
}

fn author_fields(module: &Module) -> impl Iterator<Item = &str> {
    module.fields.iter().map(|field| field.name.as_str())
}

/// The modules that have a file of their own.
fn with_files(catalog: &Catalog) -> impl Iterator<Item = &Module> {
    catalog.modules.iter().filter(|module| module.parent.is_none())
}

/// The definition of a module's fields.
fn fields_of(module: &Module) -> String {
    format!("fieldOf{}", module.name)
}

/// A text for people.
fn text() -> Value {
    json!({
        "anyOf": [
            {"type": ["string", "number"]},
            {
                "type": "object",
                "propertyNames": {"pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
                "additionalProperties": {"type": ["string", "number"]},
                "defaultSnippets": [{"label": "per language", "body": {"en": "$1", "de": "$2"}}],
            },
        ],
    })
}

/// Names that are offered, others not being wrong.
fn suggested<'n>(names: impl IntoIterator<Item = &'n str>) -> Value {
    let names: Vec<_> = names.into_iter().collect();
    json!({"type": "string", "anyOf": [{"enum": names}, {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"}]})
}

fn definition(thing: Thing, catalog: Option<&Catalog>) -> Value {
    let keys = thing.keys();
    let properties: Map<String, Value> = keys.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    let required: Vec<_> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    match thing {
        Thing::Field => schema["allOf"] = Value::Array(by_type(&keys)),
        Thing::Choice => schema["type"] = json!(["object", "null"]),
        Thing::Rollup => {
            let functions = ["count", "sum", "min", "max", "avg"];
            schema["oneOf"] = functions.iter().map(|function| json!({"required": [function]})).collect();
        }
        Thing::Extension => {
            schema["properties"]["extend"]["anyOf"] = catalog.map(targets).unwrap_or_default();
            schema["allOf"] = catalog
                .into_iter()
                .flat_map(|catalog| catalog.modules.iter().map(|module| fields_to_adjust(catalog, module)))
                .collect();
        }
        Thing::Module => {
            schema["allOf"] = catalog.into_iter().flat_map(with_files).map(own_fields).collect();
        }
        _ => {}
    }
    schema
}

/// Within a module, its own fields are offered.
fn own_fields(module: &Module) -> Value {
    let own = reference(&fields_of(module));
    let many = json!({"type": "array", "items": own.clone()});
    json!({
        "if": {"properties": {"module": {"const": module.name}}, "required": ["module"]},
        "then": {"properties": {
            "title": own.clone(),
            "views": {"properties": {"list": many.clone(), "board": {"properties": {"by": own.clone(), "sum": own}}}},
            "indexes": {"items": many.clone()},
            "unique": {"items": many},
        }},
    })
}

/// What can be extended, others not being wrong.
fn targets(catalog: &Catalog) -> Value {
    let names: Vec<_> = catalog.modules.iter().map(|module| target(catalog, module)).collect();
    json!([{"enum": names}, {"pattern": "^[a-z][a-z0-9_]*/[A-Za-z][A-Za-z0-9]*$"}])
}

/// A module with its package, `core/Opportunity`.
fn target(catalog: &Catalog, module: &Module) -> String {
    format!("{}/{}", catalog.packages[module.package].name, module.name)
}

/// Within an extension, the fields of what it extends are offered: what is adjusted, and picklists that get options.
fn fields_to_adjust(catalog: &Catalog, module: &Module) -> Value {
    let named = |fields: Vec<&Field>, of: Value| -> Map<String, Value> {
        fields.into_iter().map(|field| (field.name.clone(), of.clone())).collect()
    };
    let all = module.fields.iter().filter(|field| field.name != "id").collect();
    let picklists = module.fields.iter().filter(|field| field.choices().is_some()).collect();
    let own = reference(&fields_of(module));
    let many = json!({"type": "array", "items": own});
    json!({
        "if": {"properties": {"extend": {"const": target(catalog, module)}}, "required": ["extend"]},
        "then": {"properties": {
            "adjust": {"properties": named(all, reference(Thing::Adjustment.name()))},
            "options": {"properties": named(picklists, takes(Takes::Options))},
            "indexes": {"items": many.clone()},
            "unique": {"items": many},
        }},
    })
}

/// What each type does not take, and what it needs.
fn by_type(keys: &[&Key]) -> Vec<Value> {
    let mut branches = Vec::new();
    for name in TypeName::all() {
        let Some(ty) = TypeName::parse(name) else { continue };
        let many: &[bool] = if ty == TypeName::Relation { &[false, true] } else { &[false] };
        for many in many {
            let refused = keys.iter().filter(|key| !ty.allows(key.name, *many));
            let what = if *many { "a relation to many".to_owned() } else { format!("`{name}`") };
            let refused: Map<String, Value> = refused
                .map(|key| {
                    let message = format!("`{}` means nothing for {what}", key.name);
                    (key.name.to_owned(), json!({"type": "null", "errorMessage": message, "doNotSuggest": true}))
                })
                .collect();
            let mut condition = json!({"properties": {"type": {"const": name}}, "required": ["type"]});
            if ty == TypeName::Relation {
                condition["properties"]["many"] =
                    if *many { json!({"const": true}) } else { json!({"enum": [false, null]}) };
                if *many {
                    condition["required"] = json!(["type", "many"]);
                }
            }
            let mut then = json!({"properties": refused});
            match ty {
                TypeName::Select | TypeName::MultiSelect => then["required"] = json!(["options"]),
                TypeName::Relation => then["required"] = json!(["to"]),
                _ => {}
            }
            branches.push(json!({"if": condition, "then": then}));
        }
    }
    branches
}

fn property(key: &Key) -> Value {
    let mut schema = takes(key.takes);
    let example =
        if key.example.is_empty() { String::new() } else { format!("\n\n```yaml\n{}: {}\n```", key.name, key.example) };
    schema["description"] = json!(key.help);
    schema["markdownDescription"] = json!(format!("{}{example}", key.help));
    schema
}

fn reference(definition: &str) -> Value {
    // Beside `$ref` nothing counts in draft-07, not even a description.
    json!({"allOf": [{"$ref": format!("#/definitions/{definition}")}]})
}

fn takes(takes: Takes) -> Value {
    let list = |items: Value| json!({"type": "array", "items": items});
    let map = |items: Value| json!({"type": "object", "additionalProperties": items});
    match takes {
        Takes::Format => json!({"const": 1, "default": 1}),
        Takes::Boolean => json!({"type": "boolean"}),
        Takes::Personal => json!({"enum": [true, false, "content"]}),
        Takes::Integer => json!({"type": "integer"}),
        Takes::Limit => json!({"type": ["number", "string"]}),
        Takes::Text => json!({"type": ["string", "number"]}),
        Takes::Name => json!({"type": "string"}),
        Takes::Label => reference("text"),
        Takes::Expression => json!({"type": ["string", "boolean", "number"]}),
        Takes::Condition => json!({"type": ["boolean", "string"]}),
        Takes::Value | Takes::Anything => json!({}),
        Takes::Word(words) => json!({"enum": words}),
        Takes::Words(words) => list(json!({"enum": words})),
        Takes::Type => {
            let names: Vec<_> = TypeName::all().collect();
            let helps: Vec<_> = TypeName::all().map(super::reference::type_help).collect();
            json!({"enum": names, "markdownEnumDescriptions": helps})
        }
        Takes::Traits => list(json!({"enum": Trait::ALL.map(Trait::name)})),
        Takes::Names => list(json!({"type": "string"})),
        Takes::Field => reference("fieldName"),
        Takes::Fields => list(reference("fieldName")),
        Takes::FieldOrFields => json!({"anyOf": [reference("fieldName"), list(reference("fieldName"))]}),
        Takes::FieldLists => list(json!({"anyOf": [reference("fieldName"), list(reference("fieldName"))]})),
        Takes::Target => {
            let by_trait = json!({
                "type": "object",
                "properties": {"trait": {"enum": Trait::ALL.map(Trait::name)}},
                "required": ["trait"],
                "additionalProperties": false,
            });
            json!({"anyOf": [reference("moduleName"), list(reference("moduleName")), by_trait]})
        }
        Takes::Options => {
            json!({"anyOf": [list(json!({"type": ["string", "number"]})), map(json!({"anyOf": [reference("option"), {"type": ["string", "number"]}]}))]})
        }
        Takes::Additions => map(self::takes(Takes::Options)),
        Takes::OptionMap => map(list(json!({"type": ["string", "number"]}))),
        Takes::Dependence => map(map(list(json!({"type": ["string", "number"]})))),
        Takes::Access => {
            let level = json!({"enum": ["own", "team", "all", true, false]});
            let actions = ["read", "create", "update", "delete", "export", "erase", "all"]
                .map(|action| (action.to_owned(), level.clone()));
            let actions: Map<String, Value> = actions.into_iter().collect();
            map(json!({"type": "object", "properties": actions, "additionalProperties": false}))
        }
        Takes::Conversion => map(map(json!({"type": "string"}))),
        Takes::Conditions => map(json!({"type": ["string", "boolean"]})),
        Takes::One(thing) => reference(thing.name()),
        Takes::Map(thing) => map(reference(thing.name())),
    }
}
