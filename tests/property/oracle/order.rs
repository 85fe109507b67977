//! Orders, and positions in them.

use super::{
    cell::Cell,
    world::{Meaning, Row, World},
};
use kontor_metadata::model::{Field, Module};
use serde_json::Value as Json;
use std::cmp::Ordering;

/// One key of an order.
#[derive(Clone)]
pub(super) struct Key<'w> {
    /// Relations to the record that has the field.
    path: Vec<(&'w Field, &'w Module)>,
    column: &'w str,
    descending: bool,
    nulls_first: bool,
}

/// The keys of `orderBy`, or of the module's own order; the id is the last.
pub(super) fn keys<'w>(world: &'w World, module: &'w Module, order: Option<&Json>) -> Vec<Key<'w>> {
    let given = order.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let mut keys: Vec<_> = given.iter().map(|one| key(world, module, one, Vec::new())).collect();
    if let (true, Some(position)) = (given.is_empty(), module.ordered_by) {
        let column = &module.field(position).column;
        keys.push(Key { path: Vec::new(), column, descending: false, nulls_first: false });
    }
    // Behind an id nothing decides any more; the last id goes the way of the key before it.
    let by_id = keys.iter().position(|key| key.path.is_empty() && key.column == "id");
    match by_id {
        Some(id) => keys.truncate(id + 1),
        None => {
            let descending = keys.last().is_some_and(|key| key.descending);
            keys.push(Key { path: Vec::new(), column: "id", descending, nulls_first: false });
        }
    }
    keys
}

fn key<'w>(world: &'w World, module: &'w Module, one: &Json, mut path: Vec<(&'w Field, &'w Module)>) -> Key<'w> {
    let (name, value) = one.as_object().unwrap().iter().next().unwrap();
    match (world.meaning(module, name), value) {
        (Some(Meaning::One(field, target)), value) => {
            path.push((field, target));
            key(world, target, value, path)
        }
        (Some(Meaning::Column(field)), Json::String(direction)) => {
            let descending = direction.starts_with("DESC");
            let nulls_first = match direction.as_str() {
                "ASC" | "ASC_NULLS_LAST" | "DESC_NULLS_LAST" => false,
                "DESC" | "ASC_NULLS_FIRST" | "DESC_NULLS_FIRST" => true,
                other => panic!("unknown direction {other}"),
            };
            Key { path, column: &field.column, descending, nulls_first }
        }
        _ => panic!("{}: unknown order {name}", module.name),
    }
}

/// What makes two orders one, so that cursors of the one fit the other.
pub(super) fn description(keys: &[Key<'_>]) -> String {
    let one = |key: &Key<'_>| {
        let path: Vec<_> = key.path.iter().map(|(field, _)| field.column.as_str()).collect();
        format!("{path:?} {} {} {}", key.column, key.descending, key.nulls_first)
    };
    keys.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The values that a record is ordered by.
pub(super) fn position(world: &World, keys: &[Key<'_>], row: &Row) -> Vec<Cell> {
    let value = |key: &Key<'_>| {
        let end = key.path.iter().try_fold(row, |row, (field, target)| world.find(target, &row[&field.column]));
        end.map_or(Cell::Null, |row| row[key.column].clone())
    };
    keys.iter().map(value).collect()
}

/// Which of two positions comes first.
pub(super) fn compare(keys: &[Key<'_>], a: &[Cell], b: &[Cell]) -> Ordering {
    let one = |(n, key): (usize, &Key<'_>)| placed(&a[n], &b[n], key.descending, key.nulls_first);
    keys.iter().enumerate().map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Which of two values comes first in a direction of `OrderDirection`.
pub(super) fn directed(a: &Cell, b: &Cell, direction: &str) -> Ordering {
    let nulls_first = match direction {
        "ASC" | "ASC_NULLS_LAST" | "DESC_NULLS_LAST" => false,
        "DESC" | "ASC_NULLS_FIRST" | "DESC_NULLS_FIRST" => true,
        other => panic!("unknown direction {other}"),
    };
    placed(a, b, direction.starts_with("DESC"), nulls_first)
}

fn placed(a: &Cell, b: &Cell, descending: bool, nulls_first: bool) -> Ordering {
    let nulls = if nulls_first { Ordering::Less } else { Ordering::Greater };
    match (a.is_null(), b.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => nulls,
        (false, true) => nulls.reverse(),
        _ if descending => b.compare(a),
        _ => a.compare(b),
    }
}
