//! Records that are persons, and what happens to others when a person is erased.

use crate::draft::{Draft, DraftType, Set};
use crate::model::{OnErase, Trait};
use crate::raw::RawField;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let reached = reached(set);
    for draft in &set.drafts {
        if let Some(written) = draft.raw.traits.iter().find(|t| t.value == Trait::Person.name()) {
            person(draft, written, sink);
        }
        for field in &draft.fields {
            let Some((raw, written)) = field.raw().and_then(|raw| Some((raw, raw.on_erase.as_ref()?))) else {
                continue;
            };
            match OnErase::parse(&written.value) {
                Some(on_erase) => relation(set, draft, (raw, &field.ty), (on_erase, written), &reached, sink),
                None => {
                    let names = OnErase::ALL.map(OnErase::name);
                    sink.at(written.span, Code::BadOnErase, format!("`{}` is nothing that happens", written.value))
                        .label(format!("expected {}", names.join(", ")))
                        .suggest(&written.value, names);
                }
            }
        }
    }
}

fn person(draft: &Draft<'_>, written: &Spanned<String>, sink: &mut Sink) {
    let name = draft.name();
    let (message, label) = if draft.raw.is_system() {
        (format!("{name} has a hand-made table, and its records are no persons"), "not for system modules")
    } else if draft.has(Trait::AppendOnly) {
        (format!("records of {name} are never changed, so that no person could be erased"), "not with `append_only`")
    } else if !draft.raw.fields().any(RawField::is_personal) {
        (format!("{name} describes persons, but has no personal data"), "what is to be erased?")
    } else {
        return;
    };
    sink.at(written.span, Code::BadPerson, message)
        .label(label)
        .help("mark the fields that are about the person with `personal: true`, or take the trait out");
}

fn relation(
    set: &Set<'_>,
    draft: &Draft<'_>,
    (raw, ty): (&RawField, &DraftType),
    (on_erase, written): (OnErase, &Spanned<String>),
    reached: &[bool],
    sink: &mut Sink,
) {
    let targets = match ty {
        DraftType::One(to) => vec![*to],
        DraftType::AnyOf(to) => to.clone(),
        _ => return,
    };
    let (name, is_person) = (&raw.name.value, |at: &usize| set.drafts[*at].has(Trait::Person));
    let (message, label, help) =
        if on_erase == OnErase::SamePerson && !(draft.has(Trait::Person) && targets.iter().all(is_person)) {
            (
                format!("`{name}` does not lead from a person to a person"),
                "expected the trait `person` on both sides",
                "write `anonymize` if the record is about the person",
            )
        } else if on_erase == OnErase::Anonymize && !draft.fields.iter().any(|field| field.is_personal()) {
            (
                format!("{} has no personal data to erase", draft.name()),
                "nothing to anonymize",
                "mark fields with `personal: true` or `personal: content`, or write `delete` or `keep`",
            )
        } else if on_erase == OnErase::Delete && draft.raw.is_system() {
            (
                format!("records of {} are not deleted, since the program keeps them", draft.name()),
                "not in a system module",
                "write `anonymize`",
            )
        } else if on_erase != OnErase::Keep && !targets.iter().any(|at| reached[*at]) {
            (
                format!("`{name}` leads to nothing that is erased with a person"),
                "means nothing here",
                "give the other module the trait `person`, or a relation with `on_erase: anonymize`",
            )
        } else {
            return;
        };
    sink.at(written.span, Code::BadOnErase, message).label(label).help(help);
}

/// Which modules have records that are erased, with a person or as one.
fn reached(set: &Set<'_>) -> Vec<bool> {
    let mut reached: Vec<bool> = set.drafts.iter().map(|draft| draft.has(Trait::Person)).collect();
    loop {
        let more: Vec<usize> =
            (0..set.drafts.len()).filter(|at| !reached[*at] && follows(&set.drafts[*at], &reached)).collect();
        if more.is_empty() {
            return reached;
        }
        more.into_iter().for_each(|at| reached[at] = true);
    }
}

fn follows(draft: &Draft<'_>, reached: &[bool]) -> bool {
    draft.fields.iter().any(|field| {
        let leads = match &field.ty {
            DraftType::One(to) => reached[*to],
            DraftType::AnyOf(to) => to.iter().any(|at| reached[*at]),
            _ => false,
        };
        leads && matches!(field.on_erase(), OnErase::Anonymize | OnErase::Delete)
    })
}
