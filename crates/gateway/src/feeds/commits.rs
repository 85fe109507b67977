use super::Hub;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinSet};

/// First and longest wait for what other gateways and transactions do.
const WAITS: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1));

/// Tells when there may be something in the log: as soon as this process has committed something or another gateway says
/// that it has, again and again after that, since what was committed may have to wait for an older transaction, and every
/// second in case nobody said so.
pub(super) struct Commits {
    committed: watch::Receiver<()>,
    wait: Duration,
    /// Ends with this.
    _hearing: JoinSet<()>,
}

impl Commits {
    pub(super) fn new(hub: &Arc<Hub>) -> Self {
        let mut hearing = JoinSet::new();
        hearing.spawn(hear(hub.clone()));
        Self { committed: hub.commits(), wait: WAITS.0, _hearing: hearing }
    }

    /// Waits until it is time to look.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.committed.changed() => self.wait = WAITS.0,
            () = tokio::time::sleep(self.wait) => self.wait = (2 * self.wait).min(WAITS.1),
        }
    }
}

/// Listens to other gateways.
async fn hear(hub: Arc<Hub>) {
    loop {
        match hub.store().announcements().await {
            Ok(None) => return,
            Ok(Some(mut announcements)) => {
                while announcements.next().await.is_ok() {
                    hub.heard_of_commit();
                }
            }
            Err(_) => {}
        }
        // Until then the log is looked at every second anyway.
        tokio::time::sleep(WAITS.1).await;
    }
}
