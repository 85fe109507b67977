//! Rights are over actions and levels that exist.

use crate::draft::Set;
use crate::raw::RawAccess;
use crate::report::{Code, Sink};

const ACTIONS: [&str; 7] = ["read", "create", "update", "delete", "export", "erase", "all"];
const LEVELS: [&str; 5] = ["own", "team", "all", "true", "false"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        roles(&draft.raw.access, sink);
        roles(&draft.raw.access_by_extensions, sink);
        for field in draft.raw.fields() {
            roles(&field.access, sink);
        }
    }
}

fn roles(access: &[RawAccess], sink: &mut Sink) {
    for entry in access {
        if !super::names::is_snake(&entry.role.value) {
            sink.at(entry.role.span, Code::SnakeCase, format!("`{}` cannot be the name of a role", entry.role.value))
                .label("expected snake_case");
        }
        for (action, level) in &entry.grants {
            if !ACTIONS.contains(&action.value.as_str()) {
                sink.at(action.span, Code::BadAccess, format!("`{}` is not an action", action.value))
                    .label("expected read, create, update, delete, export, erase or all")
                    .suggest(&action.value, ACTIONS);
            }
            if !LEVELS.contains(&level.value.as_str()) {
                sink.at(level.span, Code::BadAccess, format!("`{}` is not a level of access", level.value))
                    .label("expected own, team, all, true or false")
                    .suggest(&level.value, LEVELS);
            }
        }
    }
}
