//! What the program does around records: organisations, users, sessions and who may come in, files, demo data, answers to
//! repeated requests.

mod admission;
mod api_key;
mod attempt;
mod audit;
mod demo;
mod file;
mod idempotency;
mod one_time;
mod organization;
mod second_factor;
mod session;
mod statement;
mod usage;
mod user;
mod user_identity;

pub use admission::{AdmittedKey, admission_version, admitted_keys, bump, ended_sessions};
pub use api_key::{key_owner, note_key_use};
pub use attempt::{Attempts, forget_attempts, lock_attempts, store_attempts};
pub use audit::{Deed, audit};
pub use demo::{DemoError, fill_with_demo};
pub use file::{StoredFile, find_file, unreferenced};
pub use idempotency::{Claim, Repeatable, claim, forget_old_answers, store_answer};
pub use one_time::{
    OneTime, Purpose, discard_one_time, find_one_time, forget_one_time, issue_one_time, redeem_one_time,
};
pub use organization::{
    DEFAULT_PLAN, Listed, create_organization, find_organization, list_organizations, lock_organization,
    organization_count, set_plan, time_zone,
};
pub use second_factor::{
    SecondFactor, lock_second_factor, reset_second_factor, store_recovery_codes, store_secret, take_recovery_code,
    take_step,
};
pub use session::{
    NewSession, RefreshToken, Session, Which, create_session, end_sessions, find_refresh_token, forget_sessions,
    is_unused, replace_refresh_token, sessions,
};
pub use usage::{admit, charge, forget_usages};
pub(crate) use usage::{counts, miscounted, recount};
pub use user::{
    Account, NewUser, account, create_user, demo_users, find_account, lock_account, normal_address, set_password,
};
pub use user_identity::{Elsewhere, find_identity, link_identity};
