//! Tests of values: the operators of filters.

use super::{
    BadInput,
    cell::{Cell, Kind},
    coerce::Values,
    filter::not,
    operand::{day, operand, operands},
    pattern::Pattern,
    world::World,
};
use chrono::{NaiveTime, TimeZone as _, Utc};
use kontor_metadata::model::Field;
use serde_json::Value as Json;
use std::cmp::Ordering;

/// A test of a value.
pub(super) enum Test {
    IsNull(bool),
    IsEmpty(bool),
    /// The value stands so to another.
    Compare(fn(Ordering) -> bool, Cell),
    In(Vec<Cell>),
    Like(Pattern),
    /// Contains all, or any, of these options.
    HasAll(Vec<Cell>),
    HasAny(Vec<Cell>),
    /// The same set of options, in the same order.
    JsonIs(Vec<String>, Json),
    JsonHas(Vec<String>, bool),
    Not(Box<Test>),
}

/// The operators given for a column; all must hold.
pub(super) fn tests_of(world: &World, field: Option<&Field>, kind: Kind, value: &Json) -> Result<Vec<Test>, BadInput> {
    let Json::Object(operators) = value else { return Ok(vec![Test::IsNull(true)]) };
    if kind == Kind::Json {
        return json_tests(operators);
    }
    let mut tests = Vec::new();
    for (operator, value) in operators {
        match (operator.as_str(), value) {
            ("eq", Json::Null) => tests.push(Test::IsNull(true)),
            ("ne", Json::Null) => tests.push(Test::IsNull(false)),
            (_, Json::Null) => return Err(BadInput),
            ("within", Json::String(range)) => {
                let zone = world.time_zone();
                let midnight = |day: chrono::NaiveDate| match kind {
                    Kind::Moment => {
                        let local = zone.from_local_datetime(&day.and_time(NaiveTime::MIN));
                        Cell::Moment(local.earliest().unwrap().to_utc())
                    }
                    _ => Cell::Date(day),
                };
                let (from, to) = day::range(range, Utc::now().with_timezone(&zone).date_naive());
                tests.push(Test::Compare(Ordering::is_ge, midnight(from)));
                tests.push(Test::Compare(Ordering::is_lt, midnight(to)));
            }
            ("between", value) => {
                let [from, to] = operands(field, kind, value)?.try_into().map_err(|_| BadInput)?;
                tests.push(Test::Compare(Ordering::is_ge, from));
                tests.push(Test::Compare(Ordering::is_le, to));
            }
            (operator, value) => tests.push(test(field, kind, operator, value)?),
        }
    }
    Ok(tests)
}

fn test(field: Option<&Field>, kind: Kind, operator: &str, value: &Json) -> Result<Test, BadInput> {
    let compare = |holds: fn(Ordering) -> bool| Ok(Test::Compare(holds, operand(field, kind, value)?));
    match operator {
        "eq" => compare(Ordering::is_eq),
        "ne" => compare(Ordering::is_ne),
        "lt" => compare(Ordering::is_lt),
        "lte" => compare(Ordering::is_le),
        "gt" => compare(Ordering::is_gt),
        "gte" => compare(Ordering::is_ge),
        "in" => Ok(Test::In(operands(field, kind, value)?)),
        "notIn" => Ok(Test::Not(Box::new(Test::In(operands(field, kind, value)?)))),
        "has" => Ok(Test::HasAll(vec![operand(field, kind, value)?])),
        "hasAny" => Ok(Test::HasAny(operands(field, kind, value)?)),
        "hasAll" => Ok(Test::HasAll(operands(field, kind, value)?)),
        "isNull" => Ok(Test::IsNull(value.as_bool().unwrap())),
        "isEmpty" => Ok(Test::IsEmpty(value.as_bool().unwrap())),
        _ => {
            let pattern = Pattern::read(operator, value.as_str().unwrap());
            Ok(Test::Like(pattern.unwrap_or_else(|| panic!("unknown operator {operator}"))))
        }
    }
}

fn json_tests(operators: &Values) -> Result<Vec<Test>, BadInput> {
    let path: Vec<String> = match operators.get("path") {
        Some(Json::String(path)) => path.split('.').map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    if operators.contains_key("path") && !operators.contains_key("eq") && !operators.contains_key("exists") {
        return Err(BadInput);
    }
    let mut tests = Vec::new();
    for (operator, value) in operators {
        match (operator.as_str(), value) {
            ("path", _) => {}
            ("isNull", Json::Bool(wanted)) => tests.push(Test::IsNull(*wanted)),
            ("exists", Json::Bool(wanted)) => tests.push(Test::JsonHas(path.clone(), *wanted)),
            ("eq", value) => tests.push(Test::JsonIs(path.clone(), value.clone())),
            ("isNull" | "exists", Json::Null) => return Err(BadInput),
            (operator, _) => panic!("unknown operator {operator}"),
        }
    }
    Ok(tests)
}

impl Test {
    /// Whether a value passes; `None` is unknown.
    pub(super) fn holds(&self, cell: &Cell) -> Option<bool> {
        match (self, cell) {
            (Self::IsNull(wanted), cell) => Some(cell.is_null() == *wanted),
            (Self::IsEmpty(wanted), Cell::Null) => Some(*wanted),
            (Self::IsEmpty(wanted), Cell::Options(options)) => Some(options.is_empty() == *wanted),
            (Self::Not(inner), cell) => not(inner.holds(cell)),
            // Nothing is in an empty list, not even what is unknown.
            (Self::In(of), _) if of.is_empty() => Some(false),
            (Self::JsonHas(path, wanted), cell) => {
                let there = if let Cell::Json(json) = cell { at(json, path).is_some() } else { false };
                Some(there == *wanted)
            }
            (_, Cell::Null) => None,
            (Self::Compare(holds, other), cell) => Some(holds(cell.compare(other))),
            (Self::In(of), cell) => Some(of.iter().any(|other| cell.compare(other).is_eq())),
            (Self::Like(pattern), Cell::Text(text)) => Some(pattern.matches(text)),
            (Self::HasAll(of), Cell::Options(options)) => Some(of.iter().all(|o| contains(options, o))),
            (Self::HasAny(of), Cell::Options(options)) => Some(of.iter().any(|o| contains(options, o))),
            (Self::JsonIs(path, expected), Cell::Json(json)) => Some(same(at(json, path)?, expected)),
            (_, cell) => panic!("{cell:?} cannot be tested so"),
        }
    }
}

fn contains(options: &[String], option: &Cell) -> bool {
    options.iter().any(|o| Some(o.as_str()) == option.text())
}

/// What is at a path; indexes count from the end when they are negative.
fn at<'j>(json: &'j Json, path: &[String]) -> Option<&'j Json> {
    path.iter().try_fold(json, |json, step| match json {
        Json::Object(object) => object.get(step),
        Json::Array(items) => {
            let index: i64 = step.parse().ok()?;
            let index = if index < 0 { index + i64::try_from(items.len()).unwrap() } else { index };
            items.get(usize::try_from(index).ok()?)
        }
        _ => None,
    })
}

/// Numbers are equal by value.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}
