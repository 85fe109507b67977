//! The metadata as an answer: known when the document is lowered, and constant from then on.

use super::{Action, Lowering, Selected, argument::Argument};
use crate::error::Error;
use async_graphql::parser::types::SelectionSet;
use kontor_domain::range;
use kontor_metadata::expr::{Formula, Read};
use kontor_metadata::model::{Catalog, Connection, Field, FieldType, JsonSchema, Module, ModuleId, Trait};
use serde_json::{Map, Value, json};

impl<'a> Lowering<'a> {
    /// Every module that may be read.
    pub(super) fn modules(&self, selected: &Selected<'a>) -> Action {
        let readable = self.catalog.modules.iter().filter(|m| m.operations.read);
        let all = readable.map(|m| self.select("Module", &describe(self.catalog, m, &self.language), &selected.sets));
        Action::Constant(Value::Array(all.collect()).to_string())
    }

    /// The module of the argument `name`.
    pub(super) fn module(&self, selected: &Selected<'a>) -> Result<Action, Error> {
        let argument = self.argument(selected.field, "name");
        let name = argument.as_ref().and_then(Argument::name).unwrap_or_default();
        let module = self.catalog.find(name).filter(|m| m.operations.read);
        let module = module.ok_or_else(|| Error::input(format!("There is no module {name} that may be read.")))?;
        let described = self.select("Module", &describe(self.catalog, module, &self.language), &selected.sets);
        Ok(Action::Constant(described.to_string()))
    }

    /// What is selected of a description.
    fn select(&self, ty: &str, described: &Value, sets: &[&'a SelectionSet]) -> Value {
        let mut object = Map::new();
        for selected in self.collect(ty, sets) {
            let name = selected.field.name.node.as_str();
            let Some(field) = self.types.objects[ty].fields.get(name) else {
                object.insert(selected.key, json!(ty));
                continue;
            };
            let value = &described[name];
            let inner = self.types.objects.contains_key(&field.ty.name);
            let value = match value {
                Value::Array(items) if inner => {
                    let items = items.iter().map(|item| self.select(&field.ty.name, item, &selected.sets));
                    Value::Array(items.collect())
                }
                Value::Object(_) if inner => self.select(&field.ty.name, value, &selected.sets),
                value => value.clone(),
            };
            object.insert(selected.key, value);
        }
        Value::Object(object)
    }
}

/// Everything there is to say about a module, under the names of the GraphQL type.
fn describe(catalog: &Catalog, module: &Module, language: &str) -> Value {
    let operations = [
        ("read", module.operations.read),
        ("create", module.operations.create),
        ("update", module.operations.update),
        ("delete", module.operations.delete),
        ("convert", module.operations.update && module.conversion.is_some()),
    ];
    let readable = |f: &&Field| !f.secret;
    let gql = |id| module.field(id).gql.clone();
    let blocks = module.blocks.iter().map(|block| {
        let fields: Vec<_> = block.fields.iter().map(|id| module.field(*id)).filter(readable).map(|f| &f.gql).collect();
        json!({"name": block.name, "label": block.label.get(language), "fields": fields})
    });
    json!({
        "name": module.name,
        "plural": module.plural,
        "one": module.gql_one,
        "many": module.gql_many,
        "label": module.label.get(language),
        "pluralLabel": module.plural_label.get(language),
        "help": text(module.help.get(language)),
        "package": catalog.packages[module.package].name,
        "title": gql(module.title),
        "traits": Trait::ALL.iter().filter(|t| module.has(**t)).map(|t| t.name()).collect::<Vec<_>>(),
        "operations": operations.iter().filter(|(_, has)| *has).map(|(name, _)| name).collect::<Vec<_>>(),
        "blocks": blocks.collect::<Vec<_>>(),
        "fields": module.fields.iter().filter(readable).map(|f| field(catalog, module, f, language)).collect::<Vec<_>>(),
        "connections": module.connections.iter().map(|c| connection(catalog, c, language)).collect::<Vec<_>>(),
        "listView": module.views.list.iter().map(|name| kontor_metadata::naming::camel(name)).collect::<Vec<_>>(),
        "boardBy": module.views.board_by.map(gql),
        "boardSum": module.views.board_sum.map(gql),
    })
}

/// A condition on the records of a module.
fn conditional(catalog: &Catalog, module: &Module, condition: &Formula) -> Value {
    let name = |read: &Read| match read.via.map(|via| module.field(via)) {
        None => module.field(read.field).gql.clone(),
        Some(relation) => match relation.ty {
            FieldType::Relation { to, .. } => format!("{}.{}", relation.gql, catalog.module(to).field(read.field).gql),
            _ => relation.gql.clone(),
        },
    };
    let mut fields: Vec<String> = condition.reads.iter().map(name).collect();
    fields.sort_unstable();
    fields.dedup();
    json!({"expression": condition.source, "fields": fields})
}

fn field(catalog: &Catalog, module: &Module, field: &Field, language: &str) -> Value {
    let condition = |condition: Option<&Formula>| condition.map(|condition| conditional(catalog, module, condition));
    let targets = match &field.ty {
        FieldType::Relation { to, .. } | FieldType::Many { to, .. } => names(catalog, std::slice::from_ref(to)),
        FieldType::Polymorphic { to } => names(catalog, to),
        _ => Vec::new(),
    };
    let (min, max) = range::told(&field.ty);
    let pattern = match &field.ty {
        FieldType::Text { pattern, .. } => pattern.as_deref(),
        _ => None,
    };
    let schema = match &field.ty {
        FieldType::Json { schema } => schema.as_ref().map(JsonSchema::source),
        _ => None,
    };
    let options = field.choices().unwrap_or_default().iter().map(|choice| {
        let label = choice.label.get(language);
        json!({"value": choice.gql, "label": label, "color": choice.color, "deprecated": choice.deprecated})
    });
    json!({
        "name": field.gql,
        "label": field.label.get(language),
        "help": text(field.help.get(language)),
        "type": field.ty.name(),
        "required": field.required,
        "requiredWhen": condition(field.logic.required.as_ref()),
        "visible": condition(field.logic.visible.as_ref()),
        "unique": field.unique,
        "generated": field.generated,
        "immutable": field.immutable,
        "personal": field.personal,
        "mentions": field.mentions,
        "deprecated": field.deprecated,
        "min": min,
        "max": max,
        "pattern": pattern,
        "schema": schema,
        "options": options.collect::<Vec<_>>(),
        "targets": targets,
    })
}

fn connection(catalog: &Catalog, connection: &Connection, language: &str) -> Value {
    json!({
        "name": connection.gql,
        "label": connection.label.get(language),
        "help": text(connection.help.get(language)),
        "targets": names(catalog, &connection.targets),
    })
}

fn names(catalog: &Catalog, ids: &[ModuleId]) -> Vec<String> {
    ids.iter().map(|id| catalog.module(*id).name.clone()).collect()
}

fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
