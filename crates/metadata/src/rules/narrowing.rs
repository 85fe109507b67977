//! Packages grant rights to roles that a module does not name, and narrow those of roles that it does.

use crate::draft::{Set, rights};
use crate::model::{Action, Level};
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in set.drafts.iter().filter(|d| !d.raw.access_by_extensions.is_empty()) {
        let mut all = rights::by_author(set, draft);
        for raw in &draft.raw.access_by_extensions {
            let by = set.package_of(raw.role.span);
            if by != draft.package && !set.packages[by].is_site() {
                let role = &raw.role.value;
                let had = all.iter().find(|granted| granted.role == *role);
                // Who signs in, what keys there are, what the log holds: nobody else's to grant.
                let new = had.is_none() && !draft.raw.is_system();
                let before = had.map_or([Level::None; Action::ALL.len()], |granted| granted.levels);
                let wider = Action::ALL.into_iter().find(|action| {
                    rights::says(raw, *action) && rights::level(raw, *action) > before[*action as usize]
                });
                if let Some(action) = wider.filter(|_| !new) {
                    let written = raw.grants.iter().find(|(a, _)| a.value == action.name() || a.value == "all");
                    let span = written.map_or(raw.role.span, |(action, _)| action.span);
                    let name = action.name();
                    let problem = sink.at(
                        span,
                        Code::WiderAccess,
                        format!("`{role}` would get a wider right to {name} {}", draft.name()),
                    );
                    problem.label("more than it has").help(
                        "packages only narrow the rights of a role that is named; the operator's package `site` may widen them",
                    );
                    if let Some(first) = had.and_then(|granted| granted.span) {
                        problem.note(first, "its rights");
                    }
                }
            }
            rights::extend(&mut all, raw);
        }
    }
}
