//! Why records were not written.

use super::message::Violation;
use crate::{error::StoreError, quota::QuotaExceeded};
use kontor_metadata::model::Action;
use uuid::Uuid;

/// Why a change was refused. Then nothing of it may stay: the transaction is to be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Values break the rules of their fields or records: all of them.
    #[error("{} values break rules", .0.len())]
    Invalid(Vec<Violation>),
    /// There is no such record that the caller may see.
    #[error("there is no such {module}")]
    NotFound {
        /// Module name, `Account`.
        module: String,
    },
    /// The caller may read the record, but not do this with it.
    #[error("the caller may not {} this {module}", .action.name())]
    Forbidden {
        /// Module name.
        module: String,
        /// What was asked for.
        action: Action,
        /// GraphQL name of the field that the caller may not write, if it is only that.
        field: Option<String>,
    },
    /// The record has changed since the caller read it.
    #[error("the {module} has version {current}")]
    Conflict {
        /// Module name.
        module: String,
        /// Its version now.
        current: i64,
        /// The fields changed since, as far as they are known.
        changes: Vec<ChangedSince>,
    },
    /// Another record has the value already.
    #[error("another {module} has the same {}", .fields.join(", "))]
    NotUnique {
        /// Module name.
        module: String,
        /// GraphQL names of the fields of the unique key.
        fields: Vec<String>,
    },
    /// The unique keys of an upsert find different records.
    #[error("the unique keys find different records of {module}")]
    Ambiguous {
        /// Module name.
        module: String,
        /// The records.
        ids: Vec<Uuid>,
    },
    /// A record that this one links to was removed in the meantime.
    #[error("a record that the {module} links to was removed in the meantime")]
    LinkGone {
        /// Module name.
        module: String,
    },
    /// Other records still need the record.
    #[error("other records still refer to the {module}")]
    InUse {
        /// Module name.
        module: String,
        /// What is in the way.
        by: Vec<InTheWay>,
    },
    /// The organisation would have more than its plan allows.
    #[error(transparent)]
    QuotaExceeded(#[from] QuotaExceeded),
    /// The database failed. [`StoreError::Busy`]: the whole operation may be tried again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A field that was changed since the caller read the record.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedSince {
    /// GraphQL name.
    pub field: String,
    /// The value now, as JSON of the API.
    pub value: serde_json::Value,
    /// Who changed it last, if that is known.
    pub by: Option<Uuid>,
    /// When it was last changed, µs since 1970, if that is known.
    pub at: Option<i64>,
}

/// Records that refer to one that was to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheWay {
    /// Module name of the records.
    pub module: String,
    /// GraphQL name of the relation by which they refer to it.
    pub relation: String,
    /// How many there are.
    pub count: u64,
    /// Ids and titles of the first of them.
    pub first: Vec<(Uuid, Option<String>)>,
}
