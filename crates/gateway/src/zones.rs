//! The time zones of organizations, which seldom change and are kept for a while.

use chrono_tz::Tz;
use kontor_domain::{error::StoreError, processes::time_zone, store::Store};
use quick_cache::sync::Cache;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Organizations whose zone is kept, about.
const ORGANIZATIONS: usize = 10_000;
/// How long a change of the zone may go unnoticed.
const KEPT: Duration = Duration::from_secs(30);

/// The time zones of organizations.
pub(crate) struct Zones(Cache<Uuid, (Instant, Tz)>);

impl Zones {
    pub(crate) fn new() -> Self {
        Self(Cache::new(ORGANIZATIONS))
    }

    /// The time zone of an organization.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub(crate) async fn of(&self, store: &Store, org: Uuid) -> Result<Tz, StoreError> {
        if let Some((since, zone)) = self.0.get(&org)
            && since.elapsed() < KEPT
        {
            return Ok(zone);
        }
        let zone = time_zone(store, org).await?;
        self.0.insert(org, (Instant::now(), zone));
        Ok(zone)
    }
}
