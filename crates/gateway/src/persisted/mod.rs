//! Persisted documents: requests that name their document by its SHA-256 instead of sending it, and lists of the only
//! documents that a server executes.
//!
//! Sources: the automatic persisted queries of Apollo (`extensions.persistedQuery`) and the appendix «Persisted
//! Documents» of GraphQL over HTTP (`documentId`).

mod manifest;

pub use manifest::{ManifestError, read};

use crate::error::{Code, Error};
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, sync::Arc};

/// Documents learnt, about.
const LEARNT: usize = 1_000;
/// Bytes of text of all documents learnt together.
const LEARNT_BYTES: u64 = 4 << 20;

/// The documents of a manifest, by every id that they may be asked for.
pub type Documents = HashMap<String, Arc<str>>;

/// The SHA-256 of a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocumentHash([u8; 32]);

impl DocumentHash {
    /// Of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// From 64 hexadecimal digits.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        let mut hash = [0; 32];
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        for (n, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).ok()?;
        }
        Some(Self(hash))
    }

    /// 64 hexadecimal digits, in lower case.
    #[must_use]
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How a request names its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentId {
    /// By the hash of its text.
    Hash(DocumentHash),
    /// As the manifest does.
    Custom(String),
}

/// What to execute, and under which hash to learn it if it turns out to be a valid document.
#[derive(Debug)]
pub struct Resolved {
    /// The document's text.
    pub text: String,
    /// The hash that the client sent along with the text.
    pub learn: Option<DocumentHash>,
}

/// The documents that requests may name.
pub enum Persisted {
    /// None: every request sends its document.
    Off,
    /// Those of the manifest, and those that clients have sent with their hash.
    Automatic {
        /// Of the manifest.
        listed: Documents,
        /// Sent by clients.
        learnt: Learnt,
    },
    /// Those of the manifest and no others, however they are sent.
    AllowList(Documents),
}

/// Documents that clients have sent, bounded by the bytes of their texts.
pub struct Learnt(Cache<DocumentHash, Arc<str>, TextLength>);

#[derive(Clone)]
struct TextLength;

impl Weighter<DocumentHash, Arc<str>> for TextLength {
    fn weight(&self, _hash: &DocumentHash, text: &Arc<str>) -> u64 {
        text.len() as u64
    }
}

impl Persisted {
    /// Documents of a manifest and those that clients send.
    #[must_use]
    pub fn automatic(listed: Documents) -> Self {
        Self::Automatic { listed, learnt: Learnt(Cache::with_weighter(LEARNT, LEARNT_BYTES, TextLength)) }
    }

    /// The document of a request that has sent a text, an id or both.
    ///
    /// # Errors
    /// When the document is not known, not allowed, or not what its hash says.
    pub fn resolve(&self, text: Option<String>, id: Option<DocumentId>) -> Result<Resolved, Error> {
        if id.is_some() && matches!(self, Self::Off) {
            return Err(not_supported());
        }
        match (text, id) {
            (None, None) => Err(Error::input("`query` is missing.")),
            (None, Some(id)) => match self.find(&id) {
                Some(text) => Ok(Resolved { text: (*text).to_owned(), learn: None }),
                None => Err(not_found()),
            },
            (Some(_), Some(DocumentId::Custom(_))) => Err(Error::input("Send `query` or `documentId`, not both.")),
            (Some(text), None) => {
                if matches!(self, Self::AllowList(_)) {
                    self.allowed(DocumentHash::of(&text))?;
                }
                Ok(Resolved { text, learn: None })
            }
            (Some(text), Some(DocumentId::Hash(hash))) => {
                if self.find(&DocumentId::Hash(hash)).is_some_and(|known| *known == *text) {
                    return Ok(Resolved { text, learn: None });
                }
                // Who could store a text under another's hash would choose what others execute.
                if DocumentHash::of(&text) != hash {
                    return Err(Error::input("The hash sent is not the SHA-256 of `query`."));
                }
                self.allowed(hash)?;
                Ok(Resolved { text, learn: Some(hash) })
            }
        }
    }

    /// Keeps a valid document for requests that will send its hash alone.
    pub fn learn(&self, hash: DocumentHash, text: &str) {
        if let Self::Automatic { learnt, .. } = self {
            learnt.0.insert(hash, Arc::from(text));
        }
    }

    /// The documents of the manifest.
    #[must_use]
    pub fn listed(&self) -> Option<&Documents> {
        match self {
            Self::Off => None,
            Self::Automatic { listed, .. } | Self::AllowList(listed) => Some(listed),
        }
    }

    fn find(&self, id: &DocumentId) -> Option<Arc<str>> {
        let listed = match id {
            DocumentId::Hash(hash) => self.listed()?.get(&hash.hex()),
            DocumentId::Custom(id) => self.listed()?.get(id),
        };
        match (listed, self, id) {
            (Some(text), ..) => Some(text.clone()),
            (None, Self::Automatic { learnt, .. }, DocumentId::Hash(hash)) => learnt.0.get(hash),
            _ => None,
        }
    }

    fn allowed(&self, hash: DocumentHash) -> Result<(), Error> {
        match self {
            Self::AllowList(listed) if !listed.contains_key(&hash.hex()) => Err(Error::new(
                Code::QueryNotInSafelist,
                "This server executes only the documents on its list: add this one to the manifest that it is started with.",
            )),
            _ => Ok(()),
        }
    }
}

/// The client is to send the text too. Apollo Client goes by the code, urql by the message.
fn not_found() -> Error {
    Error::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound")
}

/// The client is to send texts from now on. Apollo Client goes by the code, urql by the message.
fn not_supported() -> Error {
    Error::new(Code::PersistedQueryNotSupported, "PersistedQueryNotSupported")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{ __typename }";

    fn hash() -> DocumentId {
        DocumentId::Hash(DocumentHash::of(TEXT))
    }

    fn code(result: Result<Resolved, Error>) -> String {
        result.unwrap_err().extensions["code"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_text_is_learnt_under_its_own_hash_alone() {
        let persisted = Persisted::automatic(Documents::new());
        assert_eq!(code(persisted.resolve(None, Some(hash()))), "PERSISTED_QUERY_NOT_FOUND");
        assert_eq!(code(persisted.resolve(Some("{ me { id } }".to_owned()), Some(hash()))), "BAD_USER_INPUT");
        let resolved = persisted.resolve(Some(TEXT.to_owned()), Some(hash())).unwrap();
        persisted.learn(resolved.learn.unwrap(), &resolved.text);
        assert_eq!(persisted.resolve(None, Some(hash())).unwrap().text, TEXT);
        // The text of another is refused as before, and the known one is not learnt twice.
        assert_eq!(code(persisted.resolve(Some("{ me { id } }".to_owned()), Some(hash()))), "BAD_USER_INPUT");
        assert_eq!(persisted.resolve(Some(TEXT.to_owned()), Some(hash())).unwrap().learn, None);
    }

    #[test]
    fn what_is_learnt_is_bounded_by_its_bytes() {
        let persisted = Persisted::automatic(Documents::new());
        for n in 0..200 {
            let text = format!("{{ __typename }} #{n}{}", "x".repeat(100_000));
            persisted.learn(DocumentHash::of(&text), &text);
        }
        let Persisted::Automatic { learnt, .. } = &persisted else { unreachable!("made so") };
        assert!(learnt.0.weight() <= LEARNT_BYTES);
    }

    #[test]
    fn off_tells_clients_to_send_texts() {
        assert_eq!(code(Persisted::Off.resolve(None, Some(hash()))), "PERSISTED_QUERY_NOT_SUPPORTED");
        let both = Persisted::Off.resolve(Some(TEXT.to_owned()), Some(hash()));
        assert_eq!(code(both), "PERSISTED_QUERY_NOT_SUPPORTED");
        assert_eq!(Persisted::Off.resolve(Some(TEXT.to_owned()), None).unwrap().text, TEXT);
    }

    #[test]
    fn a_list_allows_its_documents_by_id_hash_and_text() {
        let text: Arc<str> = TEXT.into();
        let documents = [("names".to_owned(), text.clone()), (DocumentHash::of(TEXT).hex(), text)];
        let persisted = Persisted::AllowList(documents.into());
        for (text, id) in [
            (None, Some(DocumentId::Custom("names".to_owned()))),
            (None, Some(hash())),
            (Some(TEXT), None),
            (Some(TEXT), Some(hash())),
        ] {
            assert_eq!(persisted.resolve(text.map(str::to_owned), id).unwrap().text, TEXT);
        }
        let other = "{ __schema { types { name } } }";
        let other_hash = DocumentId::Hash(DocumentHash::of(other));
        assert_eq!(code(persisted.resolve(Some(other.to_owned()), None)), "QUERY_NOT_IN_SAFELIST");
        assert_eq!(code(persisted.resolve(Some(other.to_owned()), Some(other_hash))), "QUERY_NOT_IN_SAFELIST");
    }
}
