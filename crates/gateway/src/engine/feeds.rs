//! Live feeds.

use super::Engine;
use crate::feeds::{Hub, Nats, Turn};
use kontor_domain::{
    calendar,
    error::StoreError,
    events::{self, Pruned},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

impl Engine {
    /// The same executor, whose feeds have their events from NATS. Gateways of one database all have them from there, and
    /// run [`Engine::relay_events`], or none does.
    #[must_use]
    pub fn with_nats(mut self, nats: Nats) -> Self {
        self.hub = Hub::new(self.store.clone(), Some(Arc::new(nats)));
        self
    }

    /// Passes events on to NATS for as long as the process lives, whenever no other gateway does.
    pub fn relay_events(&self) -> impl Future<Output = ()> + Send + use<> {
        self.hub.clone().relay()
    }

    /// Ends all feeds, so that their subscribers come back to another gateway.
    pub fn stop_feeds(&self) {
        self.hub.stop();
    }

    /// Tells when feeds are to end, or to go on with other metadata.
    #[must_use]
    pub fn turns(&self) -> watch::Receiver<Turn> {
        self.hub.turns()
    }

    /// Waits until all who were told have gone.
    pub async fn feeds_ended(&self) {
        self.hub.ended().await;
    }

    /// Makes room in the log for the events of the days to come, and removes those that are older than this.
    ///
    /// # Errors
    /// See [`StoreError`]; [`StoreError::Busy`] where it has to be tried again.
    pub async fn sweep_events(&self, retention: Duration) -> Result<Pruned, StoreError> {
        let micros = i64::try_from(retention.as_micros()).unwrap_or(i64::MAX);
        events::extend(&self.store, calendar::now(), micros).await?;
        events::prune(&self.store, calendar::now().saturating_sub(micros)).await
    }
}
