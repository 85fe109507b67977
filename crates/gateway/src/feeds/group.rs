use rustc_hash::FxHashMap;
use std::{
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::task::AbortHandle;

/// All who are told the same, and the task that works out what. It ends when the last of them has gone.
pub struct Group<K: Eq + Hash, S> {
    /// What they have in common.
    pub shared: Arc<S>,
    task: AbortHandle,
    groups: Arc<Groups<K, S>>,
    key: K,
}

impl<K: Eq + Hash, S> Drop for Group<K, S> {
    fn drop(&mut self) {
        self.task.abort();
        let mut groups = self.groups.0.lock().unwrap_or_else(PoisonError::into_inner);
        // There may be a new one already.
        if groups.get(&self.key).is_some_and(|group| group.strong_count() == 0) {
            groups.remove(&self.key);
        }
    }
}

/// The groups that there are.
pub struct Groups<K: Eq + Hash, S>(Mutex<FxHashMap<K, Weak<Group<K, S>>>>);

impl<K: Eq + Hash, S> Default for Groups<K, S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash + Clone, S> Groups<K, S> {
    /// The group of a key, begun with `run` if there is none.
    pub fn join<R: Future<Output = ()> + Send + 'static>(
        self: &Arc<Self>,
        key: K,
        shared: impl FnOnce() -> S,
        run: impl FnOnce(Arc<S>) -> R,
    ) -> Arc<Group<K, S>> {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = groups.get(&key).and_then(Weak::upgrade) {
            return group;
        }
        let shared = Arc::new(shared());
        let task = tokio::spawn(run(shared.clone())).abort_handle();
        let group = Arc::new(Group { shared, task, groups: self.clone(), key: key.clone() });
        groups.insert(key, Arc::downgrade(&group));
        group
    }
}
