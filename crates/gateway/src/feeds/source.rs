use super::{Hub, Nats, commits::Commits, nats::Messages};
use kontor_domain::events::{Cursor, Event};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Time after which the log is looked at though nothing was received.
const QUIET: Duration = Duration::from_secs(1);
/// Time after which a subscription that has missed something is made anew.
const DEAF: Duration = Duration::from_secs(10);

/// What the hub hears of.
pub(super) enum Heard {
    /// There may be something in the log.
    Look,
    /// An event, and the place of the one before it.
    Event(Cursor, Arc<Event>),
}

/// Where the hub hears of events. The log has them all, whatever becomes of the others.
pub(super) enum Source {
    /// The log itself.
    Log(Commits),
    /// NATS, which one gateway passes the log on to.
    Nats(Subscription),
}

impl Source {
    pub(super) fn new(hub: &Arc<Hub>, nats: Option<&Arc<Nats>>) -> Self {
        match nats {
            None => Self::Log(Commits::new(hub)),
            Some(nats) => Self::Nats(Subscription { nats: nats.clone(), messages: None, heard: Instant::now() }),
        }
    }

    /// Waits for the next.
    pub(super) async fn next(&mut self) -> Heard {
        match self {
            Self::Log(commits) => {
                commits.next().await;
                Heard::Look
            }
            Self::Nats(subscription) => subscription.next().await,
        }
    }

    /// Takes note of events that were in the log and not heard of.
    pub(super) fn missed(&mut self) {
        if let Self::Nats(subscription) = self
            && subscription.heard.elapsed() > DEAF
        {
            subscription.messages = None;
        }
    }
}

/// What NATS delivers here. It is made anew whenever it fails, from what comes then: what was before is in the log.
pub(super) struct Subscription {
    nats: Arc<Nats>,
    messages: Option<Messages>,
    heard: Instant,
}

impl Subscription {
    async fn next(&mut self) -> Heard {
        let Some(messages) = &mut self.messages else {
            match self.nats.subscribe().await {
                Ok(messages) => {
                    self.messages = Some(messages);
                    self.heard = Instant::now();
                }
                Err(error) => {
                    tracing::debug!(error = crate::error::chain(&error), "events are read from the database meanwhile");
                    tokio::time::sleep(QUIET).await;
                }
            }
            return Heard::Look;
        };
        match tokio::time::timeout(QUIET, messages.next()).await {
            Err(_) => Heard::Look,
            Ok(Some(heard)) => {
                self.heard = Instant::now();
                heard
            }
            Ok(None) => {
                self.messages = None;
                Heard::Look
            }
        }
    }
}
