use super::{Files, STAGING};
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use tokio::{fs::File, io::AsyncWriteExt as _};
use uuid::Uuid;

/// A file on its way in: what has come of it so far is on the disk. Gone when dropped.
pub struct Staging {
    file: File,
    hash: Sha256,
    size: u64,
    limit: u64,
    temporary: Temporary,
}

/// A file that has arrived whole and that no record has yet. Gone when dropped.
#[derive(Debug)]
pub struct Staged {
    /// Its name, as the client says.
    pub file_name: String,
    /// Its media type, as the client says.
    pub media_type: Option<String>,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub checksum: String,
    temporary: Temporary,
}

/// A file that is removed with this value.
#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // It may have been moved; what stays behind is removed at the next start.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Staging {
    /// An empty file.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn new(files: &Files) -> std::io::Result<Self> {
        let path = files.folder.join(STAGING).join(Uuid::now_v7().to_string());
        let file = File::options().write(true).create_new(true).open(&path).await?;
        Ok(Self { file, hash: Sha256::new(), size: 0, limit: files.size_limit, temporary: Temporary(path) })
    }

    /// Appends to it; tells whether it is still within the limit.
    ///
    /// # Errors
    /// When the disk is full, or broken.
    pub async fn write(&mut self, bytes: &[u8]) -> std::io::Result<bool> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Ok(false);
        }
        self.hash.update(bytes);
        self.file.write_all(bytes).await?;
        Ok(true)
    }

    /// The whole file, durable.
    ///
    /// # Errors
    /// When the disk is full, or broken.
    pub async fn finish(mut self, file_name: String, media_type: Option<String>) -> std::io::Result<Staged> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let checksum = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Staged { file_name, media_type, size: self.size, checksum, temporary: self.temporary })
    }
}

impl Staged {
    pub(super) fn path(&self) -> &std::path::Path {
        &self.temporary.0
    }
}
