//! Subscriptions: one root field, answered again and again: with every event of the log that it asks for, or with groups
//! of records whenever they have changed.

mod begin;
mod delivery;
mod feed;
mod follows;
mod shared;
mod teller;
mod transition;
mod watch;

pub use begin::Begun;
pub(super) use begin::Kinship;
pub(super) use feed::Fed;
pub(super) use watch::Watched;

use crate::{
    error,
    feeds::{Frame, Group},
};
use bytes::Bytes;
use feed::Feeding;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch as state;

/// Wait before a database that does not answer is asked again.
const REST: Duration = Duration::from_secs(1);

/// What a subscription has to tell next.
#[derive(Debug)]
pub enum Told {
    /// What an event means for it.
    Event(Frame),
    /// The JSON of a response that stands in the place of those before it.
    State(Bytes),
    /// The server stops; another, or the same later, goes on behind what was told.
    Stopped,
}

/// A subscription under way. It keeps to the metadata that it began with.
pub struct Subscription(Kind);

enum Kind {
    Feed(Feeding),
    Watch {
        /// Kept as long as anybody watches.
        _group: Arc<Group<Kinship, Watched>>,
        state: state::Receiver<Option<Bytes>>,
        stopped: state::Receiver<bool>,
    },
}

impl Subscription {
    /// The next thing to tell. Whoever drops the future before it is ready has missed nothing. A database that does not
    /// answer delays it.
    pub async fn next(&mut self) -> Told {
        match &mut self.0 {
            Kind::Feed(feed) => feed.next().await,
            Kind::Watch { state, stopped, .. } => loop {
                tokio::select! {
                    _ = stopped.wait_for(|stopped| *stopped) => return Told::Stopped,
                    Ok(()) = state.changed() => {}
                }
                if let Some(state) = state.borrow_and_update().clone() {
                    return Told::State(state);
                }
            },
        }
    }
}

async fn rest(error: &impl std::error::Error) {
    tracing::warn!(error = error::chain(error), "a feed waits for the database");
    tokio::time::sleep(REST).await;
}
