//! Live feeds: the log of events, read once per process for all who listen, and what each makes of it.
//!
//! [`Hub`] follows the log. A [`Group`] is all who subscribe to the same: what they are told of an event is worked out
//! once. A [`Follower`] has everything behind its own place in the log, in order: what is past from the database, then
//! what its group or the hub has.
//!
//! The hub hears from a source when there is something to read: from the database, or from NATS, which then has the
//! events with it. Each of those tells which one it follows, so that nothing depends on what NATS loses, doubles or turns
//! around: what is not the next one makes the hub read the log.

mod commits;
mod follow;
mod frame;
mod group;
mod hub;
mod listeners;
mod message;
mod nats;
mod related;
mod relay;
mod source;

pub use follow::{Follower, Next, Placed};
pub use frame::Frame;
pub use group::{Group, Groups};
pub use hub::{Hub, Turn};
pub use listeners::Interest;
pub use nats::{Nats, NatsError, NatsSettings};
pub use related::{Question, Related};
