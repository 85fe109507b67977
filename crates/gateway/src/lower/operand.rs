//! Values for plans: where they come from and how they are read.

use super::{
    argument::Step,
    leaf::{self, Leaf},
};
use crate::{coerce::Variables, error::Error, schema::model::TypeTable};
use async_graphql_value::{ConstValue, Name, Value as Literal};
use chrono_tz::Tz;
use kontor_domain::{bucket, column::ColumnType, context::Moment, cursor, value::Value};
use uuid::Uuid;

/// Where the value of an operand comes from.
pub enum OperandSource {
    /// It is in the document.
    Constant(Value),
    /// It is in a variable.
    Variable {
        /// Number of the variable.
        variable: usize,
        /// Where in it.
        path: Vec<Step>,
        /// How it is read.
        leaf: Leaf,
    },
    /// It is in the document, with variables inside: an element of a list, a part of a JSON value.
    Mixed {
        /// What the document says.
        literal: Literal,
        /// Numbers of the variables in it.
        variables: Vec<(Name, usize)>,
        /// How it is read.
        leaf: Leaf,
    },
    /// A key of a cursor.
    CursorKey {
        /// Number of the variable that holds the cursor, or its text.
        cursor: CursorText,
        /// Which key.
        key: usize,
        /// Fingerprint that the cursor must have.
        fingerprint: u32,
        /// Representations of all keys.
        types: Vec<ColumnType>,
    },
    /// An end of a range of days that moves with time.
    Relative {
        /// Name of the range.
        range: String,
        /// Its end rather than its start.
        end: bool,
        /// Midnight of the day rather than the day.
        moment: bool,
    },
    /// Name of the caller's organization's time zone.
    Zone,
    /// The id of the signed-in user.
    Caller,
    /// The id of the record that was just written.
    Written,
}

/// Where a cursor is.
pub enum CursorText {
    /// In the document.
    Constant(String),
    /// In a variable.
    Variable(usize),
}

/// What operands depend on besides the request.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances {
    /// The signed-in user.
    pub caller: Option<Uuid>,
    /// The time of the request, the same for all of it.
    pub moment: Moment,
    /// The time zone of the caller's organization; UTC where no operand depends on it.
    pub zone: Tz,
}

impl OperandSource {
    /// Whether the value depends on the time zone of the caller's organization.
    pub fn wants_zone(&self) -> bool {
        matches!(self, Self::Zone | Self::Relative { .. })
    }
}

/// The values of a request for the operands of a plan.
///
/// # Errors
/// A value that cannot be read, such as a date that does not exist.
pub fn bind(
    types: &TypeTable,
    sources: &[OperandSource],
    variables: &Variables,
    circumstances: &Circumstances,
) -> Result<Vec<Value>, Error> {
    sources
        .iter()
        .map(|source| match source {
            OperandSource::Constant(value) => Ok(value.clone()),
            OperandSource::Variable { variable, path, leaf } => {
                let value = follow(variables[*variable].as_ref(), path)?;
                Ok(leaf::convert(types, leaf, value.unwrap_or(&ConstValue::Null))?)
            }
            OperandSource::Mixed { literal, variables: known, leaf } => {
                let value = literal.clone().into_const_with(|name| {
                    let known = known.iter().find(|(n, _)| *n == name);
                    let value = known.and_then(|(_, number)| variables[*number].clone());
                    Ok::<_, Error>(value.unwrap_or_default())
                });
                Ok(leaf::convert(types, leaf, &value?)?)
            }
            OperandSource::CursorKey { cursor, key, fingerprint, types } => {
                let text = match cursor {
                    CursorText::Constant(text) => text.as_str(),
                    CursorText::Variable(variable) => match &variables[*variable] {
                        Some(ConstValue::String(text)) => text.as_str(),
                        _ => "",
                    },
                };
                let mut keys =
                    cursor::read(text, *fingerprint, types).map_err(|e| Error::input(capital(&e.to_string())))?;
                Ok(keys.swap_remove(*key))
            }
            OperandSource::Relative { range, end, moment } => {
                let Circumstances { moment: at, zone, .. } = circumstances;
                let today = chrono::NaiveDate::default() + chrono::Duration::days(i64::from(at.today));
                let ends = super::relative::bounds(range, today);
                let day = ends.map(|(from, to)| if *end { to } else { from });
                let value = if *moment {
                    day.and_then(|day| bucket::start_of_day(day, *zone)).map(Value::Timestamp)
                } else {
                    let days = day.map(|d| d.signed_duration_since(chrono::NaiveDate::default()).num_days());
                    days.and_then(|days| i32::try_from(days).ok()).map(Value::Date)
                };
                Ok(value.unwrap_or(Value::Null))
            }
            OperandSource::Zone => Ok(Value::Text(circumstances.zone.name().to_owned())),
            OperandSource::Caller => Ok(circumstances.caller.map_or(Value::Null, Value::Uuid)),
            OperandSource::Written => Ok(Value::Null),
        })
        .collect()
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + characters.as_str() + ".")
}

fn follow<'v>(value: Option<&'v ConstValue>, path: &[Step]) -> Result<Option<&'v ConstValue>, Error> {
    let Some(mut value) = value else { return Ok(None) };
    for step in path {
        let next = match (value, step) {
            (ConstValue::Object(object), Step::Key(key)) => object.get(key.as_str()),
            (ConstValue::List(items), Step::Index(index)) => items.get(*index),
            (ConstValue::List(items), Step::OfTwo(index)) if items.len() == 2 => items.get(*index),
            (_, Step::OfTwo(_)) => return Err(Error::input("`between` needs exactly two values.")),
            // A single value stands for a list of one.
            (single, Step::Index(0)) => Some(single),
            _ => None,
        };
        let Some(next) = next else { return Ok(None) };
        value = next;
    }
    Ok(Some(value))
}
