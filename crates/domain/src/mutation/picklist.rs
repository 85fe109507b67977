//! Picklists whose options depend on what was chosen before, or on another picklist.

use super::{layout::Layout, message::Broken, settle::Record};
use crate::value::Value;
use kontor_metadata::model::{Field, Module};

/// What a new value of a picklist breaks: its `flow`, or the options that `depends_on` leaves. An option that `flow`
/// does not name as a start may become any other; one that `depends_on` does not name leaves them all.
pub(super) fn check(module: &Module, field: &Field, layout: &Layout, record: &Record) -> Option<Broken> {
    let new = layout.value(&record.new, field.id);
    if let (Some(old), Value::Text(to)) = (&record.old, new)
        && let Value::Text(from) = layout.value(old, field.id)
        && let Some((_, allowed)) = field.logic.flow.iter().find(|(option, _)| option == from)
        && from != to
        && !allowed.contains(to)
    {
        let named = |names: &[String]| names.iter().map(|name| label(field, name)).collect();
        return Some(Broken::Flow { from: label(field, from), to: label(field, to), allowed: named(allowed) });
    }
    let (controlling, map) = field.logic.depends_on.as_ref()?;
    let Value::Text(chosen) = layout.value(&record.new, *controlling) else { return None };
    let (_, offered) = map.iter().find(|(option, _)| option == chosen)?;
    let wrong = texts(new).find(|text| !offered.contains(text))?;
    let other = module.field(*controlling);
    Some(Broken::Depends { option: label(field, wrong), on: label(other, chosen) })
}

fn texts(value: &Value) -> impl Iterator<Item = &String> {
    let items: &[Value] = match value {
        Value::List(items) => items,
        one => std::slice::from_ref(one),
    };
    items.iter().filter_map(|item| if let Value::Text(text) = item { Some(text) } else { None })
}

/// The GraphQL name of an option, which is what callers write.
fn label(field: &Field, option: &str) -> String {
    let choice = field.choices().and_then(|choices| choices.iter().find(|choice| choice.name == option));
    choice.map_or_else(|| option.to_owned(), |choice| choice.gql.clone())
}
