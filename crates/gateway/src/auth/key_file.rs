//! Files of keys: a key of 32 bytes a line, in hexadecimal. The first is in use, those below it are only known: keys that
//! were in use before, or, with a `+` before it, one that will be.

use std::{io::Write as _, path::Path};

/// What stands before a key that is not in use yet.
const NEXT: char = '+';

/// A key.
pub(super) type Key = [u8; 32];

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("the key file {path} cannot be read or made: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file does not hold keys.
    #[error(
        "{0} does not hold keys (64 hexadecimal digits a line): restore it from a backup, or remove it and a new key is made"
    )]
    Malformed(String),
    /// Others than its owner may read the file.
    #[error("{0} may be read by others than its owner: make it private with `chmod 600`")]
    Public(String),
}

/// The keys of a file, which is made with one key where it is missing.
pub(super) fn load_or_create(path: &Path) -> Result<Vec<Key>, KeyError> {
    let failed = |source| KeyError::File { path: path.display().to_string(), source };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path).map_err(failed)?,
        Err(error) => return Err(failed(error)),
    };
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).map_err(failed)?.permissions()) & 0o077 != 0 {
        return Err(KeyError::Public(path.display().to_string()));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let keys: Option<Vec<Key>> = lines.map(|line| parse(line.trim_start_matches(NEXT))).collect();
    keys.filter(|keys| !keys.is_empty() && !text.starts_with(NEXT))
        .ok_or_else(|| KeyError::Malformed(path.display().to_string()))
}

/// Puts a key into use: the one that was prepared, or a new one. Those before it stay known, at most so many of them. With
/// `prepare` a new key is only made known, so that every gateway knows it before the first uses it.
///
/// # Errors
/// See [`KeyError`]; the file is then as it was.
pub fn rotate(path: &Path, prepare: bool, known: usize) -> Result<(), KeyError> {
    load_or_create(path)?;
    let failed = |source| KeyError::File { path: path.display().to_string(), source };
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (mut next, mut rest): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with(NEXT));
    let new = super::secret::hexadecimal(&rand::random::<Key>());
    let prepared;
    if prepare {
        prepared = format!("{NEXT}{new}");
        rest.push(next.pop().unwrap_or(&prepared));
    } else {
        rest.insert(0, next.pop().map_or(&*new, |line| line.trim_start_matches(NEXT)));
        rest.truncate(known.saturating_add(1));
    }
    let unfinished = path.with_extension("new");
    let written = private(&unfinished, false).and_then(|file| match file {
        Some(mut file) => file.write_all(format!("{}\n", rest.join("\n")).as_bytes()).and_then(|()| file.sync_all()),
        None => Ok(()),
    });
    written.and_then(|()| std::fs::rename(&unfinished, path)).map_err(failed)
}

fn create(path: &Path) -> std::io::Result<String> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let text = format!("{}\n", super::secret::hexadecimal(&rand::random::<Key>()));
    match private(path, true)?.map(|mut file| file.write_all(text.as_bytes())) {
        Some(written) => written.map(|()| text),
        // Another process was faster: its key is the key.
        None => std::fs::read_to_string(path),
    }
}

/// A file that only its owner reads; nothing where it is to be new and is there.
fn private(path: &Path, new: bool) -> std::io::Result<Option<std::fs::File>> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(new).create(true).truncate(!new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if new && error.kind() == std::io::ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error),
    }
}

fn parse(text: &str) -> Option<Key> {
    let mut key = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_before_it_is_used_and_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let first = load_or_create(&path).unwrap();
        assert_eq!((first.len(), load_or_create(&path).unwrap()), (1, first.clone()));
        rotate(&path, true, 1).unwrap();
        let prepared = load_or_create(&path).unwrap();
        assert_eq!((prepared.len(), prepared[0]), (2, first[0]));
        // Twice makes no other.
        rotate(&path, true, 1).unwrap();
        assert_eq!(load_or_create(&path).unwrap(), prepared);
        rotate(&path, false, 1).unwrap();
        assert_eq!(load_or_create(&path).unwrap(), [prepared[1], first[0]]);
        rotate(&path, false, 1).unwrap();
        let last = load_or_create(&path).unwrap();
        assert_eq!((last.len(), last[1]), (2, prepared[1]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(load_or_create(&path), Err(KeyError::Public(_))));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        for text in ["", "x", &"0".repeat(63), &format!("+{}", "0".repeat(64))] {
            let mut file = private(&path, false).unwrap().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            assert!(matches!(load_or_create(&path), Err(KeyError::Malformed(_))), "{text}");
        }
    }
}
