//! What a thing was is not what another is: former names are free, and what is removed is not there.

use crate::draft::{Draft, DraftType, From, Set};
use crate::raw::RawField;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;
use std::collections::HashMap;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let modules = set.drafts.iter().map(|draft| (draft.name(), draft.raw.former.as_slice()));
    former_names("module", modules, |name| set.by_name.contains_key(name), sink);
    for package in set.packages {
        for removed in package.raw.removed.iter().filter(|name| set.by_name.contains_key(name.value.as_str())) {
            still_there("module", removed, sink);
        }
    }
    for draft in &set.drafts {
        let fields = draft.raw.fields().map(|field| (field.name.value.as_str(), field.former.as_slice()));
        former_names("field", fields, |name| draft.knows(name), sink);
        for removed in draft.raw.removed.iter().filter(|name| draft.knows(&name.value)) {
            still_there("field", removed, sink);
        }
        for field in &draft.fields {
            let Some(raw) = field.raw() else { continue };
            options(raw, sink);
            backfill(draft, raw, matches!(field.ty, DraftType::Scalar(_) | DraftType::Unknown), sink);
        }
    }
}

/// Each former name is that of one thing, and of none that is there.
fn former_names<'a>(
    kind: &str,
    things: impl Iterator<Item = (&'a str, &'a [Spanned<String>])>,
    exists: impl Fn(&str) -> bool,
    sink: &mut Sink,
) {
    let mut claimed: HashMap<&str, &str> = HashMap::new();
    for (name, former) in things {
        for was in former {
            if exists(&was.value) {
                let message = format!("the {kind} `{name}` cannot have been `{}`, which is there as well", was.value);
                sink.at(was.span, Code::FormerNameInUse, message)
                    .label("still in use")
                    .help("take the old one out of the YAML, or this name out of `renamed_from`");
            } else if let Some(other) = claimed.insert(&was.value, name) {
                let message = format!("the {kind}s `{other}` and `{name}` cannot both have been `{}`", was.value);
                sink.at(was.span, Code::FormerNameInUse, message)
                    .label("claimed twice")
                    .help("give the other a `backfill` from this one instead");
            }
        }
    }
}

fn still_there(kind: &str, name: &Spanned<String>, sink: &mut Sink) {
    sink.at(name.span, Code::RemovedStillThere, format!("the {kind} `{}` is not removed: it is there", name.value))
        .label(format!("a {kind} of this name is in the YAML"))
        .help("take one of the two out");
}

fn options(raw: &RawField, sink: &mut Sink) {
    let Some(options) = &raw.options else { return };
    let is_option = |name: &str| options.value.iter().any(|option| option.name.value == name);
    let former = options.value.iter().map(|option| (option.name.value.as_str(), option.former.as_slice()));
    former_names("option", former, is_option, sink);
    for (gone, by) in &raw.replace {
        if is_option(&gone.value) {
            sink.at(gone.span, Code::BadReplace, format!("the option `{}` is not replaced: it is there", gone.value))
                .label("still an option")
                .help("take it out of `options`, or out of `replace`");
        }
        if let Some(by) = by.as_ref().filter(|by| !is_option(&by.value)) {
            let names = options.value.iter().map(|option| option.name.value.as_str());
            sink.at(by.span, Code::BadReplace, format!("`{}` is not an option of `{}`", by.value, raw.name.value))
                .label("unknown option")
                .suggest(&by.value, names);
        } else if by.is_none() && raw.is_required() {
            let message =
                format!("`{}` is required, so `{}` cannot be replaced by nothing", raw.name.value, gone.value);
            sink.at(gone.span, Code::BadReplace, message).label("needs a successor").help("name one of the options");
        }
    }
}

/// Whether a field holds a value that somebody gave it.
fn backfill(draft: &Draft<'_>, raw: &RawField, scalar: bool, sink: &mut Sink) {
    if raw.backfill.is_none() {
        return;
    }
    let reason = match draft.field(&raw.name.value).map(|field| &field.from) {
        _ if raw.compute.is_some() || raw.rollup.is_some() => "is computed for the records that are there, too",
        _ if raw.ty.as_ref().is_some_and(|ty| ty.value == "autonumber") => "is numbered by itself",
        Some(From::Author(..)) if !scalar => "is a link, which no expression gives",
        _ => return,
    };
    sink.at(raw.key_span("backfill"), Code::BadBackfill, format!("`{}` {reason}", raw.name.value))
        .label("nothing to fill")
        .help("take `backfill` out");
}
