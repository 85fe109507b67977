//! What every gateway knows by heart: sessions whose access tokens are good no more though they have not ended, and API
//! keys.

use super::{Caller, Credential, Scope, scope::may_grant};
use arc_swap::ArcSwap;
use kontor_domain::{
    error::StoreError,
    processes::{self, AdmittedKey},
    store::Store,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use uuid::Uuid;

/// Who may come in, and who may not.
#[derive(Default)]
pub(super) struct Admission {
    known: ArcSwap<Known>,
    /// One learns at a time, so that nobody puts older knowledge over newer.
    learning: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    /// The state of the database that this was learnt from; nothing was learnt yet at the beginning.
    version: Option<i64>,
    ended: FxHashSet<Uuid>,
    /// By their hashes.
    keys: FxHashMap<String, Admitted>,
}

/// An API key, and when it was used.
struct Admitted {
    caller: Caller,
    expires_at: i64,
    /// µs since 1970; shared by what is known before and after something was learnt.
    used_at: Arc<AtomicI64>,
}

impl Admission {
    /// Whether a session has ended.
    pub(super) fn has_ended(&self, session: Uuid) -> bool {
        let known = self.known.load();
        !known.ended.is_empty() && known.ended.contains(&session)
    }

    /// The caller with the API key of this hash.
    pub(super) fn key(&self, hash: &str, now: i64) -> Option<Caller> {
        let known = self.known.load();
        let key = known.keys.get(hash).filter(|key| now < key.expires_at)?;
        key.used_at.store(now, Ordering::Relaxed);
        Some(key.caller.clone())
    }

    /// Ids of the keys that were used since they were last asked for, and when; they are asked for no more.
    pub(super) fn take_uses(&self) -> Vec<(Uuid, i64)> {
        let known = self.known.load();
        let used = known.keys.values().filter_map(|key| {
            let at = key.used_at.swap(0, Ordering::Relaxed);
            key.caller.api_key().filter(|_| at > 0).map(|id| (id, at))
        });
        used.collect()
    }

    /// Learns what has changed; of sessions those that have ended since then (µs since 1970).
    pub(super) async fn learn(&self, store: &Store, since: i64) -> Result<(), StoreError> {
        let _learning = self.learning.lock().await;
        // The version first: what is read after it is at least as new.
        let version = processes::admission_version(store).await?;
        let known = self.known.load();
        if known.version == Some(version) {
            return Ok(());
        }
        let ended = processes::ended_sessions(store, since).await?.into_iter().collect();
        let keys = processes::admitted_keys(store).await?;
        let keys = keys.into_iter().filter_map(|key| admitted(key, &known)).collect();
        self.known.store(Arc::new(Known { version: Some(version), ended, keys }));
        Ok(())
    }
}

/// A key, unless its owner could not create it any more, or its scope is not understood.
fn admitted(key: AdmittedKey, known: &Known) -> Option<(String, Admitted)> {
    if !may_grant(&key.owner_role, &key.role) {
        return None;
    }
    let scope = match key.scope.as_deref().map(serde_json::from_str::<Scope>) {
        Some(Ok(scope)) => Some(Arc::new(scope)),
        Some(Err(_)) => return None,
        None => None,
    };
    let credential = Credential::ApiKey { id: key.id, scope };
    let caller = Caller { user: key.owner, org: key.org, role: key.role, credential };
    let used_at = known.keys.get(&key.hash).map(|before| before.used_at.clone()).unwrap_or_default();
    Some((key.hash, Admitted { caller, expires_at: key.expires_at.unwrap_or(i64::MAX), used_at }))
}
