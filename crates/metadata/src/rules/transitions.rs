//! `flow` and `depends_on` name options that exist.

use crate::draft::{DraftType, Set};
use crate::model::{Choice, FieldType};
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        for field in &draft.fields {
            let Some(raw) = field.raw() else { continue };
            let DraftType::Scalar(FieldType::Select { options } | FieldType::MultiSelect { options }) = &field.ty
            else {
                continue;
            };
            for (from, to) in &raw.flow {
                for name in std::iter::once(from).chain(to) {
                    is_option(name, options, &field.name, sink);
                }
            }
            let Some((controlling, map)) = &raw.depends_on else { continue };
            if !super::is_field(draft, controlling, sink) {
                continue;
            }
            let other = draft.field(&controlling.value);
            let Some(DraftType::Scalar(FieldType::Select { options: theirs })) = other.map(|f| &f.ty) else {
                let message = format!("`{}` depends on `{}`, which is no select", field.name, controlling.value);
                sink.at(controlling.span, Code::BadValue, message).label("expected a field of type select");
                continue;
            };
            for (from, to) in map {
                is_option(from, theirs, &controlling.value, sink);
                for name in to {
                    is_option(name, options, &field.name, sink);
                }
            }
        }
    }
}

fn is_option(name: &Spanned<String>, options: &[Choice], field: &str, sink: &mut Sink) {
    if !options.iter().any(|o| o.name == name.value) {
        sink.at(name.span, Code::UnknownOption, format!("`{}` is not an option of `{field}`", name.value))
            .label("unknown option")
            .suggest(&name.value, options.iter().map(|o| o.name.as_str()));
    }
}
