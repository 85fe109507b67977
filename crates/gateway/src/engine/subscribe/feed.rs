use super::{Kinship, Told, rest, teller::Teller};
use crate::feeds::{Follower, Frame, Group, Next};
use kontor_domain::events::Cursor;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Frames that a subscriber may be behind before it reads the log by itself.
const QUEUE: usize = 64;

/// What all who follow the same are told.
pub(in crate::engine) struct Fed {
    teller: Teller,
    frames: broadcast::Sender<Option<Frame>>,
}

impl Fed {
    pub(super) fn new(teller: Teller) -> Self {
        Self { teller, frames: broadcast::Sender::new(QUEUE) }
    }

    /// What they are told from now on.
    pub(super) fn listen(&self) -> broadcast::Receiver<Option<Frame>> {
        self.frames.subscribe()
    }
}

/// Works out events for a group as they happen.
pub(super) async fn run(fed: Arc<Fed>) {
    let Fed { teller, frames } = &*fed;
    let (hub, interest) = (&teller.engine.hub, teller.interest());
    let mut follower = loop {
        match Follower::of_hub(hub, &interest).await {
            Ok(follower) => break follower,
            Err(error) => rest(&error).await,
        }
    };
    // What was before, those who are here already read by themselves. That nobody listens is noticed elsewhere.
    let _ = frames.send(None);
    loop {
        let event = match follower.next().await {
            Ok(Next::Past(event) | Next::Live(event)) => event,
            Ok(Next::Gap(_)) => {
                let _ = frames.send(None);
                continue;
            }
            // Those who follow it leave for a group of the other metadata.
            Ok(Next::Renewed) => continue,
            Ok(Next::Stopped) => return,
            Err(error) => {
                rest(&error).await;
                continue;
            }
        };
        let told = loop {
            match teller.tell(&event).await {
                Ok(told) => break told,
                Err(error) => rest(&error).await,
            }
        };
        if let Some(frame) = told {
            let _ = frames.send(Some(frame));
        }
    }
}

/// What a subscription hears.
pub(super) enum Heard {
    /// Something to tell.
    News(Told),
    /// That the metadata are others.
    Renewed,
}

/// A subscriber's own place in a feed.
pub(super) struct Feeding {
    group: Arc<Group<Kinship, Fed>>,
    follower: Follower<Frame>,
    /// What the subscriber knows all of, up to here.
    told: Cursor,
    /// An event that could not be told yet.
    pending: Option<Next<Frame>>,
}

impl Feeding {
    pub(super) fn new(group: Arc<Group<Kinship, Fed>>, follower: Follower<Frame>) -> Self {
        let told = follower.at();
        Self { group, follower, told, pending: None }
    }

    /// Goes on in another group, planned for another version of the metadata.
    pub(super) fn renew(&mut self, group: Arc<Group<Kinship, Fed>>, version: u64) {
        // It listens before it looks where the log is, so that nothing lies between.
        self.follower.renew(group.shared.listen(), version);
        self.group = group;
    }

    /// The place of the log that the subscriber has been told of up to.
    pub(super) fn told(&self) -> Cursor {
        self.told
    }

    pub(super) async fn next(&mut self) -> Heard {
        loop {
            let next = match self.pending.take() {
                Some(next) => next,
                None => match self.follower.next().await {
                    Ok(next) => next,
                    Err(error) => {
                        Box::pin(rest(&error)).await;
                        continue;
                    }
                },
            };
            match next {
                Next::Live(frame) => {
                    self.told = frame.cursor;
                    return Heard::News(Told::Event(frame));
                }
                Next::Renewed => return Heard::Renewed,
                Next::Stopped => return Heard::News(Told::Stopped),
                past => {
                    self.pending = Some(past);
                    // Boxed, since most subscriptions are idle and should be small.
                    if let Some(frame) = Box::pin(self.tell_pending()).await {
                        return Heard::News(Told::Event(frame));
                    }
                }
            }
        }
    }

    /// Works out what a past event means for this subscriber alone.
    async fn tell_pending(&mut self) -> Option<Frame> {
        let (cursor, told) = match &self.pending {
            Some(Next::Past(event)) => (event.cursor, self.group.shared.teller.tell(event).await),
            Some(Next::Gap(cursor)) => (*cursor, self.group.shared.teller.gap(*cursor).await.map(Some)),
            _ => return None,
        };
        match told {
            Ok(told) => {
                self.pending = None;
                self.told = cursor;
                told
            }
            Err(error) => {
                rest(&error).await;
                None
            }
        }
    }
}
