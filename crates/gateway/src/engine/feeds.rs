//! Live feeds.

use super::Engine;
use kontor_domain::{calendar, error::StoreError, events};
use std::time::Duration;

impl Engine {
    /// Ends all feeds, so that their subscribers come back to another gateway.
    pub fn stop_feeds(&self) {
        self.hub.stop();
    }

    /// Removes events that are older than this; gives their number.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn sweep_events(&self, retention: Duration) -> Result<u64, StoreError> {
        let micros = i64::try_from(retention.as_micros()).unwrap_or(i64::MAX);
        events::prune(&self.store, calendar::now().saturating_sub(micros)).await
    }
}
