//! The log of changes, read in one order in which nothing ever appears behind what was read already.
//!
//! [`read`] gives what follows a [`Cursor`], [`last`] the place behind everything so far, [`prune`] removes what is old and
//! every [`Consumer`] has dealt with, and [`extend`] makes room for what comes.
//! Events are written by the pipeline of [`crate::mutation`], in the transaction of their change.
//!
//! On PostgreSQL a sequence alone is no such order: its numbers are given before transactions commit. Events are
//! therefore ordered by their transaction first, and read only while no older transaction is under way, which might
//! still add some. A transaction that stays open holds up what was committed after it began, and nothing else.

mod consumer;
mod cursor;
mod gone;
mod image;
mod log;
mod matches;
mod merge;
mod partitions;
mod prune;

pub use consumer::Consumer;
pub use cursor::{Cursor, MalformedCursor};
pub use gone::gone_with;
pub use image::Image;
pub use log::{Event, Images, LogError, Now, identity, last, now, read};
pub use matches::{Related, holds, is_answerable};
pub use merge::merge;
pub use partitions::extend;
pub use prune::{Pruned, prune};
