//! Steps from the tables that are there to those that the catalog wants.

pub use super::step::{Restore, Risk, Secured, Step};
pub(super) use super::summary::describe;

use super::schema::Schema;

/// Steps in the order in which they are executed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Empty when the database has what the catalog wants.
    pub steps: Vec<Step>,
    /// The tables behind it, hidden ones included.
    pub schema: Schema,
}

impl Plan {
    /// Adds tables that are to be guarded by row-level security.
    pub(crate) fn secure(&mut self, tables: Vec<Secured>, role: &str) {
        if !tables.is_empty() {
            self.steps.push(Step::Secure { tables, role: role.to_owned() });
        }
    }

    /// The tables that the plan makes.
    pub(crate) fn created(&self) -> Vec<Secured> {
        let made = |step: &Step| match step {
            Step::CreateTable { name, .. } => Some(Secured { table: name.clone(), owner: None }),
            _ => None,
        };
        self.steps.iter().filter_map(made).collect()
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// One line per step for people.
    #[must_use]
    pub fn summary(&self) -> Vec<String> {
        self.steps.iter().map(Step::summary).collect()
    }
}
