use super::{Hub, Interest, Turn};
use kontor_domain::{
    error::StoreError,
    events::{self, Cursor, Event, LogError, Now},
};
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::{broadcast, watch};

/// What has its place in the log.
pub trait Placed: Clone {
    /// Behind it one goes on.
    fn cursor(&self) -> Cursor;
}

impl Placed for Arc<Event> {
    fn cursor(&self) -> Cursor {
        self.cursor
    }
}

/// What a follower finds next.
#[derive(Debug)]
pub enum Next<L> {
    /// The next event of the log, read by this follower alone.
    Past(Arc<Event>),
    /// What the live source has next.
    Live(L),
    /// Events are missing here: they are not kept any more.
    Gap(Cursor),
    /// The metadata are others than those that it was begun with: it goes on with [`Follower::renew`].
    Renewed,
    /// The server stops.
    Stopped,
}

/// A reader of the log with its own place in it: first what it has missed, from the database, then what a live source
/// has. One that is slower than the source goes back to the database, so that it needs no memory and loses nothing.
///
/// The source may leave out events, but has every other that the log has behind its last `None`, in order; `None` tells
/// that it does not know what was before.
pub struct Follower<L> {
    hub: Arc<Hub>,
    at: Cursor,
    /// When it began, if it began then: what was committed before is no news.
    begun: Option<Now>,
    past: VecDeque<Event>,
    /// Whether `past` ends where the live source begins.
    caught_up: bool,
    live: broadcast::Receiver<Option<L>>,
    turns: watch::Receiver<Turn>,
    /// The version of the metadata that it is to be told of others than; none for who does not care.
    version: Option<u64>,
    /// Whether the events of a record that wait may become one, see [`events::merge`].
    merges: bool,
}

/// Live items that wait before a follower that merges events goes back to the log for them.
const FEW: usize = 16;

impl Follower<Arc<Event>> {
    /// Follows the hub from this moment on, with all that was committed but could not be read yet. What does not concern
    /// it may come, too.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_hub(hub: &Arc<Hub>, interest: &Interest) -> Result<Self, StoreError> {
        // What is read from the hub begins before the place that is asked for, so that nothing lies between.
        let live = hub.listen(interest);
        let at = hub.now().await?.cursor;
        Ok(Self::new(hub, at, None, live, false, None))
    }
}

impl<L: Placed> Follower<L> {
    /// Begins behind a place of the log, or now, for a version of the metadata.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(
        hub: &Arc<Hub>,
        after: Option<Cursor>,
        live: broadcast::Receiver<Option<L>>,
        merges: bool,
        version: u64,
    ) -> Result<Self, StoreError> {
        let (at, begun) = match after {
            Some(after) => (after, None),
            None => {
                let now = hub.now().await?;
                (now.cursor, Some(now))
            }
        };
        Ok(Self::new(hub, at, begun, live, merges, Some(version)))
    }

    fn new(
        hub: &Arc<Hub>,
        at: Cursor,
        begun: Option<Now>,
        live: broadcast::Receiver<Option<L>>,
        merges: bool,
        version: Option<u64>,
    ) -> Self {
        let (hub, turns) = (hub.clone(), hub.turns());
        Self { hub, at, begun, past: VecDeque::new(), caught_up: false, live, turns, version, merges }
    }

    /// Goes on where it is, with another live source for another version of the metadata.
    pub fn renew(&mut self, live: broadcast::Receiver<Option<L>>, version: u64) {
        self.live = live;
        // What the source before had that was not received is in the log.
        self.caught_up = false;
        self.version = Some(version);
    }

    /// Its place in the log.
    pub fn at(&self) -> Cursor {
        self.at
    }

    fn is_news(&self, cursor: Cursor) -> bool {
        self.begun.as_ref().is_none_or(|now| !now.has(cursor))
    }

    /// The next event. Whoever drops the future before it is ready has missed nothing.
    ///
    /// # Errors
    /// When the database does not answer; it may be asked again.
    pub async fn next(&mut self) -> Result<Next<L>, StoreError> {
        loop {
            let turn = *self.turns.borrow_and_update();
            if turn.stopped {
                return Ok(Next::Stopped);
            }
            // Until it goes on with that, so that whoever drops the future has missed nothing.
            if self.version.is_some_and(|version| version < turn.version) {
                return Ok(Next::Renewed);
            }
            if let Some(event) = self.past.pop_front() {
                if self.is_news(event.cursor) {
                    return Ok(Next::Past(Arc::new(event)));
                }
                continue;
            }
            if !self.caught_up {
                // Boxed, since most followers are idle and should be small.
                if let Some(gap) = Box::pin(self.read()).await? {
                    return Ok(Next::Gap(gap));
                }
                continue;
            }
            let received = tokio::select! {
                received = self.live.recv() => received,
                _ = self.turns.changed() => continue,
            };
            match received {
                Ok(Some(_)) if self.merges && self.live.len() > FEW => self.caught_up = false,
                Ok(Some(item)) if item.cursor() > self.at => {
                    self.at = item.cursor();
                    if self.is_news(self.at) {
                        return Ok(Next::Live(item));
                    }
                }
                // It was among the past ones.
                Ok(Some(_)) => {}
                // What follows is in the log.
                Ok(None) | Err(_) => self.caught_up = false,
            }
        }
    }

    /// Reads on in the log; gives the place behind a gap.
    async fn read(&mut self) -> Result<Option<Cursor>, StoreError> {
        match self.hub.read(self.at).await {
            Ok((read, more)) => {
                self.at = read.last().map_or(self.at, |event| event.cursor);
                self.past = if self.merges { events::merge(read) } else { read.into() };
                self.caught_up = !more;
                Ok(None)
            }
            Err(LogError::Gap) => {
                self.at = self.hub.last().await?;
                Ok(Some(self.at))
            }
            Err(LogError::Store(error)) => Err(error),
        }
    }
}
