//! Tables from metadata: which tables a catalog wants, how that differs from what the database has, and the SQL that
//! gets from one to the other. Pure: nothing here opens a connection.
//!
//! In reading order: [`schema`] (tables without a dialect), [`desired`](mod@desired) (catalog → schema),
//! [`diff`](mod@diff) (schema × schema → [`plan`]), [`sql`] (plan → statements of one dialect), [`ledger`] (what
//! `metadata_versions.ledger` stores).

mod column_type;
pub mod desired;
pub mod diff;
mod indexes;
pub mod ledger;
mod literal;
mod names;
pub mod plan;
mod problem;
pub mod schema;
mod search;
pub mod sql;
mod sqlite;
pub(crate) mod tenancy;
#[cfg(test)]
mod testing;

pub use desired::desired;
pub use diff::diff;
pub use ledger::{Ledger, LedgerError};
pub(crate) use names::foreign_key;
pub use plan::{Plan, Secured, Step};
pub use problem::DiffProblem;
pub use schema::Schema;
