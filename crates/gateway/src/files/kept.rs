use super::{Files, Staged, sync_folder};
use std::path::PathBuf;
use uuid::Uuid;

/// The files of one transaction: removed with this value, unless the transaction is committed.
#[derive(Debug, Default)]
pub struct Kept(Vec<PathBuf>);

impl Kept {
    /// Gives a file its lasting place; gives its storage key. A file that several records are made of has a place for
    /// each.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub async fn keep(&mut self, files: &Files, org: Uuid, staged: &Staged) -> std::io::Result<String> {
        let folder = files.folder.join(org.to_string());
        let name = Uuid::now_v7().to_string();
        let (from, to) = (staged.path().to_owned(), folder.join(&name));
        self.0.push(to.clone());
        let link = move || {
            std::fs::create_dir_all(&folder)?;
            // A second name for what is there already; some file systems have no such thing.
            if std::fs::hard_link(&from, &to).is_err() {
                std::fs::copy(&from, &to)?;
                std::fs::File::open(&to)?.sync_all()?;
            }
            sync_folder(&folder)
        };
        tokio::task::spawn_blocking(link).await.map_err(std::io::Error::other)??;
        Ok(format!("{org}/{name}"))
    }

    /// The transaction is about to be committed: from here on the files are its own. Should the commit fail, they are
    /// removed at the next start; whether it has failed is not certain when the connection breaks in that moment.
    pub fn release(mut self) {
        self.0.clear();
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        for path in &self.0 {
            // What stays behind is removed at the next start.
            let _ = std::fs::remove_file(path);
        }
    }
}
