//! The one way to write a record: change → defaults → validation → computed fields and rules → SQL, inside the caller's transaction.

mod autonumber;
mod bulk;
mod derive;
mod image;
mod links;
mod message;
mod validate;
mod write;

pub use bulk::insert_rows;
pub use message::Violation;
pub use write::{create, delete, update};

use crate::{error::StoreError, value::Value};
use kontor_metadata::model::FieldId;

/// A value for a column of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The field.
    pub field: FieldId,
    /// For a polymorphic relation: whether this is the module name rather than the id.
    pub is_type: bool,
    /// The value; null clears.
    pub value: Value,
}

/// Why a record was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Values break the rules of their fields: all of them.
    #[error("{} values break the rules of their fields", .0.len())]
    Invalid(Vec<Violation>),
    /// There is no such record that the caller may see.
    #[error("there is no such record")]
    NotFound,
    /// The record has changed since the caller read it.
    #[error("the record has version {current}")]
    Conflict {
        /// Its version now.
        current: i64,
    },
    /// Another record has the value already.
    #[error("another record has the same {}", .fields.join(", "))]
    NotUnique {
        /// GraphQL names of the fields of the unique key.
        fields: Vec<String>,
    },
    /// A record that this one links to was removed in the meantime.
    #[error("a linked record was removed in the meantime")]
    LinkGone,
    /// Other records still need the record.
    #[error("other records still refer to the record")]
    InUse,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
