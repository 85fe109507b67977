//! `@dryRun`: a mutation runs, answers, and has not happened.

use crate::{
    error::Error,
    schema::model::{DRY_RUN, DRY_RUN_DESCRIPTION},
};
use async_graphql::{
    Name, Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Whether an operation is only tried.
pub(crate) fn is_asked(operation: &OperationDefinition) -> bool {
    operation.directives.iter().any(|directive| directive.node.name.node == DRY_RUN)
}

/// Takes the directive from where it may stand, since async-graphql knows none but its own; anywhere else it stays, and is
/// refused as unknown.
///
/// # Errors
/// Where it stands on another operation, twice, or with an argument.
pub(crate) fn take(document: &mut ExecutableDocument) -> Result<(), Error> {
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(only) => vec![only],
        DocumentOperations::Multiple(all) => all.values_mut().collect(),
    };
    for operation in operations {
        let is_mutation = operation.node.ty == OperationType::Mutation;
        let mut found = 0;
        for directive in operation.node.directives.iter().filter(|directive| directive.node.name.node == DRY_RUN) {
            found += 1;
            let message = match (is_mutation, found, directive.node.arguments.is_empty()) {
                (true, 1, true) => continue,
                (false, ..) => "The directive \"@dryRun\" may be used on mutations only.",
                (true, _, false) => "The directive \"@dryRun\" has no arguments.",
                (true, ..) => "The directive \"@dryRun\" can only be used once.",
            };
            return Err(Error::input(message).at(directive.pos));
        }
        operation.node.directives.retain(|directive| directive.node.name.node != DRY_RUN);
    }
    Ok(())
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Adds the directive to the answer to `__schema`, if its directives are asked for.
pub(crate) fn introspect(schema: &mut Value, set: &SelectionSet, fragments: &Fragments) {
    let mut lists = HashMap::new();
    named(set, fragments, &mut |field, key| {
        if field.name.node == "directives" {
            let parts: &mut HashMap<String, String> = lists.entry(key.to_owned()).or_default();
            named(&field.selection_set.node, fragments, &mut |part, key| {
                parts.insert(key.to_owned(), part.name.node.to_string());
            });
        }
    });
    for (key, parts) in lists {
        // What was left out of the others is left out of this one too.
        let Some(Value::Array(directives)) = schema.get_mut(&key) else { continue };
        let Some(Value::Object(other)) = directives.first() else { continue };
        let entry: Map<_, _> = other.keys().map(|key| (key.clone(), part(parts.get(key)))).collect();
        directives.insert(0, Value::Object(entry));
    }
}

fn part(name: Option<&String>) -> Value {
    match name.map(String::as_str) {
        Some("name") => json!(DRY_RUN),
        Some("description") => json!(DRY_RUN_DESCRIPTION),
        Some("locations") => json!(["MUTATION"]),
        Some("args") => json!([]),
        Some("isRepeatable") => json!(false),
        Some("__typename") => json!("__Directive"),
        _ => Value::Null,
    }
}

/// Calls with every field of a selection and its response key.
fn named<'a>(
    set: &'a SelectionSet,
    fragments: &'a Fragments,
    found: &mut dyn FnMut(&'a async_graphql::parser::types::Field, &'a str),
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => found(&field.node, field.node.response_key().node.as_str()),
            Selection::InlineFragment(inline) => named(&inline.node.selection_set.node, fragments, found),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    named(&fragment.node.selection_set.node, fragments, found);
                }
            }
        }
    }
}
