//! The one way to write a record: change → defaults → validation → computed fields and rules → SQL, inside the caller's transaction.

mod autonumber;
mod bulk;
mod derive;
mod error;
mod image;
mod input;
mod links;
mod message;
mod validate;
mod write;

pub use bulk::insert_rows;
pub use error::{ChangedSince, InTheWay, WriteError};
pub use input::{Action, Assignment, Change, Input, Links, Step};
pub use message::Violation;
pub use write::execute;

use crate::column::Dialect;
use kontor_metadata::model::Catalog;
use std::sync::Arc;

/// What the pipeline works out once per catalog.
#[derive(Debug)]
pub struct Writing {
    /// The catalog.
    pub catalog: Arc<Catalog>,
}

impl Writing {
    /// Prepares writing the records of a catalog.
    #[must_use]
    pub fn new(catalog: Arc<Catalog>, _dialect: Dialect) -> Self {
        Self { catalog }
    }
}
