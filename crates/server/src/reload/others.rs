use kontor_gateway::engine::Engine;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval},
};

/// Time between two looks at the database.
const LOOK: Duration = Duration::from_secs(1);
/// Wait before a database that does not answer is listened to again.
const REST: Duration = Duration::from_secs(5);

/// What other gateways say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Nothing; it is only time to look.
    None,
    /// One serves other metadata.
    Renewed,
}

/// Other gateways of the database: they say that they serve other metadata where it is PostgreSQL, and a look every
/// second finds what `kontor apply` has done.
pub(super) struct Others {
    heard: Arc<Notify>,
    looks: Interval,
    /// Ends with this.
    _hearing: JoinSet<()>,
}

impl Others {
    pub(super) fn of(engine: &Arc<Engine>) -> Self {
        let heard = Arc::new(Notify::new());
        let mut hearing = JoinSet::new();
        hearing.spawn(hear(engine.clone(), heard.clone()));
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { heard, looks, _hearing: hearing }
    }

    /// Waits until there may be something.
    pub(super) async fn next(&mut self) -> Word {
        tokio::select! {
            () = self.heard.notified() => Word::Renewed,
            _ = self.looks.tick() => Word::None,
        }
    }
}

async fn hear(engine: Arc<Engine>, heard: Arc<Notify>) {
    loop {
        match engine.store().metadata_announcements().await {
            Ok(None) => return,
            Ok(Some(mut announcements)) => {
                while announcements.next().await.is_ok() {
                    heard.notify_one();
                }
            }
            Err(error) => tracing::debug!(%error, "other servers are not listened to"),
        }
        tokio::time::sleep(REST).await;
    }
}
