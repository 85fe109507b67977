//! The platform's own tables, as the migrations make them; not made from the catalog.
//!
//! Who there is: [`organization`], [`user`], [`team`], [`user_team`]. How they sign in: [`refresh_token`], [`api_key`].
//! What happened: [`audit_log`], [`record_event`], [`notification`], [`follow`], [`share`]. What modules share: [`tagging`], [`counter`].
//! What was applied: [`metadata_version`].
//!
//! Write through [`super::Canonical`], else SQLite refuses the moments.

pub mod api_key;
pub mod audit_log;
pub mod counter;
pub mod follow;
pub mod metadata_version;
pub mod notification;
pub mod organization;
pub mod record_event;
pub mod refresh_token;
pub mod share;
pub mod tagging;
pub mod team;
pub mod user;
pub mod user_team;

mod role;
mod secret;

pub use role::Role;
pub use secret::Secret;

#[cfg(test)]
mod tests;
