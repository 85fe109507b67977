//! What roles are granted, by the author of a module and by those who extend it.

use super::{Draft, Set};
use crate::model::{Action, Level};
use crate::raw::RawAccess;
use crate::yaml::Span;

/// The roles that may do everything with a module whose author grants nobody anything.
const ADMINISTRATORS: [&str; 2] = ["super_admin", "admin"];

/// How far each action of a role reaches, in the order of [`Action::ALL`].
pub(crate) type Levels = [Level; Action::ALL.len()];

/// What one role may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) role: String,
    pub(crate) levels: Levels,
    /// Where it is written; nothing for the platform's own.
    pub(crate) span: Option<Span>,
}

/// What the roles are granted of a module. Children without rights of their own have those of their parent; a module of
/// which nothing is said is the administrators'.
pub(crate) fn granted(set: &Set<'_>, draft: &Draft<'_>) -> Vec<Granted> {
    let mut all = by_author(set, draft);
    for raw in &draft.raw.access_by_extensions {
        extend(&mut all, raw);
    }
    all
}

/// The same without what extensions say of the module itself.
pub(crate) fn by_author(set: &Set<'_>, draft: &Draft<'_>) -> Vec<Granted> {
    match draft.parent {
        Some(parent) if draft.raw.access.is_empty() => {
            granted(set, &set.drafts[parent]).into_iter().map(inherited).collect()
        }
        None if draft.raw.access.is_empty() => {
            let all = |role: &str| Granted { role: role.to_owned(), levels: [Level::All; 6], span: None };
            ADMINISTRATORS.map(all).to_vec()
        }
        _ => draft.raw.access.iter().map(as_written).collect(),
    }
}

/// What the rights on a record are for what belongs to it: to make a line of it is to change it.
fn inherited(mut granted: Granted) -> Granted {
    let [create, update] = [Action::Create, Action::Update].map(|action| granted.levels[action as usize]);
    // Who makes records makes them with their lines, even where it changes none later.
    granted.levels[Action::Create as usize] = create.min(update.max(Level::Own));
    granted
}

/// Adds what an extension grants: to a role that is named already only what is said of it changes.
pub(crate) fn extend(all: &mut Vec<Granted>, raw: &RawAccess) {
    match all.iter_mut().find(|granted| granted.role == raw.role.value) {
        Some(granted) => {
            for action in Action::ALL.into_iter().filter(|action| says(raw, *action)) {
                granted.levels[action as usize] = level(raw, action);
            }
            granted.span = Some(raw.role.span);
        }
        None => all.push(as_written(raw)),
    }
}

fn as_written(raw: &RawAccess) -> Granted {
    Granted { role: raw.role.value.clone(), levels: levels(raw), span: Some(raw.role.span) }
}

/// What a role is granted: what is said of an action, or else of all.
pub(crate) fn levels(raw: &RawAccess) -> Levels {
    Action::ALL.map(|action| level(raw, action))
}

/// How far an action reaches by an entry.
pub(crate) fn level(raw: &RawAccess, action: Action) -> Level {
    said(raw, action).and_then(Level::parse).unwrap_or_default()
}

/// Whether an entry says anything of an action.
pub(crate) fn says(raw: &RawAccess, action: Action) -> bool {
    said(raw, action).is_some()
}

fn said(raw: &RawAccess, action: Action) -> Option<&str> {
    let find = |name: &str| raw.grants.iter().find(|(action, _)| action.value == name);
    // Who may do everything with records may not yet hand out or forget all that is kept of a person.
    let general = !action.is_of_privacy() || ADMINISTRATORS.contains(&raw.role.value.as_str());
    find(action.name()).or_else(|| find("all").filter(|_| general)).map(|(_, level)| level.value.as_str())
}
