//! Who is told of what: notifications, made from the log of changes and from the clock.
//!
//! Writers do nothing for it. [`pass`] reads on in the log ([`crate::events::Consumer`]) and writes, in one transaction
//! with its new place, what users are to be told: each event is dealt with once, however many gateways do this at the
//! same time and whatever is killed. Notifications are records and are written as such, so that feeds tell of them.
//!
//! [`remind`] does the same for moments that have come.
//!
//! Reading order: `news` (what an event is to whom), `mentions`, `people`, `subjects`, `followers`, `reach` (what that takes
//! to know), `message`, `inbox` (the records), `reminders`.

mod followers;
mod inbox;
mod mentions;
mod message;
mod news;
mod people;
mod reach;
mod reminders;
mod subjects;

pub use followers::followed_by;
pub use reminders::{add_missing, remind};

use crate::{
    context::{Moment, Whose},
    error::StoreError,
    events::{self, Consumer, Event, LogError},
    mutation::{WriteError, Writing},
    store::Store,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Events that one transaction deals with, about.
const BATCH: usize = 500;

const CONSUMER: Consumer = Consumer::new("notifications");

/// Why nobody was told. Whatever it was for comes again with the next [`pass`].
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The notifications could not be written.
    #[error("notifications were refused")]
    Write(#[from] WriteError),
}

/// What a [`pass`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// Whether it has written notifications.
    pub told: bool,
    /// Whether there may be more events to deal with.
    pub more: bool,
}

/// Deals with the next events of the log, if there are any and nobody else is at it.
///
/// # Errors
/// See [`NotifyError`]; then nothing has happened.
pub async fn pass(store: &Store, writing: &Writing, moment: Moment) -> Result<Passed, NotifyError> {
    const NOTHING: Passed = Passed { told: false, more: false };
    let place = CONSUMER.place(store).await?;
    let mut events = match events::read(store, place, BATCH).await {
        Ok(events) => events,
        Err(LogError::Store(error)) => return Err(error.into()),
        Err(LogError::Gap) => {
            // The database was put back to an older state, or somebody has emptied the log.
            tracing::warn!(
                "the log of changes does not reach back to the last notification: nobody is told what is missing"
            );
            let mut transaction = store.begin(Whose::Platform).await?;
            let claimed = CONSUMER.claim(&mut transaction, place).await?;
            if claimed {
                CONSUMER.advance(&mut transaction, events::last(store).await?).await?;
            }
            transaction.commit().await?;
            return Ok(Passed { told: false, more: claimed });
        }
    };
    let more = events.len() == BATCH;
    if more {
        keep_together(&mut events);
    }
    let Some(last) = events.last().map(|event| event.cursor) else { return Ok(NOTHING) };
    let mut transaction = store.begin(Whose::Platform).await?;
    if !CONSUMER.claim(&mut transaction, place).await? {
        transaction.rollback().await?;
        return Ok(NOTHING);
    }
    let mut by_org: BTreeMap<Uuid, Vec<Event>> = BTreeMap::new();
    for event in events {
        by_org.entry(event.org).or_default().push(event);
    }
    let mut told = false;
    for (org, events) in by_org {
        reminders::follow(&mut transaction, writing.catalog(), org, &events).await?;
        told |= news::tell(&mut transaction, writing, org, &events, moment).await?;
    }
    CONSUMER.advance(&mut transaction, last).await?;
    transaction.commit().await?;
    Ok(Passed { told, more })
}

/// Leaves the events of the last operation to the next batch, where more of them may follow: what is told of an
/// operation is decided over all its events. An operation that fills batches by itself is cut.
fn keep_together(events: &mut Vec<Event>) {
    let Some(last) = events.last().map(|event| event.operation.clone()) else { return };
    if let Some(at) = events.iter().rposition(|event| event.operation != last) {
        events.truncate(at + 1);
    }
}
