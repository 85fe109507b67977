use super::{Files, STAGING};
use kontor_domain::{error::StoreError, processes, store::Store};
use kontor_metadata::model::Catalog;
use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use uuid::Uuid;

/// Files younger than this may belong to a request under way, of another gateway too.
const GRACE: Duration = Duration::from_secs(24 * 3_600);
/// Files that one statement asks about.
const BATCH: usize = 1_000;

/// Removes what crashes have left: files that arrived in part, and whole ones that no record has. Gives their number.
///
/// # Errors
/// When the database does not answer. A file that cannot be removed is left and logged.
pub async fn sweep(files: &Files, store: &Store, catalog: &Catalog) -> Result<usize, StoreError> {
    let Some(before) = SystemTime::now().checked_sub(GRACE) else { return Ok(0) };
    let mut removed = old(files.folder.join(STAGING), before).await.iter().filter(|path| remove(path)).count();
    for folder in entries(&files.folder) {
        let name = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let Ok(org) = Uuid::try_parse(name) else { continue };
        let candidates = old(folder.clone(), before).await;
        for batch in candidates.chunks(BATCH) {
            let key = |path: &PathBuf| Some(format!("{name}/{}", path.file_name()?.to_str()?));
            let keys = batch.iter().filter_map(key).filter(|key| files.path(key).is_some()).collect();
            for key in processes::unreferenced(store, catalog, org, keys).await? {
                removed += usize::from(files.path(&key).is_some_and(|path| remove(&path)));
            }
        }
    }
    Ok(removed)
}

/// Removes the files of records that are gone. What cannot be removed is logged, and tried again at the next start.
pub async fn remove_all(files: &Files, keys: &[String]) {
    let paths: Vec<PathBuf> = keys.iter().filter_map(|key| files.path(key)).collect();
    let removed = tokio::task::spawn_blocking(move || paths.iter().filter(|path| remove(path)).count()).await;
    tracing::debug!(removed = removed.unwrap_or_default(), "files of records that are gone were removed");
}

/// The files of a folder that nobody has changed since a moment.
async fn old(folder: PathBuf, before: SystemTime) -> Vec<PathBuf> {
    let list = move || {
        let is_old = |path: &PathBuf| {
            let changed = path.metadata().and_then(|about| about.modified());
            path.is_file() && changed.is_ok_and(|changed| changed < before)
        };
        entries(&folder).into_iter().filter(is_old).collect()
    };
    tokio::task::spawn_blocking(list).await.unwrap_or_default()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn remove(path: &Path) -> bool {
    let removed = std::fs::remove_file(path);
    if let Err(error) = &removed {
        tracing::warn!(path = %path.display(), %error, "a file that no record has could not be removed");
    }
    removed.is_ok()
}
