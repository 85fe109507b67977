//! What an operator does: organisations, users, files, demo data. Each in one transaction.

mod demo;
mod file;
mod organization;
mod user;

pub use demo::{DemoError, fill_with_demo};
pub use file::{StoredFile, find_file, unreferenced};
pub use organization::{create_organization, find_organization, organization_count, time_zone};
pub use user::{Account, NewUser, create_user, demo_users, find_account};
