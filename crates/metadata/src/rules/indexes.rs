//! Indexes and unique keys are over fields with columns, and none stands twice.

use crate::draft::{Draft, Set};
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        let lists = [("indexes", &draft.raw.indexes), ("unique", &draft.raw.unique)];
        for (key, lists) in lists {
            for (at, list) in lists.iter().enumerate() {
                if list.value.is_empty() {
                    sink.at(list.span, Code::BadValue, format!("an entry of `{key}` has no fields"))
                        .label("expected names of fields");
                }
                for (position, name) in list.value.iter().enumerate() {
                    field(draft, key, &list.value[..position], name, sink);
                }
                if !list.value.is_empty() && lists[..at].iter().any(|other| same(&other.value, &list.value)) {
                    sink.at(list.span, Code::RedundantIndex, format!("this entry of `{key}` stands twice"))
                        .label("second time")
                        .help("take it out")
                        .remove();
                }
            }
        }
        redundant(draft, sink);
    }
}

fn field(draft: &Draft<'_>, key: &str, before: &[Spanned<String>], name: &Spanned<String>, sink: &mut Sink) {
    if !super::is_field(draft, name, sink) {
        return;
    }
    if draft.field(&name.value).is_some_and(|f| !f.is_stored()) {
        sink.at(name.span, Code::NoColumn, format!("`{}` has no column to put into `{key}`", name.value))
            .label("nothing is stored in the table");
    }
    if before.iter().any(|b| b.value == name.value) {
        sink.at(name.span, Code::RedundantIndex, format!("`{}` stands twice in one entry of `{key}`", name.value))
            .label("second time")
            .remove();
    }
}

/// An index over one field that has one by itself.
fn redundant(draft: &Draft<'_>, sink: &mut Sink) {
    for list in &draft.raw.indexes {
        let [name] = list.value.as_slice() else { continue };
        let raw = draft.field(&name.value).and_then(|f| f.raw());
        let yes = |flag: &Option<Spanned<bool>>| flag.as_ref().is_some_and(|f| f.value);
        if raw.is_some_and(|r| yes(&r.indexed) || yes(&r.unique) || r.to.is_some()) {
            sink.at(list.span, Code::RedundantIndex, format!("`{}` has an index already", name.value))
                .label("made twice")
                .help("relations, unique and indexed fields have an index of their own; take this one out")
                .remove();
        }
    }
}

fn same(one: &[Spanned<String>], other: &[Spanned<String>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a.value == b.value)
}
