//! What the plans of organisations allow, as the settings of the program say: so many users, so many records.

use std::collections::BTreeMap;

/// What an organisation may have at most; none is as many as it likes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quota {
    /// Users that may sign in.
    pub users: Option<u64>,
    /// Records that are not deleted, of all modules but those of the platform itself and histories.
    pub records: Option<u64>,
}

/// The quotas of plans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quotas {
    /// That of organisations with a plan that is not named, or without one.
    pub otherwise: Quota,
    /// By the name of the plan, as it is stored.
    pub plans: BTreeMap<String, Quota>,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Users that may sign in.
    Users,
    /// Records.
    Records,
}

/// An organisation would have more than its plan allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan of the organization allows {most}, and it would have {found}")]
pub struct QuotaExceeded {
    /// What of.
    pub counted: Counted,
    /// The plan, if the organisation has one.
    pub plan: Option<String>,
    /// How many are allowed.
    pub most: u64,
    /// How many there would be.
    pub found: u64,
}

impl Quotas {
    /// What organisations with a plan may have.
    #[must_use]
    pub fn of(&self, plan: Option<&str>) -> Quota {
        plan.and_then(|plan| self.plans.get(plan)).copied().unwrap_or(self.otherwise)
    }

    /// Whether the users of any organisation are limited.
    #[must_use]
    pub fn limit_users(&self) -> bool {
        self.all().any(|quota| quota.users.is_some())
    }

    /// Whether the records of any organisation are limited.
    #[must_use]
    pub fn limit_records(&self) -> bool {
        self.all().any(|quota| quota.records.is_some())
    }

    fn all(&self) -> impl Iterator<Item = &Quota> {
        self.plans.values().chain([&self.otherwise])
    }
}
