//! Uploaded files on disk: a folder per organisation, a file per record. Two records never share a file, so removing one
//! endangers no other.
//!
//! A file is complete and on the disk before its record is committed, so a crash leaves at most a file without a record,
//! which [`sweep`] removes.

mod kept;
mod staged;
mod sweep;

pub use kept::Kept;
pub use staged::{Staged, Staging};
pub use sweep::{remove_all, sweep};

use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Folder of what is still arriving.
const STAGING: &str = "incoming";

/// Where files are kept, and what of.
#[derive(Debug, Clone)]
pub struct Files {
    /// The folder; all gateways of one database share it.
    pub folder: PathBuf,
    /// What stands before a record's id in the address of its file: `https://crm.example.com/files/`.
    pub base: String,
    /// Bytes of a file.
    pub size_limit: u64,
    /// Files of a request.
    pub count_limit: usize,
}

impl Files {
    /// The file of a storage key, `organisation/name`; none for what is no such key.
    #[must_use]
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        let (org, name) = key.split_once('/')?;
        let plain = |part: &str| Uuid::try_parse(part).is_ok_and(|id| id.to_string() == part);
        (plain(org) && plain(name)).then(|| self.folder.join(org).join(name))
    }

    /// Makes the folder, and finds out whether it may be written.
    ///
    /// # Errors
    /// When it may not.
    pub fn prepare(&self) -> std::io::Result<()> {
        let staging = self.folder.join(STAGING);
        std::fs::create_dir_all(&staging)?;
        let probe = staging.join(Uuid::now_v7().to_string());
        std::fs::write(&probe, b"")?;
        std::fs::remove_file(&probe)
    }
}

/// Makes the names in a folder durable, which on Unix needs a call of its own.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_nowhere_else() {
        let files = Files { folder: "/files".into(), base: String::new(), size_limit: 1, count_limit: 1 };
        let (org, name) = (Uuid::now_v7(), Uuid::now_v7());
        assert_eq!(files.path(&format!("{org}/{name}")), Some(format!("/files/{org}/{name}").into()));
        for wrong in
            ["", "/etc/passwd", "../x", &format!("{org}/.."), &format!("{org}/{name}/x"), &format!("{{{org}}}/{name}")]
        {
            assert_eq!(files.path(wrong), None, "{wrong}");
        }
    }
}
