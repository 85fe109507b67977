use crate::auth::Caller;
use kontor_domain::{
    error::StoreError,
    events::{Event, Image},
    notify,
    store::Store,
    value::Value,
};
use kontor_metadata::model::Catalog;
use rustc_hash::FxHashSet;
use std::sync::Arc;
use tokio::sync::Mutex;
use uuid::Uuid;

/// The records that a caller follows. They are read when they are needed, and anew when the log tells that they have
/// changed: that is behind the change, so that what is read has it.
#[derive(Default)]
pub(super) struct Follows(Mutex<Option<Arc<FxHashSet<Uuid>>>>);

impl Follows {
    /// Module of the records that tell who follows what.
    pub(super) const MODULE: &'static str = "Follow";

    /// Takes note of an event that may change them.
    pub(super) async fn notice(&self, catalog: &Catalog, caller: &Caller, event: &Event) {
        if event.module != Self::MODULE || event.org != caller.org {
            return;
        }
        let user = catalog.find(Self::MODULE).and_then(|module| module.find("user"));
        let is_own = |image: &Image| user.is_none_or(|user| image.value(user) == Value::Uuid(caller.user));
        if [event.image_before(), event.image_after()].into_iter().flatten().any(is_own) {
            // Whoever reads them now may read them as they were before; it waits for that.
            *self.0.lock().await = None;
        }
    }

    /// The records.
    pub(super) async fn of(&self, store: &Store, caller: &Caller) -> Result<Arc<FxHashSet<Uuid>>, StoreError> {
        let mut known = self.0.lock().await;
        if let Some(known) = &*known {
            return Ok(known.clone());
        }
        let read = notify::followed_by(store, caller.org, caller.user).await?;
        Ok(known.insert(Arc::new(read.into_iter().collect())).clone())
    }
}
