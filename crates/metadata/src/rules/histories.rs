//! `history` names a field of the parent, and fields of its own that can hold what it keeps.

use crate::draft::{Draft, DraftField, DraftType, Set};
use crate::model::FieldType;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;
use std::mem::discriminant;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        let (Some(history), Some(parent)) = (&draft.raw.history, draft.parent) else { continue };
        let Some(of) = history.of.as_ref().and_then(|name| field(&set.drafts[parent], name, sink)) else { continue };
        if of.on_read || !is_kept(&of.ty) {
            let message = format!("`{}` is not a stored field with one value", of.name);
            refuse(history.of.as_ref(), message, "nothing to keep", sink);
            continue;
        }
        let user = set.by_name.get("User").copied();
        let wanted = [
            (&history.before, Wanted::Same),
            (&history.after, Wanted::Same),
            (&history.at, Wanted::Moment),
            (&history.by, Wanted::User),
            (&history.seconds, Wanted::Seconds),
        ];
        for (name, wanted) in wanted {
            let Some(name) = name else { continue };
            let Some(own) = field(draft, name, sink) else { continue };
            let (fits, what) = match wanted {
                Wanted::Same => {
                    (holds(&own.ty, &of.ty), format!("can hold what `{}` holds: give it the same type", of.name))
                }
                Wanted::Moment => {
                    (matches!(own.ty, DraftType::Scalar(FieldType::DateTime { .. })), "is a datetime".to_owned())
                }
                Wanted::User => {
                    (matches!(own.ty, DraftType::One(to) if Some(to) == user), "is a relation to User".to_owned())
                }
                Wanted::Seconds => {
                    (matches!(own.ty, DraftType::Scalar(FieldType::Integer { .. })), "is an integer".to_owned())
                }
            };
            if !fits {
                refuse(Some(name), format!("`history` needs a field here that {what}"), "does not fit", sink);
            }
        }
    }
}

/// What a field of the history has to be.
enum Wanted {
    Same,
    Moment,
    User,
    Seconds,
}

fn field<'d, 'a>(draft: &'d Draft<'a>, name: &Spanned<String>, sink: &mut Sink) -> Option<&'d DraftField<'a>> {
    super::is_field(draft, name, sink).then(|| draft.field(&name.value)).flatten()
}

fn refuse(at: Option<&Spanned<String>>, message: String, label: &str, sink: &mut Sink) {
    if let Some(at) = at {
        sink.at(at.span, Code::BadHistory, message).label(label);
    }
}

fn is_kept(ty: &DraftType) -> bool {
    matches!(ty, DraftType::Scalar(_) | DraftType::One(_) | DraftType::Unknown)
}

/// Whether a field can hold every value of another.
fn holds(own: &DraftType, other: &DraftType) -> bool {
    match (own, other) {
        (DraftType::Unknown, _) | (_, DraftType::Unknown) => true,
        (DraftType::One(own), DraftType::One(other)) => own == other,
        (DraftType::Scalar(own), DraftType::Scalar(other)) => holds_scalar(own, other),
        _ => false,
    }
}

fn holds_scalar(own: &FieldType, other: &FieldType) -> bool {
    match (own, other) {
        (FieldType::Select { options: own }, FieldType::Select { options: other }) => {
            other.iter().all(|one| own.iter().any(|option| option.name == one.name))
        }
        (FieldType::Text { max: own, .. }, FieldType::Text { max: other, .. }) => own >= other,
        (FieldType::Decimal { scale: own, .. }, FieldType::Decimal { scale: other, .. }) => own == other,
        _ => discriminant(own) == discriminant(other),
    }
}
