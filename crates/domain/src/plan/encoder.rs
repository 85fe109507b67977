//! How a stored value is written as JSON.

use crate::column::ColumnType;
use kontor_metadata::model::{Choice, Field};
use std::sync::Arc;

/// Stored option names and the JSON they are answered with.
pub type Names = Arc<[(Box<[u8]>, Box<[u8]>)]>;

/// How a stored value is written as JSON.
#[derive(Debug, Clone)]
pub enum Encoder {
    /// As its representation is.
    Plain(ColumnType),
    /// A picklist option as its GraphQL value.
    Choice(Names),
    /// A set of options as a list of GraphQL values.
    Choices(Names),
}

impl Encoder {
    /// The encoder of a stored field.
    pub(crate) fn of(field: &Field, ty: ColumnType) -> Self {
        match (field.choices(), ty) {
            (Some(options), ColumnType::TextArray) => Self::Choices(names(options)),
            (Some(options), _) => Self::Choice(names(options)),
            (None, _) => Self::Plain(ty),
        }
    }
}

fn names(options: &[Choice]) -> Names {
    options.iter().map(|o| (o.name.as_bytes().into(), format!("\"{}\"", o.gql).into_bytes().into())).collect()
}

/// Writes an option as its GraphQL value; one that the metadata no longer knows is written as it is stored.
pub(crate) fn write_choice(out: &mut Vec<u8>, names: &Names, stored: &[u8]) {
    match names.iter().find(|(name, _)| **name == *stored) {
        Some((_, json)) => out.extend_from_slice(json),
        None => crate::json::text(out, stored),
    }
}
