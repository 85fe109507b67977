//! What the program does around records: organisations, users, files, demo data, answers to repeated requests.

mod demo;
mod file;
mod idempotency;
mod organization;
mod user;

pub use demo::{DemoError, fill_with_demo};
pub use file::{StoredFile, find_file, unreferenced};
pub use idempotency::{Claim, Repeatable, claim, forget_old_answers, store_answer};
pub use organization::{create_organization, find_organization, organization_count, time_zone};
pub use user::{Account, NewUser, create_user, demo_users, find_account};
