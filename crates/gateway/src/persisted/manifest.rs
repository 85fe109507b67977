//! The documents that an operator gives: manifests as clients' build tools write them.

use super::{DocumentHash, Documents};
use serde::Deserialize;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Why documents cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// A file or folder cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no manifest.
    #[error(
        "{path} is no manifest of documents: {why}; it must be a JSON object of ids and texts (relay-compiler writes one), \
         or one of format apollo-persisted-query-manifest"
    )]
    Malformed {
        /// Which.
        path: String,
        /// What it is instead.
        why: String,
    },
    /// Two documents have one id.
    #[error("{path} gives the id `{id}` to another document than a file before it")]
    Twice {
        /// Which.
        path: String,
        /// The id.
        id: String,
    },
}

/// What `@apollo/generate-persisted-query-manifest` writes.
#[derive(Deserialize)]
struct ApolloManifest {
    format: String,
    version: u32,
    operations: Vec<ApolloOperation>,
}

#[derive(Deserialize)]
struct ApolloOperation {
    id: String,
    body: String,
}

/// The documents of a manifest (`.json`), of one document (`.graphql`, `.gql`), or of all such files of a folder. Every
/// document is known by the hash of its text besides the id that it is given.
///
/// # Errors
/// See [`ManifestError`].
pub fn read(path: &Path) -> Result<Documents, ManifestError> {
    let mut documents = Documents::new();
    for file in files(path).map_err(|source| unreadable(path, source))? {
        let text = std::fs::read_to_string(&file).map_err(|source| unreadable(&file, source))?;
        let given = if is(&file, &["json"]) { manifest(&file, &text)? } else { vec![(None, text)] };
        for (id, text) in given {
            let text: Arc<str> = text.into();
            let hash = DocumentHash::of(&text).hex();
            for id in id.into_iter().chain([hash]) {
                if documents.insert(id.clone(), text.clone()).is_some_and(|before| before != text) {
                    return Err(ManifestError::Twice { path: file.display().to_string(), id });
                }
            }
        }
    }
    Ok(documents)
}

fn unreadable(path: &Path, source: std::io::Error) -> ManifestError {
    ManifestError::File { path: path.display().to_string(), source }
}

/// The file, or those of the folder, in order of name.
fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if is(&path, &["json", "graphql", "gql"]) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn is(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|ending| endings.iter().any(|e| ending.eq_ignore_ascii_case(e)))
}

/// Ids and texts of a manifest.
fn manifest(path: &Path, text: &str) -> Result<Vec<(Option<String>, String)>, ManifestError> {
    let malformed = |why: String| ManifestError::Malformed { path: path.display().to_string(), why };
    let value: Value = serde_json::from_str(text).map_err(|error| malformed(error.to_string()))?;
    let Value::Object(entries) = value else { return Err(malformed("it is no object".to_owned())) };
    if entries.contains_key("operations") {
        let manifest: ApolloManifest =
            serde_json::from_value(Value::Object(entries)).map_err(|error| malformed(error.to_string()))?;
        if (manifest.format.as_str(), manifest.version) != ("apollo-persisted-query-manifest", 1) {
            return Err(malformed(format!("its format is {}, version {}", manifest.format, manifest.version)));
        }
        return Ok(manifest.operations.into_iter().map(|o| (Some(o.id), o.body)).collect());
    }
    let pair = |(id, text)| match text {
        Value::String(text) => Ok((Some(id), text)),
        _ => Err(malformed(format!("the value of `{id}` is no text"))),
    };
    entries.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn the_formats_of_clients_are_read() {
        let apollo = r#"{"format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{"id": "a1", "name": "A", "type": "query", "body": "query A { a }"}]}"#;
        let relay = r#"{"b1": "query B { b }"}"#;
        let files =
            [("apollo.json", apollo), ("relay.json", relay), ("c.graphql", "query C { c }"), ("notes.txt", "x")];
        let folder = folder(&files);
        let documents = read(folder.path()).unwrap();
        assert_eq!(documents.len(), 5, "two ids and three hashes");
        assert_eq!(&*documents["a1"], "query A { a }");
        assert_eq!(&*documents[&DocumentHash::of("query B { b }").hex()], "query B { b }");
        assert_eq!(read(&folder.path().join("c.graphql")).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for (text, why) in [
            ("[]", "no object"),
            ("{", "EOF"),
            (r#"{"a": 1}"#, "the value of `a`"),
            (r#"{"format": "other", "version": 1, "operations": []}"#, "its format is other"),
        ] {
            let folder = folder(&[("x.json", text)]);
            let message = read(folder.path()).unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        }
        let twice = folder(&[("a.json", r#"{"x": "{ a }"}"#), ("b.json", r#"{"x": "{ b }"}"#)]);
        assert!(read(twice.path()).unwrap_err().to_string().contains("`x`"));
        assert!(read(Path::new("nowhere")).unwrap_err().to_string().contains("nowhere cannot be read"));
    }
}
