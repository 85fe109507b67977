//! Views and rules name fields that exist and fit.

use crate::draft::{Draft, DraftType, Set};
use crate::model::FieldType;
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        let views = &draft.raw.views;
        for name in &views.list {
            if draft.connection(&name.value).is_none() {
                super::is_field(draft, name, sink);
            }
        }
        if let Some(board) = &views.board {
            board_by(draft, board.by.as_ref(), sink);
            if let Some(sum) = &board.sum
                && super::is_field(draft, sum, sink)
                && !draft.field(&sum.value).is_some_and(|f| is_number(&f.ty))
            {
                sink.at(sum.span, Code::BadValue, format!("`{}` cannot be summed", sum.value))
                    .label("expected a number or an amount");
            }
        }
        for rule in &draft.raw.rules {
            if let Some(at) = &rule.at {
                super::is_field(draft, at, sink);
            }
        }
    }
}

fn board_by(draft: &Draft<'_>, by: Option<&crate::yaml::Spanned<String>>, sink: &mut Sink) {
    let Some(by) = by else { return };
    if !super::is_field(draft, by, sink) {
        return;
    }
    let fits = draft.field(&by.value).is_some_and(|f| {
        matches!(
            f.ty,
            DraftType::One(_) | DraftType::Unknown | DraftType::Scalar(FieldType::Select { .. } | FieldType::Boolean)
        )
    });
    if !fits {
        sink.at(by.span, Code::BadValue, format!("a board cannot have the values of `{}` as columns", by.value))
            .label("expected a select, a boolean or a relation to one");
    }
}

fn is_number(ty: &DraftType) -> bool {
    matches!(
        ty,
        DraftType::Unknown
            | DraftType::Scalar(FieldType::Integer { .. } | FieldType::Decimal { .. } | FieldType::Float { .. })
    )
}
