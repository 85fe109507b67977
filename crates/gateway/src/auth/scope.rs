//! What of its role an API key may use.

use kontor_metadata::model::Action;
use serde::{Deserialize, Serialize};

/// Something that is done to records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScopeAction {
    /// Look at them.
    Read,
    /// Make new ones.
    Create,
    /// Change them.
    Update,
    /// Remove them, and bring them back.
    Delete,
}

/// Actions on the records of a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Module name; none for all modules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// What may be done.
    pub actions: Vec<ScopeAction>,
}

/// All that a key may do, as far as its role may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Grant>", into = "Vec<Grant>")]
pub struct Scope {
    grants: Vec<Grant>,
    /// The same for scopes that say the same: what plans are kept by.
    name: String,
}

impl From<Vec<Grant>> for Scope {
    fn from(grants: Vec<Grant>) -> Self {
        let name = serde_json::to_string(&grants).expect("names of modules and actions are written into memory");
        Self { grants, name }
    }
}

impl From<Scope> for Vec<Grant> {
    fn from(scope: Scope) -> Self {
        scope.grants
    }
}

impl Scope {
    /// Whether an action on the records of a module is among it.
    #[must_use]
    pub fn allows(&self, module: &str, action: Action) -> bool {
        let action = match action {
            Action::Read | Action::Export => ScopeAction::Read,
            Action::Create => ScopeAction::Create,
            Action::Update => ScopeAction::Update,
            Action::Delete | Action::Erase => ScopeAction::Delete,
        };
        let of = |grant: &&Grant| grant.module.as_deref().is_none_or(|named| named == module);
        self.grants.iter().filter(of).any(|grant| grant.actions.contains(&action))
    }

    /// Whether anything may be changed with it.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.grants.iter().flat_map(|grant| &grant.actions).any(|action| *action != ScopeAction::Read)
    }

    /// What it says, as JSON: its grants.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whether somebody with a role may give a role to a key or to a user.
#[must_use]
pub(super) fn may_grant(own: &str, given: &str) -> bool {
    match own {
        "super_admin" => true,
        "admin" => given != "super_admin",
        own => given == own || given == "readonly",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_what_its_grants_say() {
        let scope: Scope =
            serde_json::from_str(r#"[{"actions": ["READ"]}, {"module": "Lead", "actions": ["CREATE"]}]"#).unwrap();
        assert!(scope.allows("Account", Action::Read) && scope.allows("Lead", Action::Create));
        assert!(!scope.allows("Account", Action::Create) && !scope.allows("Lead", Action::Update));
        assert!(scope.writes());
        assert_eq!(scope.name(), r#"[{"actions":["READ"]},{"module":"Lead","actions":["CREATE"]}]"#);
        assert_eq!(serde_json::to_string(&scope).unwrap(), scope.name());
        assert!(!Scope::from(Vec::new()).allows("Lead", Action::Read));
    }

    #[test]
    fn nobody_gives_more_than_it_has() {
        assert!(may_grant("super_admin", "super_admin") && may_grant("admin", "manager"));
        assert!(may_grant("sales_rep", "sales_rep") && may_grant("sales_rep", "readonly"));
        assert!(!may_grant("admin", "super_admin") && !may_grant("sales_rep", "manager"));
    }
}
