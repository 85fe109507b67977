//! Every module and every field exists once.

use crate::draft::{From, Set};
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    modules(set, sink);
    for draft in &set.drafts {
        for (at, field) in draft.fields.iter().enumerate() {
            let core = set.packages[set.package_of(field.span)].is_core();
            let reserved =
                |name: &str, span| !set.packages[set.package_of(span)].is_core() && super::reserved::is_reserved(name);
            if field.name == "id" && core {
                sink.at(field.span, Code::DuplicateField, format!("{} has `id` already", draft.name()))
                    .label("every record has it")
                    .help("leave it out");
            }
            let Some(first) = draft.fields[..at].iter().find(|f| f.name == field.name) else { continue };
            let message = format!("{} has two fields `{}`", draft.name(), field.name);
            // An implied field stands behind those of the author, whose place is the one to show.
            match (&first.from, &field.from) {
                // Reserved names are reported as that.
                (From::Author(..), From::Implied(_)) if reserved(&field.name, first.span) => {}
                (From::Author(..), From::Implied(_)) => {
                    sink.at(first.span, Code::DuplicateField, message)
                        .label("it comes by itself")
                        .help("traits, parents and the platform give this field; leave it out or name it differently");
                }
                _ => {
                    sink.at(field.span, Code::DuplicateField, message)
                        .label("second one")
                        .note(first.span, "the first")
                        .help("blocks and extensions share one set of names");
                }
            }
        }
    }
}

fn modules(set: &Set<'_>, sink: &mut Sink) {
    for (at, draft) in set.drafts.iter().enumerate() {
        let Some(first) = set.by_name.get(draft.name()).copied().filter(|first| *first != at) else { continue };
        let package = &set.packages[set.drafts[first].package].name;
        sink.at(draft.raw.name.span, Code::DuplicateModule, format!("there are two modules `{}`", draft.name()))
            .label("second one")
            .note(set.drafts[first].raw.name.span, "the first")
            .help(format!("the first is in package `{package}`; packages share one set of names, extend it there"));
    }
}
