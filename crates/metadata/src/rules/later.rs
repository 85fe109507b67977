//! What is parsed and checked, but takes effect with a later release, is said once per module.

use crate::draft::{Draft, Set};
use crate::report::{Code, Sink, Uses};

/// Keys of fields, in order of the documentation.
const FIELD_KEYS: [&str; 2] = ["visible", "schema"];
/// Keys of modules.
const MODULE_KEYS: [&str; 1] = ["convert"];

/// Runs when nothing is wrong: beside mistakes it would only be in the way.
pub(crate) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        let counts = counts(draft);
        if counts.is_empty() {
            continue;
        }
        let list: Vec<String> =
            counts.iter().map(|(key, n)| if *n == 1 { (*key).to_owned() } else { format!("{key} ({n})") }).collect();
        let module = draft.name().to_owned();
        sink.at(draft.raw.name.span, Code::TakesEffectLater, format!("{module} uses {}", list.join(", ")))
            .label("parsed and checked; takes effect with a later release")
            .uses(Uses { module, counts });
    }
}

/// Each key that is used and how often.
fn counts(draft: &Draft<'_>) -> Vec<(&'static str, usize)> {
    let raw = draft.raw;
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    let mut add = |key: &'static str, n: usize| match counts.iter_mut().find(|(k, _)| *k == key) {
        _ if n == 0 => {}
        Some((_, count)) => *count += n,
        None => counts.push((key, n)),
    };
    for key in FIELD_KEYS {
        add(key, raw.fields().filter(|f| f.keys.iter().any(|k| k.value == key)).count());
    }
    let many = |f: &&crate::raw::RawField| f.condition.is_some() && f.many.as_ref().is_some_and(|m| m.value);
    add("where of links to many", raw.fields().filter(many).count());
    let moment = |f: &&crate::raw::RawField| {
        let dated = f.ty.as_ref().is_some_and(|t| matches!(t.value.as_str(), "date" | "time" | "datetime"));
        dated && (f.min.is_some() || f.max.is_some())
    };
    add("min or max of a date", raw.fields().filter(moment).count());
    for key in MODULE_KEYS {
        add(key, raw.keys.iter().filter(|k| k.value == key).count());
    }
    counts
}
