//! What the database remembers of the catalog that its tables were made from: the text in `metadata_versions.ledger`.

use super::schema::Schema;
use serde::{Deserialize, Serialize};

/// Raised when an older program could not read the text any more.
const FORMAT: u32 = 2;

/// The tables of one version of the metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// Counts the applied versions from 1; 0 is the empty database.
    pub version: i64,
    /// [`Schema::hash`].
    pub hash: String,
    /// The tables as they are in the database.
    pub schema: Schema,
}

/// Why a ledger can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Not JSON, or not of this shape.
    #[error("the ledger of the metadata in the database is not readable")]
    Unreadable(#[source] serde_json::Error),
    /// Written by a newer program.
    #[error(
        "the ledger of the metadata in the database has format {0}, which only a newer kontor reads: update kontor"
    )]
    Newer(u32),
    /// Somebody edited it.
    #[error("the ledger of the metadata in the database was changed by hand: its hash is {actual}, not {expected}")]
    Damaged {
        /// As written beside the schema.
        expected: String,
        /// Of the schema.
        actual: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Text {
    format: u32,
    version: i64,
    hash: String,
    schema: Schema,
}

/// Read before the rest, so that a newer format is named and not taken for damage.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

impl Ledger {
    /// The ledger of a database without module tables.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(0, Schema::default())
    }

    /// A ledger of this version.
    #[must_use]
    pub fn new(version: i64, schema: Schema) -> Self {
        Self { version, hash: schema.hash(), schema }
    }

    /// The text to store.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = Text { format: FORMAT, version: self.version, hash: self.hash.clone(), schema: self.schema.clone() };
        serde_json::to_string(&text).expect("maps have string keys and no value fails to serialise")
    }

    /// Reads a stored text.
    ///
    /// # Errors
    /// When it is no ledger, is of a newer format, or doesn't agree with its own hash.
    pub fn from_json(json: &str) -> Result<Self, LedgerError> {
        let head: Head = serde_json::from_str(json).map_err(LedgerError::Unreadable)?;
        if head.format > FORMAT {
            return Err(LedgerError::Newer(head.format));
        }
        let text: Text = serde_json::from_str(json).map_err(LedgerError::Unreadable)?;
        let actual = text.schema.hash();
        if actual != text.hash {
            return Err(LedgerError::Damaged { expected: text.hash, actual });
        }
        Ok(Self { version: text.version, hash: text.hash, schema: text.schema })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ddl::{desired, testing};

    #[test]
    fn is_read_back_as_it_was_written() {
        let ledger = Ledger::new(3, desired(&testing::shop()));
        let read = Ledger::from_json(&ledger.to_json()).unwrap();
        assert_eq!((read.version, &read.hash), (3, &ledger.hash));
        assert_eq!(read.schema.hash(), ledger.schema.hash());
        assert_eq!(read.to_json(), ledger.to_json());
    }

    #[test]
    fn the_order_of_fields_is_no_change() {
        let schema = desired(&testing::shop());
        let mut moved = schema.clone();
        moved.tables.values_mut().for_each(|table| table.columns.reverse());
        assert_eq!(schema.hash(), moved.hash());
    }

    #[test]
    fn says_what_is_wrong() {
        assert!(matches!(Ledger::from_json("{"), Err(LedgerError::Unreadable(_))));
        assert!(matches!(Ledger::from_json(r#"{"format": 3}"#), Err(LedgerError::Newer(3))));
        let json = Ledger::empty().to_json().replace(&Ledger::empty().hash, "0");
        assert!(matches!(Ledger::from_json(&json), Err(LedgerError::Damaged { .. })));
    }
}
