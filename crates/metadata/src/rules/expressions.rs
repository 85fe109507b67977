//! Expressions name what exists, calculate with what can be calculated with, and yield what their key needs.

use crate::draft::{Draft, DraftType, Set};
use crate::raw::{RawExpr, RawRequired};
use crate::report::{Code, Sink};
use crate::typing::{self, Place};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for (record, draft) in set.drafts.iter().enumerate() {
        let own = |key, old| Place { set, record, scope: record, key, old };
        for field in &draft.fields {
            let Some(raw) = field.raw() else { continue };
            if let Some(compute) = &raw.compute {
                typing::computed(own("compute", false), field, compute, sink);
            }
            if let Some(backfill) = &raw.backfill {
                typing::computed(own("backfill", false), field, backfill, sink);
            }
            let required = match &raw.required {
                Some(RawRequired::When(when)) => Some(when),
                _ => None,
            };
            let conditions =
                [("visible", raw.visible.as_ref()), ("required", required), ("remind", raw.remind.as_ref())];
            for (key, expr) in conditions {
                expr.and_then(|expr| typing::condition(own(key, false), expr, sink));
            }
            for (scope, expr, rolled_up) in linked(draft, field) {
                let condition = typing::condition(Place { scope, ..own("where", false) }, expr, sink);
                if rolled_up && condition.is_some_and(|condition| condition.uses_now) {
                    let message = format!("the roll-up `{}` would change with time alone", field.name);
                    sink.at(expr.place(expr.value.ast.range), Code::NotInThisPlace, message)
                        .label("depends on `now()` or `today()`")
                        .help(
                            "a roll-up is stored and follows changes of records; an aggregate query can count by time",
                        );
                }
            }
        }
        for check in draft.raw.rules.iter().filter_map(|r| r.check.as_ref()) {
            typing::condition(own("check", true), check, sink);
        }
        for condition in draft.raw.retention.iter().filter_map(|r| r.condition.as_ref()) {
            typing::condition(own("where", false), condition, sink);
        }
        for when in draft.raw.events.iter().filter_map(|e| e.when.as_ref()) {
            typing::condition(own("events", true), when, sink);
        }
    }
}

/// Conditions on linked records, each with the draft whose fields it names and whether it is that of a roll-up.
fn linked<'s>(draft: &Draft<'_>, field: &'s crate::draft::DraftField<'_>) -> Vec<(usize, &'s RawExpr, bool)> {
    let mut found = Vec::new();
    let Some(raw) = field.raw() else { return found };
    if let (Some(condition), DraftType::One(to) | DraftType::Many { to, .. }) = (&raw.condition, &field.ty) {
        found.push((*to, condition, false));
    }
    if let Some(rollup) = &raw.rollup
        && let Some(condition) = &rollup.condition
        && let Some(connection) = draft.connection(rollup.path.value.split('.').next().unwrap_or_default())
        && let [target] = connection.targets.as_slice()
    {
        found.push((*target, condition, true));
    }
    found
}
