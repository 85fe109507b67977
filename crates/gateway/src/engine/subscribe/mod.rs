//! Subscriptions: one root field, answered again and again: with every event of the log that it asks for, or with groups
//! of records whenever they have changed.

mod begin;
mod delivery;
mod feed;
mod follows;
mod gone;
mod renew;
mod shared;
mod teller;
mod transition;
mod watch;

pub use begin::Begun;
pub(super) use begin::Kinship;
pub(super) use feed::Fed;
pub(super) use watch::Watched;

use super::Engine;
use crate::{
    error::{self, Error},
    feeds::Frame,
};
use bytes::Bytes;
use feed::{Feeding, Heard};
use renew::Again;
use std::{sync::Arc, time::Duration};
use watch::Watching;

/// Wait before a database that does not answer is asked again.
const REST: Duration = Duration::from_secs(1);

/// What a subscription has to tell next.
#[derive(Debug)]
pub enum Told {
    /// What an event means for it.
    Event(Frame),
    /// The JSON of a response that stands in the place of those before it.
    State(Bytes),
    /// It ends, since it does not fit the metadata any more; why, and the place of the log that it was told of up to.
    Ended(Vec<Error>),
    /// The server stops; another, or the same later, goes on behind what was told.
    Stopped,
}

/// A subscription under way. When the metadata are others, it is planned anew for them and goes on where it was.
pub struct Subscription {
    engine: Arc<Engine>,
    /// What it is planned anew from.
    again: Box<Again>,
    kind: Kind,
}

enum Kind {
    Feed(Feeding),
    Watch(Watching),
}

impl Subscription {
    /// The next thing to tell. Whoever drops the future before it is ready has missed nothing. A database that does not
    /// answer delays it.
    pub async fn next(&mut self) -> Told {
        loop {
            let heard = match &mut self.kind {
                Kind::Feed(feed) => feed.next().await,
                Kind::Watch(watching) => watching.next().await,
            };
            match heard {
                Heard::News(told) => return told,
                // Boxed, since most subscriptions are idle and should be small.
                Heard::Renewed => {
                    if let Err(errors) = Box::pin(self.renew()).await {
                        return Told::Ended(errors);
                    }
                }
            }
        }
    }
}

async fn rest(error: &impl std::error::Error) {
    tracing::warn!(error = error::chain(error), "a feed waits for the database");
    tokio::time::sleep(REST).await;
}
