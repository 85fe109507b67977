use super::{Hub, Nats, NatsError, commits::Commits};
use kontor_domain::{error::StoreError, events::LogError};
use std::{sync::Arc, time::Duration};

/// Any number; gateways of a database elect one by it.
const JOB: i64 = 0x6b6f_6e74_6f72_6e61;
/// Time between two looks at who is elected.
const ELECTION: Duration = Duration::from_secs(1);

/// Why a gateway does not pass the log on any more.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Nats(#[from] NatsError),
}

/// Passes the log on to NATS, on the one gateway of the database that is elected for it. Should there be two for a moment,
/// or should something be passed on twice, those who receive it notice by the places of the events.
pub(super) async fn run(hub: Arc<Hub>, nats: Arc<Nats>) {
    let mut failing = false;
    loop {
        if let Err(error) = serve(&hub, &nats, &mut failing).await {
            let error = crate::error::chain(&error);
            // Once is enough until it works again.
            if std::mem::replace(&mut failing, true) {
                tracing::debug!(error, "events are still not passed on to NATS");
            } else {
                tracing::warn!(error, "events are not passed on to NATS now, gateways read them from the database");
            }
        }
        // Another one may be luckier.
        tokio::time::sleep(ELECTION + ELECTION / 2).await;
    }
}

async fn serve(hub: &Arc<Hub>, nats: &Nats, failing: &mut bool) -> Result<(), RelayError> {
    let Some(mut election) = hub.store().stand(JOB).await? else { return std::future::pending().await };
    while !election.elected().await? {
        tokio::time::sleep(ELECTION).await;
    }
    let mut commits = Commits::new(hub);
    let mut at = match nats.last().await? {
        Some(last) => last,
        None => hub.last().await?,
    };
    tracing::info!("this gateway passes events on to NATS");
    *failing = false;
    let mut checked = tokio::time::Instant::now();
    loop {
        let more = match hub.read(at).await {
            Ok((events, more)) => {
                if let Some(last) = events.last() {
                    nats.publish(at, &events).await?;
                    at = last.cursor;
                }
                more
            }
            Err(LogError::Gap) => {
                at = hub.last().await?;
                true
            }
            Err(LogError::Store(error)) => return Err(error.into()),
        };
        if checked.elapsed() >= ELECTION {
            election.elected().await?;
            checked = tokio::time::Instant::now();
        }
        if !more {
            commits.next().await;
        }
    }
}
