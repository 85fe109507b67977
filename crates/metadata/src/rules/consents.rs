//! A consent has a switch, a moment and a source.

use crate::draft::{Draft, DraftType, Set};
use crate::model::FieldType;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        for consent in &draft.raw.consents {
            if !super::names::is_snake(&consent.name.value) {
                sink.at(
                    consent.name.span,
                    Code::SnakeCase,
                    format!("`{}` cannot be the name of a consent", consent.name.value),
                )
                .label("expected snake_case");
            }
            part(draft, consent.given.as_ref(), "a boolean", |ty| matches!(ty, FieldType::Boolean), sink);
            part(
                draft,
                consent.at.as_ref(),
                "a datetime that is not required and has no `touch`",
                |ty| matches!(ty, FieldType::DateTime { .. }),
                sink,
            );
            part(
                draft,
                consent.source.as_ref(),
                "a text that is not required",
                |ty| matches!(ty, FieldType::Text { .. }),
                sink,
            );
        }
    }
}

fn part(
    draft: &Draft<'_>,
    name: Option<&Spanned<String>>,
    wanted: &str,
    fits: fn(&FieldType) -> bool,
    sink: &mut Sink,
) {
    let Some(name) = name.filter(|name| super::is_field(draft, name, sink)) else { return };
    let Some(field) = draft.field(&name.value) else { return };
    let ty_fits = matches!(&field.ty, DraftType::Scalar(ty) if fits(ty)) || matches!(field.ty, DraftType::Unknown);
    let switch = matches!(field.ty, DraftType::Scalar(FieldType::Boolean));
    // When it is withdrawn, its moment and its source go.
    let free = field
        .raw()
        .is_some_and(|raw| raw.compute.is_none() && raw.touch.is_empty() && (switch || raw.required.is_none()));
    if !(ty_fits && free) {
        sink.at(name.span, Code::BadConsent, format!("`{}` cannot tell of a consent", name.value))
            .label(format!("expected {wanted}"));
    }
    let twice = draft
        .raw
        .consents
        .iter()
        .flat_map(|c| [&c.given, &c.at, &c.source])
        .flatten()
        .filter(|other| other.value == name.value);
    if twice.clone().count() > 1 && twice.map(|other| other.span).next() != Some(name.span) {
        sink.at(name.span, Code::BadConsent, format!("`{}` tells of a consent already", name.value))
            .label("second time");
    }
}
