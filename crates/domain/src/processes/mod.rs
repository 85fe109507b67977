//! What an operator does: organisations, users, demo data. Each in one transaction.

mod demo;
mod organization;
mod user;

pub use demo::{DemoError, fill_with_demo};
pub use organization::{create_organization, find_organization, organization_count, time_zone};
pub use user::{Account, NewUser, create_user, demo_users, find_account};
