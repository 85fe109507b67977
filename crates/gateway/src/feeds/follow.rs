use super::Hub;
use kontor_domain::{
    error::StoreError,
    events::{Cursor, Event, LogError, Now},
};
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::{broadcast, watch};

/// What a follower finds next.
#[derive(Debug)]
pub enum Next {
    /// The next event of the log.
    Event(Arc<Event>),
    /// Events are missing here: they are not kept any more.
    Gap(Cursor),
    /// The server stops.
    Stopped,
}

/// A reader of the log with its own place in it. One that is slower than the log reads what it has missed from the
/// database, so that it needs no memory and loses nothing.
pub struct Follower {
    hub: Arc<Hub>,
    at: Cursor,
    /// When it began, if it began then: what was committed before is no news.
    begun: Option<Now>,
    past: VecDeque<Event>,
    /// Whether `past` ends where the live events begin.
    caught_up: bool,
    live: broadcast::Receiver<Option<Arc<Event>>>,
    stopped: watch::Receiver<bool>,
}

impl Follower {
    /// Begins behind a place of the log, or now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(hub: &Arc<Hub>, after: Option<Cursor>) -> Result<Self, StoreError> {
        let (at, begun) = match after {
            Some(after) => (after, None),
            None => {
                let now = hub.now().await?;
                (now.cursor, Some(now))
            }
        };
        let (live, stopped) = (hub.listen(), hub.stopped());
        Ok(Self { hub: hub.clone(), at, begun, past: VecDeque::new(), caught_up: false, live, stopped })
    }

    fn is_news(&self, event: &Event) -> bool {
        self.begun.as_ref().is_none_or(|now| !now.has(event))
    }

    /// The next event. Whoever drops the future before it is ready has missed nothing.
    ///
    /// # Errors
    /// When the database does not answer; it may be asked again.
    pub async fn next(&mut self) -> Result<Next, StoreError> {
        loop {
            if *self.stopped.borrow() {
                return Ok(Next::Stopped);
            }
            if let Some(event) = self.past.pop_front() {
                self.at = event.cursor;
                if self.is_news(&event) {
                    return Ok(Next::Event(Arc::new(event)));
                }
                continue;
            }
            if !self.caught_up {
                // The live events begin before this is read, so that nothing lies between.
                match self.hub.read(self.at).await {
                    Ok((read, more)) => (self.past, self.caught_up) = (read.into(), !more),
                    Err(LogError::Gap) => {
                        self.at = self.hub.last().await?;
                        return Ok(Next::Gap(self.at));
                    }
                    Err(LogError::Store(error)) => return Err(error),
                }
                continue;
            }
            let received = tokio::select! {
                received = self.live.recv() => received,
                _ = self.stopped.changed() => continue,
            };
            match received {
                Ok(Some(event)) if event.cursor > self.at => {
                    self.at = event.cursor;
                    if self.is_news(&event) {
                        return Ok(Next::Event(event));
                    }
                }
                // It was among the past ones.
                Ok(Some(_)) => {}
                // What follows is in the log.
                Ok(None) | Err(_) => self.caught_up = false,
            }
        }
    }
}
