//! Gateways of one PostgreSQL database tell each other that something was committed.

use super::{Backend, Store};
use crate::error::StoreError;
use sqlx::postgres::PgListener;

/// Where they tell it.
pub(super) const CHANNEL: &str = "kontor_events";

/// What gateways tell, as it comes.
pub struct Announcements(PgListener);

impl Announcements {
    /// Waits for the next. A connection that is lost is made anew, which counts as one, since some may have been missed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next(&mut self) -> Result<(), StoreError> {
        self.0.try_recv().await.map(drop).map_err(|e| StoreError::Unavailable(e.into()))
    }
}

impl Store {
    /// Listens to the gateways of this database; nothing where it has but one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn announcements(&self) -> Result<Option<Announcements>, StoreError> {
        match &self.backend {
            Backend::Postgres(pool) => pool.listen(CHANNEL).await.map(|listener| Some(Announcements(listener))),
            Backend::Sqlite(_) => Ok(None),
        }
    }

    /// Tells the gateways of this database that something was committed. A transaction of its own does it: one that
    /// notifies holds a lock of the whole server while it commits, for which no write should wait.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn announce(&self) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Postgres(pool) => pool.notify(CHANNEL).await,
            Backend::Sqlite(_) => Ok(()),
        }
    }
}
