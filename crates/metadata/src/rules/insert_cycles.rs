//! A first record of every module can be made: required relations do not lead back to where they began.

use crate::draft::{Draft, DraftField, DraftType, Set};
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let mut possible = vec![false; set.drafts.len()];
    // A module can have records when all modules it requires can; repeat until nothing is gained.
    loop {
        let gained: Vec<usize> = (0..set.drafts.len())
            .filter(|at| !possible[*at] && required(&set.drafts[*at]).all(|field| leads_somewhere(field, &possible)))
            .collect();
        if gained.is_empty() {
            break;
        }
        for at in gained {
            possible[at] = true;
        }
    }
    let mut reported = vec![false; set.drafts.len()];
    for at in 0..set.drafts.len() {
        if possible[at] || reported[at] {
            continue;
        }
        let Some(circle) = circle(set, &possible, at) else { continue };
        for (module, _) in &circle {
            reported[*module] = true;
        }
        let names: Vec<&str> = circle.iter().map(|(module, _)| set.drafts[*module].name()).collect();
        let (_, field) = &circle[0];
        let first = set.drafts[at].name();
        sink.at(field.span, Code::RequiredCycle, format!("no {first} can ever be made: it requires itself"))
            .label(format!("{} → {first}", names.join(" → ")))
            .help("make one of these relations optional");
    }
}

fn required<'s>(draft: &'s Draft<'_>) -> impl Iterator<Item = &'s DraftField<'s>> {
    draft.fields.iter().filter(|f| f.is_required())
}

fn leads_somewhere(field: &DraftField<'_>, possible: &[bool]) -> bool {
    match &field.ty {
        DraftType::One(to) => possible[*to],
        DraftType::AnyOf(to) => to.is_empty() || to.iter().any(|to| possible[*to]),
        DraftType::Many { .. } | DraftType::Scalar(_) | DraftType::Unknown => true,
    }
}

/// The modules of a circle of required relations through `start`, each with the relation that leads on.
fn circle<'s>(set: &'s Set<'_>, possible: &[bool], start: usize) -> Option<Vec<(usize, &'s DraftField<'s>)>> {
    let mut path: Vec<(usize, &DraftField<'_>)> = Vec::new();
    let mut seen = vec![false; set.drafts.len()];
    walk(set, possible, start, start, &mut seen, &mut path).then_some(path)
}

fn walk<'s>(
    set: &'s Set<'_>,
    possible: &[bool],
    at: usize,
    start: usize,
    seen: &mut [bool],
    path: &mut Vec<(usize, &'s DraftField<'s>)>,
) -> bool {
    for field in required(&set.drafts[at]) {
        let targets: &[usize] = match &field.ty {
            DraftType::One(to) => std::slice::from_ref(to),
            DraftType::AnyOf(to) => to,
            _ => continue,
        };
        for to in targets.iter().filter(|to| !possible[**to]) {
            path.push((at, field));
            if *to == start {
                return true;
            }
            if !std::mem::replace(&mut seen[*to], true) && walk(set, possible, *to, start, seen, path) {
                return true;
            }
            path.pop();
        }
    }
    false
}
