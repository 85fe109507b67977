//! Names that the platform keeps for itself; the shipped package may use them.

use crate::draft::Set;
use crate::report::{Code, Sink};

const NAMES: [&str; 6] = ["id", "org", "owner", "team", "deleted_at", "version"];
const PREFIXES: [&str; 3] = ["created_", "updated_", "kontor_"];
const SUFFIXES: [&str; 3] = ["_id", "_count", "_aggregate"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        let inverses = draft.raw.fields().filter_map(|f| f.inverse.as_ref()).chain(draft.raw.inverse.as_ref());
        let names = draft.raw.fields().map(|f| &f.name).chain(inverses);
        // What others add to the modules of the shipped package is theirs.
        let names = names.filter(|name| !set.packages[set.package_of(name.span)].is_core());
        for name in names {
            if is_reserved(&name.value) {
                sink.at(name.span, Code::ReservedName, format!("`{}` is reserved for the platform", name.value))
                    .label("reserved name")
                    .help(match name.value.as_str() {
                        "owner" | "team" => "the trait `owned` gives owner, assigned_to and team",
                        "deleted_at" => "the trait `soft_delete` gives deleted_at",
                        _ => "every record has it already, or another name says more",
                    });
            } else if let Some(suffix) = SUFFIXES.iter().find(|s| name.value.ends_with(**s)) {
                sink.at(name.span, Code::ReservedSuffix, format!("`{}` ends with the reserved `{suffix}`", name.value))
                    .label("reserved suffix")
                    .help(match *suffix {
                        "_id" => "a link to a record is a relation; a foreign number may end with `_number` or `_key`",
                        _ => "derived fields have such names; choose another ending",
                    });
            }
        }
    }
}

/// Whether packages other than the shipped one may not use the name.
pub(super) fn is_reserved(name: &str) -> bool {
    NAMES.contains(&name) || PREFIXES.iter().any(|p| name.starts_with(p))
}
