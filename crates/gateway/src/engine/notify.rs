//! Notifications, made beside the requests.

use super::Engine;
use crate::error::chain;
use kontor_domain::{
    calendar,
    context::Moment,
    error::StoreError,
    notify::{self, NotifyError},
};
use std::time::Duration;

/// Longest until the log is looked at again: others write too, and events may wait for older transactions.
const LONGEST: Duration = Duration::from_secs(1);
/// Time in which commits are gathered.
const GATHER: Duration = Duration::from_millis(50);
/// Shortest, where another gateway is at it.
const SHORTEST: Duration = Duration::from_millis(20);
/// Until what has failed is tried again.
const RETRY: Duration = Duration::from_secs(5);

impl Engine {
    /// Finds reminders that no change in the log tells of.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn find_reminders(&self) -> Result<(), StoreError> {
        notify::add_missing(&self.store, &self.snapshot.load().writing, Moment::now(chrono_tz::Tz::UTC)).await
    }

    /// Tells users what is new for them, as it happens and as reminders come, for as long as the program runs.
    pub async fn notify(&self) {
        if let Err(error) = self.find_reminders().await {
            tracing::warn!(error = chain(&error), "reminders that no change tells of were not looked for");
        }
        let mut commits = self.hub.commits();
        loop {
            commits.mark_unchanged();
            match self.notify_once().await {
                Ok(Duration::ZERO) => {}
                Ok(wait) => {
                    // What is committed meanwhile is looked at soon, many commits together.
                    let committed = tokio::time::timeout(wait, commits.changed()).await.is_ok();
                    if committed {
                        tokio::time::sleep(GATHER).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(error = chain(&error), "users were not told what is new for them");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    /// Does so once, as far as no other gateway is at it; gives the time until there may be more.
    ///
    /// # Errors
    /// See [`NotifyError`]; then it is as if nothing had been tried.
    pub async fn notify_once(&self) -> Result<Duration, NotifyError> {
        let snapshot = self.snapshot.load_full();
        let moment = Moment::now(chrono_tz::Tz::UTC);
        let passed = notify::pass(&self.store, &snapshot.writing, moment).await?;
        let next = notify::remind(&self.store, &snapshot.writing, moment).await?;
        if passed.told {
            self.hub.wake();
        }
        if passed.more {
            return Ok(Duration::ZERO);
        }
        let until = next.map_or(LONGEST, |at| {
            Duration::from_micros(u64::try_from(at.saturating_sub(calendar::now())).unwrap_or(0))
        });
        Ok(until.clamp(SHORTEST, LONGEST))
    }
}
