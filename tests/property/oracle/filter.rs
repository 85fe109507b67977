//! Filters: conditions over records, with the three truth values of SQL.

use super::{
    BadInput,
    cell::{Cell, Kind},
    coerce::Values,
    test::{Test, tests_of},
    world::{Deleted, Meaning, Row, World},
};
use kontor_metadata::model::{Connection, Field, Module};
use serde_json::Value as Json;
use std::cmp::Ordering;

/// A condition on a record.
pub(super) enum Condition<'w> {
    All(Vec<Condition<'w>>),
    Any(Vec<Condition<'w>>),
    Not(Box<Condition<'w>>),
    /// A test of the value of a column.
    Test(String, Test),
    /// The record behind a relation meets a condition.
    One(&'w Field, &'w Module, Box<Condition<'w>>),
    /// Some, every, none of the records of a connection meet a condition.
    Many(&'w Connection, String, &'w Module, Box<Condition<'w>>),
}

impl<'w> Condition<'w> {
    /// Reads a filter of a module.
    pub(super) fn read(world: &'w World, module: &'w Module, filter: &Values) -> Result<Self, BadInput> {
        let mut all = Vec::new();
        for (key, value) in filter {
            match (key.as_str(), value) {
                ("and" | "or" | "not", Json::Null) => {}
                ("and" | "or", Json::Array(parts)) => {
                    let parts = parts.iter().map(|part| Self::read(world, module, part.as_object().unwrap()));
                    let parts = parts.collect::<Result<_, _>>()?;
                    all.push(if key == "and" { Self::All(parts) } else { Self::Any(parts) });
                }
                ("not", Json::Object(inner)) => all.push(Self::Not(Box::new(Self::read(world, module, inner)?))),
                _ => Self::key(world, module, key, value, &mut all)?,
            }
        }
        Ok(Self::All(all))
    }

    fn key(world: &'w World, module: &'w Module, key: &str, value: &Json, all: &mut Vec<Self>) -> Result<(), BadInput> {
        let meaning = world.meaning(module, key).unwrap_or_else(|| panic!("{}: unknown filter {key}", module.name));
        match (meaning, value) {
            (Meaning::Many(_), Json::Null) => {}
            (Meaning::Many(connection), Json::Object(quantified)) => {
                let target = world.catalog.module(connection.targets[0]);
                let some = |inner| Self::Many(connection, "some".to_owned(), target, Box::new(inner));
                let named = |test| some(Self::Test(target.find("name").unwrap().column.clone(), test));
                let is = |name: &Json| named(Test::Compare(Ordering::is_eq, text(name)));
                for (key, value) in quantified.iter().filter(|(_, value)| !value.is_null()) {
                    all.push(match (key.as_str(), value) {
                        ("has", name) => is(name),
                        ("hasAny", Json::Array(names)) => named(Test::In(names.iter().map(text).collect())),
                        ("hasAll", Json::Array(names)) => Self::All(names.iter().map(is).collect()),
                        ("isEmpty", Json::Bool(true)) => Self::Not(Box::new(some(Self::All(Vec::new())))),
                        ("isEmpty", Json::Bool(false)) => some(Self::All(Vec::new())),
                        (quantifier, inner) => {
                            let inner = Self::read(world, target, inner.as_object().unwrap())?;
                            Self::Many(connection, quantifier.to_owned(), target, Box::new(inner))
                        }
                    });
                }
            }
            (Meaning::One(field, _), Json::Null) => all.push(Self::Test(field.column.clone(), Test::IsNull(true))),
            (Meaning::One(field, target), Json::Object(inner)) => {
                all.push(Self::One(field, target, Box::new(Self::read(world, target, inner)?)));
            }
            (Meaning::Column(field), value) => {
                let tests = tests_of(world, Some(field), Kind::of(field), value)?;
                all.extend(tests.into_iter().map(|test| Self::Test(field.column.clone(), test)));
            }
            (Meaning::TypeOf(field), value) => {
                let column = field.type_column().unwrap();
                let tests = tests_of(world, Some(field), Kind::Text, value)?;
                all.extend(tests.into_iter().map(|test| Self::Test(column.clone(), test)));
            }
            _ => panic!("{}: no filter for {key}", module.name),
        }
        Ok(())
    }

    /// Whether a row meets it; `None` is unknown.
    pub(super) fn holds(&self, world: &World, module: &Module, row: &Row) -> Option<bool> {
        match self {
            Self::All(parts) => all(parts.iter().map(|part| part.holds(world, module, row))),
            Self::Any(parts) => all(parts.iter().map(|part| not(part.holds(world, module, row)))).map(|none| !none),
            Self::Not(inner) => not(inner.holds(world, module, row)),
            Self::Test(column, test) => test.holds(&row[column]),
            Self::One(field, target, inner) => {
                let other = world.find(target, &row[&field.column]);
                Some(other.is_some_and(|other| inner.holds(world, target, other) == Some(true)))
            }
            Self::Many(connection, quantifier, target, inner) => {
                let mut met = world
                    .visible(target, Deleted::Exclude)
                    .into_iter()
                    .filter(|other| world.is_linked(module, connection, target, other, &row["id"]))
                    .map(|other| inner.holds(world, target, other) == Some(true));
                Some(match quantifier.as_str() {
                    "some" => met.any(|met| met),
                    "every" => met.all(|met| met),
                    "none" => !met.any(|met| met),
                    other => panic!("unknown quantifier {other}"),
                })
            }
        }
    }
}

/// Whether all of some parts are true.
pub(super) fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<_> = parts.collect();
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn text(json: &Json) -> Cell {
    Cell::Text(json.as_str().unwrap().to_owned())
}

pub(super) fn not(value: Option<bool>) -> Option<bool> {
    value.map(|value| !value)
}
