//! One gateway of several does what is to be done once for a database.

use super::{Backend, Store};
use crate::error::StoreError;
use sqlx::{Connection as _, PgConnection};

/// A gateway that wants to do it. It holds a connection of its own, and with that an advisory lock, which PostgreSQL takes
/// back when the connection breaks: for a moment there may be two who think that they do it.
pub struct Election {
    connection: PgConnection,
    job: i64,
    elected: bool,
}

impl Store {
    /// Stands for a job of the database, of any number but the same for all; nothing where there is but one gateway.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stand(&self, job: i64) -> Result<Option<Election>, StoreError> {
        match &self.backend {
            Backend::Postgres(pool) => {
                pool.apart().await.map(|connection| Some(Election { connection, job, elected: false }))
            }
            Backend::Sqlite(_) => Ok(None),
        }
    }
}

impl Election {
    /// Whether it does the job, or does it from now on.
    ///
    /// # Errors
    /// When the connection is broken; then it does not any more, and has to stand again.
    pub async fn elected(&mut self) -> Result<bool, StoreError> {
        if self.elected {
            self.connection.ping().await?;
        } else {
            let lock = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(self.job);
            self.elected = lock.fetch_one(&mut self.connection).await?;
        }
        Ok(self.elected)
    }
}
