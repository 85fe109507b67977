//! Live feeds: the log of events, read once per process for all who listen, and what each makes of it.
//!
//! [`Hub`] follows the log. A [`Group`] is all who subscribe to the same: what they are told of an event is worked out
//! once. A [`Follower`] has everything behind its own place in the log, in order: what is past from the database, then
//! what its group or the hub has.

mod follow;
mod frame;
mod group;
mod hub;
mod related;

pub use follow::{Follower, Next, Placed};
pub use frame::Frame;
pub use group::{Group, Groups};
pub use hub::Hub;
pub use related::{Question, Related};
