use kontor_domain::{
    column::Dialect,
    error::StoreError,
    events::{self, Cursor, Event, LogError, Now},
    store::Store,
};
use std::{
    sync::{Arc, Mutex, Once, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, broadcast, watch},
    task::JoinSet,
};

/// Events that a follower may be behind before it reads the log by itself.
const QUEUE: usize = 1_024;
/// Events read by one statement.
const BATCH: usize = 500;
/// Time in which commits are gathered into one announcement.
const GATHER: Duration = Duration::from_millis(50);
/// First and longest wait for what other gateways and transactions do.
const WAITS: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// The one reader of the log in this process. It reads while somebody follows, as soon as this process has committed
/// something or another gateway says that it has, and every second in case nobody said so.
pub struct Hub {
    store: Arc<Store>,
    /// Something was committed.
    committed: Notify,
    /// The next event, or nothing where followers have to read on by themselves.
    events: broadcast::Sender<Option<Arc<Event>>>,
    /// Something is to be announced to other gateways.
    unannounced: Notify,
    announcing: Once,
    /// Whether somebody reads the log.
    reading: Mutex<bool>,
    stopped: watch::Sender<bool>,
}

impl Hub {
    /// Nobody follows yet.
    pub fn new(store: Arc<Store>) -> Arc<Self> {
        Arc::new(Self {
            store,
            committed: Notify::new(),
            events: broadcast::Sender::new(QUEUE),
            unannounced: Notify::new(),
            announcing: Once::new(),
            reading: Mutex::new(false),
            stopped: watch::Sender::new(false),
        })
    }

    /// Tells that a transaction has been committed.
    pub fn wake(self: &Arc<Self>) {
        self.committed.notify_one();
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

    /// Listens to other gateways, for as long as the log is read here.
    async fn hear(self: Arc<Self>) {
        loop {
            match self.store.announcements().await {
                Ok(None) => return,
                Ok(Some(mut announcements)) => {
                    while announcements.next().await.is_ok() {
                        self.committed.notify_one();
                    }
                }
                Err(_) => {}
            }
            // Until then the log is looked at every second anyway.
            tokio::time::sleep(WAITS.1).await;
        }
    }

    /// Ends all feeds: their followers come back to another gateway, or to this one when it has started anew.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// Waits until nobody is to be told of the end any more.
    pub async fn ended(&self) {
        self.stopped.closed().await;
    }

    /// Tells when feeds are to end.
    pub fn stopped(&self) -> watch::Receiver<bool> {
        self.stopped.subscribe()
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

    /// What is read from now on.
    pub(super) fn listen(self: &Arc<Self>) -> broadcast::Receiver<Option<Arc<Event>>> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let receiver = self.events.subscribe();
        if !std::mem::replace(&mut *reading, true) {
            tokio::spawn(self.clone().follow());
        }
        receiver
    }

    /// Whether nobody listens any more; whoever comes then begins anew.
    fn rest(&self) -> bool {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        *reading = self.events.receiver_count() > 0;
        !*reading
    }

    async fn follow(self: Arc<Self>) {
        // It ends with this set.
        let mut hearing = JoinSet::new();
        hearing.spawn(self.clone().hear());
        let mut at = None;
        let mut wait = WAITS.0;
        while !self.rest() {
            match self.pass(&mut at).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(error = crate::error::chain(&error), "the log of events could not be read");
                    wait = WAITS.1;
                }
            }
            // What was committed may have to wait for an older transaction, so it is looked for again and again.
            tokio::select! {
                () = self.committed.notified() => wait = WAITS.0,
                () = tokio::time::sleep(wait) => wait = (2 * wait).min(WAITS.1),
            }
        }
    }

    /// Passes the next events on; tells whether there may be more.
    async fn pass(&self, at: &mut Option<Cursor>) -> Result<bool, LogError> {
        let from = match *at {
            Some(from) => from,
            None => {
                let from = *at.insert(self.last().await?);
                // What was committed before, they may not have read yet.
                let _ = self.events.send(None);
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
        for event in read {
            *at = Some(event.cursor);
            // That nobody listens is noticed before the next round.
            let _ = self.events.send(Some(Arc::new(event)));
        }
        Ok(more)
    }
}
