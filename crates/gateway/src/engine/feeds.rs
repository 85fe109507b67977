//! Live feeds.

use super::Engine;
use kontor_domain::{
    calendar,
    error::StoreError,
    events::{self, Pruned},
};
use std::time::Duration;
use tokio::sync::watch;

impl Engine {
    /// Ends all feeds, so that their subscribers come back to another gateway.
    pub fn stop_feeds(&self) {
        self.hub.stop();
    }

    /// Tells when feeds are to end.
    #[must_use]
    pub fn feeds_stopped(&self) -> watch::Receiver<bool> {
        self.hub.stopped()
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
