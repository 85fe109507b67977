//! Conditions on the image of a record, with the same three answers as in SQL: yes, no and unknown.

use super::Image;
use crate::{
    query::{Filter, Operand, Test},
    store::{like::Pattern, like_pattern},
    value::Value,
};
use kontor_metadata::model::Module;
use std::cmp::Ordering;

/// Whether an image alone can answer a condition: it looks at stored fields of the record itself, and into no JSON.
#[must_use]
pub fn is_answerable(module: &Module, filter: &Filter) -> bool {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().all(|part| is_answerable(module, part)),
        Filter::Not(inner) => is_answerable(module, inner),
        Filter::Field(field, test) => {
            module.field(*field).is_stored() && !matches!(test, Test::JsonIs { .. } | Test::JsonHas { .. })
        }
        Filter::TypeOf(..) => true,
        Filter::One(..) | Filter::Search(_) | Filter::Many(..) => false,
    }
}

/// Whether a condition holds for an image; unknown where it compares with nothing, or cannot be answered.
#[must_use]
pub fn holds(module: &Module, filter: &Filter, values: &[Value], image: &Image) -> Option<bool> {
    match filter {
        Filter::All(parts) => decided(false, parts.iter().map(|part| holds(module, part, values, image))),
        Filter::Any(parts) => decided(true, parts.iter().map(|part| holds(module, part, values, image))),
        Filter::Not(inner) => holds(module, inner, values, image).map(|holds| !holds),
        Filter::Field(field, test) => passes(&image.value(module.field(*field)), *test, values),
        Filter::TypeOf(field, test) => passes(&image.type_of(module.field(*field)), *test, values),
        Filter::One(..) | Filter::Search(_) | Filter::Many(..) => None,
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
                Some(Pattern::new(&like_pattern(form, sought), insensitive).matches(text))
            }
            _ => None,
        },
        Test::Has(given) => Some(set?.contains(operand(given))),
        Test::HasAny(given) => elements(given).zip(set).map(|(wanted, set)| wanted.iter().any(|w| set.contains(w))),
        Test::HasAll(given) => elements(given).zip(set).map(|(wanted, set)| wanted.iter().all(|w| set.contains(w))),
        Test::IsEmpty(wanted) => Some(set.is_none_or(Vec::is_empty) == wanted),
        Test::JsonIs { .. } | Test::JsonHas { .. } => None,
    }
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
