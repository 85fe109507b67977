//! What of its role an API key may use.

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
#[serde(transparent)]
pub struct Scope(pub Vec<Grant>);

impl Scope {
    /// Whether an action on the records of a module is among it.
    #[must_use]
    pub fn allows(&self, module: &str, action: ScopeAction) -> bool {
        let of = |grant: &&Grant| grant.module.as_deref().is_none_or(|named| named == module);
        self.0.iter().filter(of).any(|grant| grant.actions.contains(&action))
    }

    /// Whether anything may be changed with it.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.0.iter().flat_map(|grant| &grant.actions).any(|action| *action != ScopeAction::Read)
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
        assert!(scope.allows("Account", ScopeAction::Read) && scope.allows("Lead", ScopeAction::Create));
        assert!(!scope.allows("Account", ScopeAction::Create) && !scope.allows("Lead", ScopeAction::Update));
        assert!(scope.writes());
        assert!(!Scope(Vec::new()).allows("Lead", ScopeAction::Read));
    }

    #[test]
    fn nobody_gives_more_than_it_has() {
        assert!(may_grant("super_admin", "super_admin") && may_grant("admin", "manager"));
        assert!(may_grant("sales_rep", "sales_rep") && may_grant("sales_rep", "readonly"));
        assert!(!may_grant("admin", "super_admin") && !may_grant("sales_rep", "manager"));
    }
}
