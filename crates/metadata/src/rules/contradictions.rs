//! Keys of a field that exclude each other.

use crate::draft::Set;
use crate::model::Trait;
use crate::raw::RawField;
use crate::report::{Code, Sink};

/// Where a value comes from; one origin per field is enough.
const ORIGINS: [&str; 4] = ["compute", "rollup", "copy_from", "touch"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let fields = set.drafts.iter().flat_map(|d| d.raw.fields().map(move |raw| (d, raw)));
    for (draft, raw) in fields {
        let system = draft.raw.is_system();
        let has = |key: &str| raw.keys.iter().any(|k| k.value == key);
        let origins: Vec<&str> = ORIGINS.into_iter().filter(|key| has(key)).collect();
        if let [first, second, ..] = origins.as_slice() {
            report(raw, second, format!("the value of `{}` comes from `{first}` already", raw.name.value), sink);
        }
        for key in ["default", "immutable", "required"] {
            if has(key) && (has("compute") || has("rollup")) {
                report(
                    raw,
                    key,
                    format!("`{}` is always computed, so that `{key}` means nothing", raw.name.value),
                    sink,
                );
            }
        }
        if raw.secret.as_ref().is_some_and(|s| s.value) && has("search") {
            report(raw, "search", format!("`{}` is secret and cannot be searched", raw.name.value), sink);
        }
        if raw.secret.as_ref().is_some_and(|s| s.value) && has("mentions") {
            report(raw, "mentions", format!("`{}` is secret and mentions nobody", raw.name.value), sink);
        }
        if has("remind") && draft.field(&raw.name.value).is_some_and(|field| field.on_read) {
            let message = format!("`{}` changes with time alone, so that its moment never comes", raw.name.value);
            report(raw, "remind", message, sink);
        }
        if has("remind") && !draft.has(Trait::Owned) {
            let message = format!("`{}` reminds of records that nobody is assigned to", raw.name.value);
            sink.at(raw.key_span("remind"), Code::Contradiction, message)
                .label("whom?")
                .help("give the module the trait `owned`, or take `remind` out");
        }
        if system && has("visible") && raw.says_required() {
            let message = format!("`{}` is in a table of a migration, where it always has a value", raw.name.value);
            report(raw, "visible", message, sink);
        }
        if system && has("search") {
            let message = format!("`{}` is in a table of a migration, which keeps no index for search", raw.name.value);
            report(raw, "search", message, sink);
        }
        // Hand-made tables have required secrets, which the program itself writes.
        if raw.secret.as_ref().is_some_and(|s| s.value) && raw.is_required() && raw.default.is_none() && !system {
            let message = format!("`{}` is secret, so that nobody could give the required value", raw.name.value);
            report(raw, "required", message, sink);
        }
        if has("inverse_label") && !has("inverse") {
            report(
                raw,
                "inverse_label",
                format!("`{}` has a label for an inverse, but no inverse", raw.name.value),
                sink,
            );
        }
        if raw.is_required() && raw.default.as_ref().is_some_and(|d| matches!(d.kind, crate::yaml::Kind::Null)) {
            report(raw, "default", format!("`{}` is required and cannot be empty by default", raw.name.value), sink);
        }
    }
}

fn report(raw: &RawField, key: &str, message: String, sink: &mut Sink) {
    sink.at(raw.key_span(key), Code::Contradiction, message).label("contradicts").help("take one of the two out");
}
