//! Tables from metadata: which tables a catalog wants, how that differs from what the database has, and the SQL that
//! gets from one to the other. Pure: nothing here opens a connection.
//!
//! In reading order: [`schema`] (tables without a dialect), [`desired`](mod@desired) (catalog → schema),
//! [`diff`](mod@diff) (schema × catalog → [`plan`]), `actions` (plan → statements of one dialect), `inverse` (plan → the
//! plan that undoes it), [`ledger`] (what `metadata_versions` stores).

mod actions;
mod column_type;
pub mod desired;
pub mod diff;
mod foreign_keys;
mod indexes;
mod inverse;
pub mod ledger;
mod literal;
mod misfits;
mod names;
mod options;
pub mod plan;
mod postgres;
mod quarantine;
mod rename;
pub mod schema;
mod search;
mod simulate;
pub mod sql;
mod sqlite;
mod step;
mod summary;
pub(crate) mod tenancy;
#[cfg(test)]
mod testing;

pub use actions::Action;
pub use desired::desired;
pub use diff::{Terms, diff};
pub use ledger::{Ledger, LedgerError};
pub(crate) use names::foreign_key;
pub use plan::{Plan, Restore, Risk, Secured, Step};
pub(crate) use postgres::concurrently;
pub use schema::Schema;
