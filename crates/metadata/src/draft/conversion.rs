//! What follows from the names of fields for a conversion: which relations lead from where to where.

use super::{Draft, DraftType, Set};
use crate::model::FieldType;
use crate::naming;

/// When a record was converted.
pub(crate) const AT: &str = "converted_at";
/// The picklist that says that it was, and the option that does.
pub(crate) const STATUS: (&str, &str) = ("status", "converted");

/// The relation of a draft that leads to a record of a module under a name.
fn relation<'d>(draft: &'d Draft<'_>, name: &str, to: usize) -> Option<&'d str> {
    draft.field(name).filter(|field| matches!(field.ty, DraftType::One(one) if one == to)).map(|field| &*field.name)
}

/// The relation that leads to what a record has become: `converted_account`.
pub(crate) fn link_name(module: &str) -> String {
    format!("converted_{}", naming::snake(module))
}

/// The same, if it is there.
pub(crate) fn link<'d>(draft: &'d Draft<'_>, set: &Set<'_>, to: usize) -> Option<&'d str> {
    relation(draft, &link_name(set.drafts[to].name()), to)
}

/// The relation of a draft that is named by the module that it leads to: `account`.
pub(crate) fn named<'d>(draft: &'d Draft<'_>, set: &Set<'_>, to: usize) -> Option<&'d str> {
    relation(draft, &naming::snake(set.drafts[to].name()), to)
}

/// Whether a draft has the option that says that a record was converted.
pub(crate) fn has_status(draft: &Draft<'_>) -> bool {
    draft.field(STATUS.0).is_some_and(|field| match &field.ty {
        DraftType::Scalar(FieldType::Select { options }) => options.iter().any(|option| option.name == STATUS.1),
        _ => false,
    })
}
