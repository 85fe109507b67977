//! What a package adds to a module of another shows nothing to a role that may not read what it is taken from.

use crate::draft::{DraftField, DraftType, Set, rights};
use crate::expr::{Formula, Of};
use crate::model::{Action, FieldId};
use crate::raw::RawField;
use crate::report::{Code, Sink};
use crate::typing::{self, Place};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for (record, draft) in set.drafts.iter().enumerate() {
        for field in &draft.fields {
            let Some(raw) = field.raw() else { continue };
            let by = set.package_of(raw.name.span);
            if by == draft.package || set.packages[by].is_site() {
                continue;
            }
            let Some(limited) = sources(set, record, field, raw).into_iter().find(|source| !is_within(raw, source))
            else {
                continue;
            };
            let (name, source) = (&raw.name.value, &limited.name.value);
            let message = format!("`{name}` would show `{source}` to roles that may not read it");
            sink.at(raw.name.span, Code::LeakedField, message)
                .label("for more roles than what it is taken from")
                .note(limited.key_span("access"), "its rights")
                .help(format!("give `{name}` an `access` of those roles alone; the package `site` may do without"));
        }
    }
}

/// Whether whoever may read a field may read the other.
fn is_within(field: &RawField, of: &RawField) -> bool {
    let may = |field: &RawField, role: &str| {
        field.access.iter().find(|a| a.role.value == role).map(|access| rights::level(access, Action::Read))
    };
    let roles = || field.access.iter().map(|access| access.role.value.as_str());
    of.access.is_empty() || (!field.access.is_empty() && roles().all(|role| may(field, role) <= may(of, role)))
}

/// The fields that authors have written and that the value is taken from.
fn sources<'a>(set: &Set<'a>, record: usize, field: &DraftField<'a>, raw: &RawField) -> Vec<&'a RawField> {
    let draft = &set.drafts[record];
    let mut found = Vec::new();
    let own = Place { set, record, scope: record, key: "compute", old: false };
    if let Some(compute) = &raw.compute {
        let formula = typing::computed(own, field, compute, &mut Sink::default());
        found.extend(formula.into_iter().flat_map(|formula| read(set, record, record, &formula)));
    }
    if let Some((relation, name)) = raw.copy_from.as_ref().and_then(|path| path.value.split_once('.'))
        && let Some(DraftType::One(to)) = draft.field(relation).map(|field| &field.ty)
    {
        found.extend(set.drafts[*to].field(name).and_then(DraftField::raw));
    }
    if let Some(rollup) = &raw.rollup {
        let (name, over) = rollup.path.value.split_once('.').unwrap_or((&rollup.path.value, ""));
        if let Some([target]) = draft.connection(name).map(|connection| connection.targets.as_slice()) {
            found.extend(set.drafts[*target].field(over).and_then(DraftField::raw));
            let place = Place { scope: *target, key: "where", ..own };
            let condition = rollup.condition.as_ref();
            let formula = condition.and_then(|expr| typing::condition(place, expr, &mut Sink::default()));
            found.extend(formula.into_iter().flat_map(|formula| read(set, record, *target, &formula)));
        }
    }
    found
}

/// The fields that a formula reads.
fn read<'a>(set: &Set<'a>, record: usize, linked: usize, formula: &Formula) -> Vec<&'a RawField> {
    let field = |draft: usize, id: FieldId| {
        // The first is `id`, which nobody wrote.
        usize::from(id.0).checked_sub(1).and_then(|at| set.drafts[draft].fields.get(at))
    };
    let mut found = Vec::new();
    for read in &formula.reads {
        let draft = if read.of == Of::Linked { linked } else { record };
        let owner = match read.via {
            None => Some(draft),
            Some(via) => match field(draft, via).map(|relation| &relation.ty) {
                Some(DraftType::One(to)) => Some(*to),
                _ => None,
            },
        };
        found.extend(owner.and_then(|owner| field(owner, read.field)).and_then(DraftField::raw));
    }
    found
}
