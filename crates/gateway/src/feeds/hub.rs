use super::{
    Interest, Nats,
    listeners::Listeners,
    relay,
    source::{Heard, Source},
};
use kontor_domain::{
    column::Dialect,
    error::StoreError,
    events::{self, Cursor, Event, LogError, Now},
    store::Store,
};
use std::{
    sync::{Arc, Mutex, MutexGuard, Once, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, broadcast, watch};

/// Events read by one statement.
const BATCH: usize = 500;
/// Time in which commits are gathered into one announcement.
const GATHER: Duration = Duration::from_millis(50);
/// Time until a database that did not answer is asked again.
const REST: Duration = Duration::from_secs(1);

/// The one reader of the log in this process. It reads while somebody follows, when its source says that there is
/// something to read, or has it from there.
pub struct Hub {
    store: Arc<Store>,
    /// What carries events between gateways instead of the database.
    nats: Option<Arc<Nats>>,
    /// Something was committed, here or by another gateway that said so.
    committed: watch::Sender<()>,
    /// Something is to be announced to other gateways.
    unannounced: Notify,
    announcing: Once,
    /// Whether somebody reads the log, and for whom.
    listeners: Mutex<Listeners>,
    turns: watch::Sender<Turn>,
}

/// What all who follow have to know besides events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// Whether feeds are to end.
    pub stopped: bool,
    /// Counts the versions of the metadata that this process has served.
    pub version: u64,
}

impl Hub {
    /// Nobody follows yet.
    pub fn new(store: Arc<Store>, nats: Option<Arc<Nats>>) -> Arc<Self> {
        Arc::new(Self {
            store,
            nats,
            committed: watch::Sender::new(()),
            unannounced: Notify::new(),
            announcing: Once::new(),
            listeners: Mutex::default(),
            turns: watch::Sender::default(),
        })
    }

    /// Tells that a transaction has been committed.
    pub fn wake(self: &Arc<Self>) {
        self.committed.send_replace(());
        if self.store.dialect() == Dialect::Postgres {
            self.unannounced.notify_one();
            self.announcing.call_once(|| drop(tokio::spawn(self.clone().announce())));
        }
    }

    /// Tells other gateways of what was committed, many commits at once.
    async fn announce(self: Arc<Self>) {
        loop {
            self.unannounced.notified().await;
            if let Err(error) = self.store.announce().await {
                tracing::debug!(error = crate::error::chain(&error), "other gateways were not told of a change");
            }
            tokio::time::sleep(GATHER).await;
        }
    }

    /// Tells that another gateway has committed something.
    pub(super) fn heard_of_commit(&self) {
        self.committed.send_replace(());
    }

    /// Tells when something was committed here, or by another gateway while this one listens to it.
    pub fn commits(&self) -> watch::Receiver<()> {
        self.committed.subscribe()
    }

    /// Does what one gateway of the database has to do for all, when it is this one's turn; for as long as the process
    /// lives.
    pub async fn relay(self: Arc<Self>) {
        if let Some(nats) = self.nats.clone() {
            relay::run(self, nats).await;
        }
    }

    /// Ends all feeds: their followers come back to another gateway, or to this one when it has started anew.
    pub fn stop(&self) {
        self.turns.send_modify(|turn| turn.stopped = true);
    }

    /// Waits until nobody is to be told of the end any more.
    pub async fn ended(&self) {
        self.turns.closed().await;
    }

    /// Tells when feeds are to end, or to go on with other metadata.
    pub fn turns(&self) -> watch::Receiver<Turn> {
        self.turns.subscribe()
    }

    /// Makes feeds go on with other metadata: those that `put` puts in place, given the number of their version. Whoever
    /// learns the number finds them there.
    pub fn renew(&self, put: impl FnOnce(u64)) {
        self.turns.send_modify(|turn| {
            turn.version += 1;
            put(turn.version);
        });
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) async fn last(&self) -> Result<Cursor, StoreError> {
        events::last(&self.store).await
    }

    pub(super) async fn now(&self) -> Result<Now, StoreError> {
        events::now(&self.store).await
    }

    pub(super) async fn read(&self, after: Cursor) -> Result<(Vec<Event>, bool), LogError> {
        let read = events::read(&self.store, after, BATCH).await?;
        let more = read.len() == BATCH;
        Ok((read, more))
    }

    /// What is read from now on, of what one asks for.
    pub(super) fn listen(self: &Arc<Self>, interest: &Interest) -> broadcast::Receiver<Option<Arc<Event>>> {
        let mut listeners = self.listeners();
        let receiver = listeners.add(interest);
        if !std::mem::replace(&mut listeners.reading, true) {
            tokio::spawn(self.clone().follow());
        }
        receiver
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody listens any more; whoever comes then begins anew.
    fn rest(&self) -> bool {
        let mut listeners = self.listeners();
        listeners.reading = listeners.is_anybody_there();
        !listeners.reading
    }

    async fn follow(self: Arc<Self>) {
        let mut source = Source::new(&self, self.nats.as_ref());
        let mut at = None;
        let mut look = true;
        while !self.rest() {
            if look {
                match self.pass(&mut at, &mut source).await {
                    Ok(more) if more => continue,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(error = crate::error::chain(&error), "the log of events could not be read");
                        tokio::time::sleep(REST).await;
                        continue;
                    }
                }
            }
            look = match source.next().await {
                Heard::Look => true,
                Heard::Event(previous, event) => !self.pass_on(&mut at, previous, event),
            };
        }
    }

    /// Passes an event on that was not read from the log; tells whether nothing is missing before it.
    fn pass_on(&self, at: &mut Option<Cursor>, previous: Cursor, event: Arc<Event>) -> bool {
        match *at {
            // It comes a second time, or was read from the log already.
            Some(at) if event.cursor <= at => true,
            Some(place) if place == previous => {
                *at = Some(event.cursor);
                self.listeners().tell(&event);
                true
            }
            _ => false,
        }
    }

    /// Passes the next events of the log on; tells whether there may be more.
    async fn pass(&self, at: &mut Option<Cursor>, source: &mut Source) -> Result<bool, LogError> {
        let from = match *at {
            Some(from) => from,
            None => {
                let from = *at.insert(self.last().await?);
                // What was committed before, they may not have read yet.
                self.listeners().tell_of_gap();
                from
            }
        };
        let (read, more) = match self.read(from).await {
            // The followers find it by themselves, when they are told of the new place.
            Err(LogError::Gap) => {
                *at = None;
                return Ok(true);
            }
            read => read?,
        };
        if !read.is_empty() {
            source.missed();
        }
        for event in read {
            *at = Some(event.cursor);
            // That nobody listens is noticed before the next round.
            self.listeners().tell(&Arc::new(event));
        }
        Ok(more)
    }
}
