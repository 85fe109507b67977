//! A naive evaluator of GraphQL over rows in memory. It shares nothing with the compiled path but the catalog's names and
//! types: documents are parsed by another library, and every rule is written down again as the specification words it.

mod aggregate;
mod cell;
mod check;
mod coerce;
mod collect;
mod execute;
mod filter;
mod operand;
mod order;
mod page;
mod pattern;
mod period;
mod test;
mod world;

pub(super) use cell::{Cell, Kind, decimal};
pub(super) use coerce::Values;
pub(super) use collect::applies;
pub(super) use page::{Cursors, Position, learn};
pub(super) use world::{Meaning, NOBODY, World};

use apollo_compiler::ast::Document;
use collect::Parts;
use execute::Execution;
use kontor_metadata::model::Module;
use serde_json::{Map, Value as Json, json};
use std::cell::RefCell;
use uuid::Uuid;

/// A value that makes no sense: the whole request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadInput;

/// What is to be answered.
#[derive(Debug)]
pub(super) struct Expected {
    /// The data, with marks for cursors.
    pub(super) data: Json,
    /// Response keys of the root fields that find nothing.
    pub(super) missing: Vec<String>,
    /// What the marks stand for.
    pub(super) positions: Vec<Position>,
}

/// Answers a valid document.
///
/// # Errors
/// When variables or arguments make no sense.
pub(super) fn answer(
    world: &World,
    cursors: &Cursors,
    document: &Document,
    given: &Values,
) -> Result<Expected, BadInput> {
    let parts = Parts::of(document);
    let variables = coerce::variables(&world.schema, parts.operation, given)?;
    let selections = [parts.operation.selection_set.as_slice()];
    let execution = Execution { world, cursors, parts, variables, positions: RefCell::default() };
    // Bad values are refused whether or not a record has the field, and before anything is executed.
    execution.check("Query", &selections)?;
    let mut data = Map::new();
    let mut missing = Vec::new();
    for group in execution.collect("Query", &selections) {
        let name = group.field().name.as_str();
        let arguments = execution.arguments("Query", &group)?;
        let sets = group.selections();
        let id = arguments.get("id").and_then(Json::as_str).map(|id| Uuid::parse_str(id).map_err(|_| BadInput));
        let id = id.transpose()?.map_or(Cell::Null, Cell::Id);
        let found = |module, id: &Cell| world.find(module, id).map(|row| execution.record(module, row, &sets));
        let modules = &world.catalog.modules;
        let value = match name {
            "__typename" => Some(Ok(json!("Query"))),
            "me" => found(world.catalog.find("User").unwrap(), &Cell::Id(world.user.id)),
            "nodes" => {
                let ids = arguments["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().parse().unwrap());
                let readable = || modules.iter().filter(|m| m.operations.read);
                let each =
                    ids.map(|id| readable().find_map(|module| found(module, &Cell::Id(id))).unwrap_or(Ok(Json::Null)));
                Some(each.collect())
            }
            "node" => modules.iter().filter(|m| m.operations.read).find_map(|module| found(module, &id)),
            _ => {
                let aggregate = name.strip_suffix("Aggregate");
                let named = |m: &&Module| m.gql_one == name || m.gql_many == aggregate.unwrap_or(name);
                let module = modules.iter().find(named);
                let module = module.unwrap_or_else(|| panic!("unknown root field {name}"));
                if aggregate.is_some() {
                    Some(execution.aggregate(module, &arguments, |_| true, &sets))
                } else if module.gql_one == name {
                    found(module, &id)
                } else {
                    let ty = execution.definition("Query", &group).ty.inner_named_type();
                    Some(execution.list(ty, module, &arguments, |_| true, &sets))
                }
            }
        };
        if value.is_none() {
            missing.push(group.key.to_owned());
        }
        data.insert(group.key.to_owned(), value.transpose()?.unwrap_or_default());
    }
    Ok(Expected { data: Json::Object(data), missing, positions: execution.positions.into_inner() })
}
