//! Prefixes are names, and no two packages have the same.

use crate::draft::Set;
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for (at, package) in set.packages.iter().enumerate() {
        let Some(written) = &package.raw.prefix else { continue };
        if !super::names::is_snake(&written.value) {
            sink.at(written.span, Code::BadPrefix, format!("`{}` cannot be a prefix", written.value))
                .label("expected small letters, digits and _");
        }
        let others = || set.packages.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
        // Of two that have written it the later one is told.
        let taken = others().find(|other| {
            let first = other.raw.prefix.as_ref().is_none_or(|theirs| theirs.span.file < written.span.file);
            other.prefix() == written.value && first
        });
        if let Some(other) = taken {
            let place = other.raw.prefix.as_ref().map_or(other.raw.span, |prefix| prefix.span);
            let message = format!("prefix `{}` is that of package `{}`", written.value, other.name);
            sink.at(written.span, Code::BadPrefix, message)
                .label("both would take the same names")
                .note(place, "the other package")
                .help("choose another `prefix`");
        }
    }
}
