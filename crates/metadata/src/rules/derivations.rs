//! `copy_from`, `rollup` and `touch` find the fields they take from.

use crate::draft::{Draft, DraftType, Set};
use crate::raw::RawRollup;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        for raw in draft.raw.fields() {
            if let Some(path) = &raw.copy_from {
                copy(set, draft, path, sink);
            }
            if let Some(found) = &raw.rollup {
                rollup(set, draft, found, sink);
            }
            for name in &raw.touch {
                super::is_field(draft, name, sink);
            }
        }
    }
}

fn copy(set: &Set<'_>, draft: &Draft<'_>, path: &Spanned<String>, sink: &mut Sink) {
    let Some((relation, field)) = path.value.split_once('.').filter(|(_, field)| !field.contains('.')) else {
        sink.at(path.span, Code::BadCopy, format!("`{}` is not a relation and a field", path.value))
            .label("expected `relation.field`")
            .help("for example `copy_from: stage.probability`");
        return;
    };
    let Some(DraftType::One(to)) = draft.field(relation).map(|f| &f.ty) else {
        let one = draft.fields.iter().filter(|f| matches!(f.ty, DraftType::One(_))).map(|f| f.name.as_str());
        sink.at(path.span, Code::BadCopy, format!("`{relation}` is not a relation of {} to one module", draft.name()))
            .label("nothing to copy from")
            .suggest(relation, one);
        return;
    };
    let target = &set.drafts[*to];
    if !target.knows(field) {
        sink.at(path.span, Code::BadCopy, format!("`{field}` is not a field of {}", target.name()))
            .label("unknown field")
            .suggest(field, target.field_names());
    }
    stored(target, field, path, sink);
}

fn rollup(set: &Set<'_>, draft: &Draft<'_>, rollup: &RawRollup, sink: &mut Sink) {
    let path = &rollup.path;
    let (name, field) = match path.value.split_once('.') {
        Some((name, field)) => (name, Some(field)),
        None => (path.value.as_str(), None),
    };
    let Some(connection) = draft.connection(name) else {
        sink.at(path.span, Code::UnknownConnection, format!("`{name}` is not a connection of {}", draft.name()))
            .label("unknown connection")
            .suggest(name, draft.connections.iter().map(|c| c.name.as_str()));
        return;
    };
    let function = &rollup.function.value;
    match (field, connection.targets.as_slice()) {
        (None, _) if function == "count" => {}
        (None, _) => {
            sink.at(path.span, Code::UnknownConnection, format!("`{function}` needs a field of `{name}`"))
                .label(format!("expected `{name}.field`"));
        }
        (Some(field), [target]) => {
            let target = &set.drafts[*target];
            if !target.knows(field) {
                sink.at(path.span, Code::UnknownField, format!("`{field}` is not a field of {}", target.name()))
                    .label("unknown field")
                    .suggest(field, target.field_names());
            }
            stored(target, field, path, sink);
        }
        (Some(_), _) => {
            sink.at(path.span, Code::UnknownConnection, format!("`{name}` holds records of several modules"))
                .label("only `count` is possible");
        }
    }
}

/// Reports a field whose value depends on the time, so that no change of a record could bring it up to date.
fn stored(target: &Draft<'_>, field: &str, path: &Spanned<String>, sink: &mut Sink) {
    if target.field(field).is_some_and(|f| f.on_read) {
        sink.at(
            path.span,
            Code::NoColumn,
            format!("`{field}` of {} depends on the time and is not stored", target.name()),
        )
        .label("expected a stored field");
    }
}
