use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

/// Silence after which an edit is taken to be whole: editors write, rename and touch in a row.
const QUIET: Duration = Duration::from_millis(40);
/// Longest until edits that follow each other are looked at all the same.
const LONGEST: Duration = Duration::from_millis(400);

/// Edits of files, many of a moment together.
pub(super) struct Edits {
    edited: Arc<Notify>,
    /// When the first was seen that nobody was told of.
    since: Option<Instant>,
    /// Watches as long as it is kept; none where nothing is watched.
    _watcher: Option<RecommendedWatcher>,
}

impl Edits {
    /// Watches these folders and all below them, if that is wanted; a system that cannot is told of in the log.
    pub(super) fn of(folders: &[PathBuf], wanted: bool) -> Self {
        let edited = Arc::new(Notify::new());
        let watcher = if wanted { watch(folders, edited.clone()) } else { Ok(None) };
        let watcher = watcher.unwrap_or_else(|error| {
            tracing::warn!(%error, "the packages are not watched: send SIGHUP when they have changed");
            None
        });
        Self { edited, since: None, _watcher: watcher }
    }

    /// Waits for an edit, and for those that follow it at once. Whoever drops the future before it is ready has missed
    /// nothing.
    pub(super) async fn next(&mut self) {
        if self.since.is_none() {
            self.edited.notified().await;
            self.since = Some(Instant::now());
        }
        let longest = self.since.unwrap_or_else(Instant::now) + LONGEST;
        while timeout_at(longest.min(Instant::now() + QUIET), self.edited.notified()).await.is_ok() {}
        self.since = None;
    }
}

fn watch(folders: &[PathBuf], edited: Arc<Notify>) -> notify::Result<Option<RecommendedWatcher>> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading them is no edit; what the system could not tell may have been one.
        if !matches!(&event, Ok(event) if matches!(event.kind, EventKind::Access(_))) {
            edited.notify_one();
        }
    })?;
    for folder in folders {
        watcher.watch(folder, RecursiveMode::Recursive)?;
    }
    Ok(Some(watcher))
}
