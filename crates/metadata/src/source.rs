use crate::report::{Code, Sink};
use crate::yaml::Span;
use std::fs;
use std::path::{Path, PathBuf};

/// One file of a package: where it stands and what is in it.
#[derive(Debug, Clone)]
pub struct Source {
    /// The folder that was loaded, as the caller named it; empty for texts in memory.
    pub root: PathBuf,
    /// Path below the root, `core/modules/account.yaml`; always with `/`.
    pub path: PathBuf,
    /// The YAML.
    pub text: String,
}

impl Source {
    /// A text in memory that stands for the file `path` of a packages folder.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self { root: PathBuf::new(), path: path.into(), text: text.into() }
    }

    /// The path that people are shown.
    pub(crate) fn shown(&self) -> PathBuf {
        self.root.join(&self.path)
    }
}

/// Reads every YAML file below `dir` in the order of their paths; what cannot be read is reported and left out.
pub(crate) fn read_dir(dir: &Path, sources: &mut Vec<Source>, sink: &mut Sink) {
    let first = sources.len();
    walk(dir, Path::new(""), sources, sink);
    sources[first..].sort_by(|a, b| a.path.cmp(&b.path));
}

fn walk(root: &Path, below: &Path, sources: &mut Vec<Source>, sink: &mut Sink) {
    let folder = root.join(below);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) => return unreadable(root, below, &error.to_string(), sources, sink),
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let path = below.join(&name);
        let full = root.join(&path);
        if full.is_dir() {
            walk(root, &path, sources, sink);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            match fs::read(&full).map_err(|e| e.to_string()).and_then(|bytes| {
                String::from_utf8(bytes)
                    .map_err(|e| format!("it is not UTF-8 (byte {} is wrong)", e.utf8_error().valid_up_to() + 1))
            }) {
                Ok(text) => sources.push(Source { root: root.to_owned(), path, text }),
                Err(error) => unreadable(root, &path, &error, sources, sink),
            }
        }
    }
}

fn unreadable(root: &Path, path: &Path, error: &str, sources: &mut Vec<Source>, sink: &mut Sink) {
    // The empty text keeps the place in the list, so that the report can name the file.
    sources.push(Source { root: root.to_owned(), path: path.to_owned(), text: String::new() });
    let shown = root.join(path);
    sink.at(
        Span::start_of(sources.len() - 1),
        Code::Unreadable,
        format!("{} cannot be read: {error}", shown.display()),
    );
}
