//! Live feeds: the log of events, read once per process for all who listen, and what each makes of it.
//!
//! [`Hub`] follows the log; a [`Follower`] has every event behind its own place in it, in order: those of the past from the
//! database, then those that the hub reads.

mod follow;
mod hub;

pub use follow::{Follower, Next};
pub use hub::Hub;
