//! Gateways of one PostgreSQL database tell each other that something was committed, or that they serve other metadata.

use super::{Backend, Store};
use crate::error::StoreError;
use sqlx::postgres::PgListener;

/// Where they tell it.
const EVENTS: &str = "kontor_events";
/// Where they tell that packages were loaded anew.
const METADATA: &str = "kontor_metadata";

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
        self.listen(EVENTS).await
    }

    /// The same for gateways that serve other metadata from now on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn metadata_announcements(&self) -> Result<Option<Announcements>, StoreError> {
        self.listen(METADATA).await
    }

    async fn listen(&self, channel: &str) -> Result<Option<Announcements>, StoreError> {
        match &self.backend {
            Backend::Postgres(pool) => pool.listen(channel).await.map(|listener| Some(Announcements(listener))),
            Backend::Sqlite(_) => Ok(None),
        }
    }

    /// Tells the gateways of this database that something was committed. A transaction of its own does it: one that
    /// notifies holds a lock of the whole server while it commits, for which no write should wait.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn announce(&self) -> Result<(), StoreError> {
        self.notify(EVENTS).await
    }

    /// Tells them, and this one, that other metadata are served.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn announce_metadata(&self) -> Result<(), StoreError> {
        self.notify(METADATA).await
    }

    async fn notify(&self, channel: &str) -> Result<(), StoreError> {
        match &self.backend {
            Backend::Postgres(pool) => pool.notify(channel).await,
            Backend::Sqlite(_) => Ok(()),
        }
    }
}
