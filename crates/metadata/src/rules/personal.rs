//! Personal data can be erased, and do not live on in fields that nobody thought of.

use crate::draft::{Draft, DraftField, DraftType, Set};
use crate::expr::Type;
use crate::model::{FieldType, OnErase};
use crate::raw::RawField;
use crate::report::{Code, Sink};
use crate::typing::{self, Place};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for (record, draft) in set.drafts.iter().enumerate() {
        for field in &draft.fields {
            let Some(raw) = field.raw() else { continue };
            content(field, raw, sink);
            neutral(draft, field, raw, sink);
            copied(set, draft, field, raw, sink);
            computed(set, record, field, raw, sink);
        }
    }
}

/// Free text is what may happen to be about somebody.
fn content(field: &DraftField<'_>, raw: &RawField, sink: &mut Sink) {
    let Some(span) = raw.personal.as_ref().and_then(|personal| personal.content) else { return };
    let fits = matches!(
        field.ty,
        DraftType::Unknown
            | DraftType::Scalar(
                FieldType::Text { .. } | FieldType::LongText { .. } | FieldType::Url | FieldType::Json { .. }
            )
    );
    if !fits {
        sink.at(span, Code::BadValue, format!("`{}` holds no free content", raw.name.value))
            .label("expected text, longtext, url or json")
            .help("write `personal: true` for what is about a person");
    }
}

/// A field that is never empty needs a value that is about nobody.
fn neutral(draft: &Draft<'_>, field: &DraftField<'_>, raw: &RawField, sink: &mut Sink) {
    let system = draft.raw.is_system();
    if system || !raw.is_personal() || !raw.is_required() || raw.default.is_some() {
        return;
    }
    let unique = raw.unique.as_ref().is_some_and(|unique| unique.value);
    let has_one = match &field.ty {
        DraftType::Unknown => true,
        DraftType::Scalar(FieldType::Text { pattern, max }) => {
            pattern.is_none() && (*max >= 40 || !unique && *max >= 6)
        }
        DraftType::Scalar(FieldType::LongText { .. } | FieldType::Email | FieldType::Url | FieldType::Boolean) => true,
        DraftType::Scalar(FieldType::Json { schema }) => {
            schema.as_ref().is_none_or(|schema| schema.accepts(&serde_json::json!({})))
        }
        _ => false,
    };
    if !has_one {
        sink.at(
            raw.key_span("personal"),
            Code::NoNeutralValue,
            format!("`{}` is required, and nothing could stand in its place once it is erased", raw.name.value),
        )
        .label("erased to what?")
        .help("give it a `default`, which is about nobody, or take `required` out");
    }
}

/// A copy of personal data is personal data.
fn copied(set: &Set<'_>, draft: &Draft<'_>, field: &DraftField<'_>, raw: &RawField, sink: &mut Sink) {
    let Some(path) = &raw.copy_from else { return };
    let Some((relation, name)) = path.value.split_once('.') else { return };
    let Some(relation) = draft.field(relation) else { return };
    let DraftType::One(to) = relation.ty else { return };
    if set.drafts[to].field(name).is_some_and(DraftField::is_personal) {
        over(set, to, field, raw, relation, "copy_from", sink);
    }
}

/// A text that is computed from personal data is personal data.
fn computed(set: &Set<'_>, record: usize, field: &DraftField<'_>, raw: &RawField, sink: &mut Sink) {
    let Some(expr) = raw.compute.as_ref().filter(|_| field.is_stored()) else { return };
    let place = Place { set, record, scope: record, key: "compute", old: false };
    // What is wrong with it another rule reports.
    let Some(formula) = typing::computed(place, field, expr, &mut Sink::default()).filter(|f| f.ty == Type::Text)
    else {
        return;
    };
    let fields = |at: usize| &set.drafts[at].fields;
    let of = |at: usize, id: crate::model::FieldId| usize::from(id.0).checked_sub(1).and_then(|n| fields(at).get(n));
    for read in &formula.reads {
        let relation = read.via.and_then(|via| of(record, via));
        match relation.map(|relation| (relation, &relation.ty)) {
            Some((relation, DraftType::One(to))) if of(*to, read.field).is_some_and(DraftField::is_personal) => {
                return over(set, *to, field, raw, relation, "compute", sink);
            }
            None if of(record, read.field).is_some_and(DraftField::is_personal) && !raw.is_personal() => {
                return leak(raw, "compute", sink);
            }
            _ => {}
        }
    }
}

fn over(
    set: &Set<'_>,
    to: usize,
    field: &DraftField<'_>,
    raw: &RawField,
    relation: &DraftField<'_>,
    key: &str,
    sink: &mut Sink,
) {
    if !field.is_personal() {
        return leak(raw, key, sink);
    }
    if relation.on_erase() == OnErase::Keep && set.drafts[to].has(crate::model::Trait::Person) {
        let message = format!(
            "`{}` takes personal data over `{}`, and would keep them when the person is erased",
            raw.name.value, relation.name
        );
        sink.at(raw.key_span(key), Code::PersonalLeak, message)
            .label("outlives the person")
            .help(format!("write `on_erase: anonymize` at `{}`", relation.name));
    }
}

fn leak(raw: &RawField, key: &str, sink: &mut Sink) {
    sink.at(
        raw.key_span(key),
        Code::PersonalLeak,
        format!("`{}` takes its value from personal data, and is not marked so", raw.name.value),
    )
    .label("would outlive the person")
    .help("write `personal: true` here too");
}
