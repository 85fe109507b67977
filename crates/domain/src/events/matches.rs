//! Conditions on the image of a record, with the same three answers as in SQL: yes, no and unknown.

use super::Image;
use crate::{
    query::{Filter, Operand, Test},
    store::{json_path, like::Pattern, like_pattern},
    value::Value,
};
use kontor_metadata::model::Module;
use std::cmp::Ordering;
use uuid::Uuid;

/// Whether a condition can be answered for images: of the record itself it looks at stored fields only. What it says of
/// related records is asked of the database.
#[must_use]
pub fn is_answerable(module: &Module, filter: &Filter) -> bool {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().all(|part| is_answerable(module, part)),
        Filter::Not(inner) => is_answerable(module, inner),
        Filter::Field(field, _) => module.field(*field).is_stored(),
        Filter::TypeOf(..)
        | Filter::In(..)
        | Filter::Shared(_)
        | Filter::One(..)
        | Filter::Readable(..)
        | Filter::Many(..) => true,
        Filter::Search(_) => false,
    }
}

/// What an image does not tell: whether a condition on related records or on the caller ([`Filter::One`],
/// [`Filter::Many`], [`Filter::In`], [`Filter::Readable`] or [`Filter::Shared`]) holds for what is linked by this id, its own
/// or that of the related record. Unknown where it has to be asked first.
pub type Related<'r> = &'r mut dyn FnMut(&Filter, Uuid) -> Option<bool>;

/// Whether a condition holds for an image; unknown where it compares with nothing, or what it needs is unknown.
#[must_use]
pub fn holds(module: &Module, filter: &Filter, values: &[Value], image: &Image, related: Related<'_>) -> Option<bool> {
    match filter {
        Filter::All(parts) => decided(false, parts.iter().map(|part| holds(module, part, values, image, related))),
        Filter::Any(parts) => decided(true, parts.iter().map(|part| holds(module, part, values, image, related))),
        Filter::Not(inner) => holds(module, inner, values, image, related).map(|holds| !holds),
        Filter::Field(field, test) => passes(&image.value(module.field(*field)), *test, values),
        Filter::TypeOf(field, test) => passes(&image.type_of(module.field(*field)), *test, values),
        Filter::One(field, _) | Filter::In(field, _) | Filter::Readable(field, _) => {
            match image.value(module.field(*field)) {
                Value::Uuid(link) => related(filter, link),
                _ => Some(false),
            }
        }
        Filter::Many(..) | Filter::Shared(_) => related(filter, image.id()?),
        Filter::Search(_) => None,
    }
}

/// What one decisive answer is enough for, and the opposite needs all the others.
fn decided(decisive: bool, answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for answer in answers {
        match answer {
            Some(answer) if answer == decisive => return Some(decisive),
            Some(_) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(!decisive)
}

fn passes(value: &Value, test: Test, values: &[Value]) -> Option<bool> {
    let operand = |operand: Operand| values.get(operand.0 as usize).unwrap_or(&Value::Null);
    let order = |given: Operand, wanted: fn(Ordering) -> bool| compare(value, operand(given)).map(wanted);
    let elements = |given: Operand| match operand(given) {
        Value::List(items) => Some(items.as_slice()),
        Value::Null => None,
        single => Some(std::slice::from_ref(single)),
    };
    let set = if let Value::List(options) = value { Some(options) } else { None };
    match test {
        Test::Eq(given) => order(given, Ordering::is_eq),
        Test::Ne(given) => order(given, Ordering::is_ne),
        Test::Lt(given) => order(given, Ordering::is_lt),
        Test::Lte(given) => order(given, Ordering::is_le),
        Test::Gt(given) => order(given, Ordering::is_gt),
        Test::Gte(given) => order(given, Ordering::is_ge),
        Test::In(given) => is_one_of(value, elements(given)?),
        Test::NotIn(given) => is_one_of(value, elements(given)?).map(|is| !is),
        Test::IsNull(wanted) => Some(value.is_null() == wanted),
        Test::Like { operand: given, form, insensitive } => match (value, operand(given)) {
            (Value::Text(text), Value::Text(sought)) => {
                Pattern::new(&like_pattern(form, sought), insensitive).matches(text).ok()
            }
            _ => None,
        },
        Test::Has(given) => Some(set?.contains(operand(given))),
        Test::HasAny(given) => elements(given).zip(set).map(|(wanted, set)| wanted.iter().any(|w| set.contains(w))),
        Test::HasAll(given) => elements(given).zip(set).map(|(wanted, set)| wanted.iter().all(|w| set.contains(w))),
        Test::IsEmpty(wanted) => Some(set.is_none_or(Vec::is_empty) == wanted),
        Test::JsonIs { path, value: expected } => match (value, operand(path), operand(expected)) {
            (Value::Json(json), Value::List(path), Value::Json(expected)) => {
                json_path::is(json, &texts(path), expected)
            }
            _ => None,
        },
        Test::JsonHas { path, wanted } => match (value, operand(path)) {
            (Value::Json(json), Value::List(path)) => Some(json_path::has(json, &texts(path)) == wanted),
            (_, Value::List(_)) => Some(!wanted),
            _ => None,
        },
    }
}

fn texts(values: &[Value]) -> Vec<String> {
    let texts = values.iter().map(|value| if let Value::Text(text) = value { text.as_str() } else { "" });
    texts.map(str::to_owned).collect()
}

fn is_one_of(value: &Value, list: &[Value]) -> Option<bool> {
    decided(true, list.iter().map(|item| compare(value, item).map(Ordering::is_eq)))
}

/// The order of two values of a field; unknown where one is not there.
fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Integer(a), Value::Integer(b))
        | (Value::Decimal(a), Value::Decimal(b))
        | (Value::Time(a), Value::Time(b))
        | (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Uuid(a), Value::Uuid(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
