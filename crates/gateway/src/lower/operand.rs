//! Values for plans: where they come from and how they are read.

use super::argument::Step;
use crate::{coerce::Variables, error::Error, schema::model::TypeTable};
use async_graphql_value::{ConstValue, Name, Value as Literal};
use chrono_tz::Tz;
use kontor_domain::{
    bucket, calendar, column::ColumnType, context::Moment, cursor, decimal, decimal::DecimalError, plan,
    search::query::Query, value::Value,
};
use kontor_metadata::model::{Field, FieldType, Module};
use kontor_metadata::naming;
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

/// How a scalar is read.
#[derive(Debug, Clone)]
pub enum Leaf {
    /// A UUID.
    Id,
    /// Text.
    Text,
    /// Text that is looked for.
    Sought,
    /// A full-text query.
    Search,
    /// A whole number.
    Integer,
    /// A double.
    Float,
    /// An exact number with so many digits behind the point.
    Decimal(u8),
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Timestamp,
    /// A value of this enum, as stored.
    Enum(String),
    /// Any JSON.
    Json,
    /// A path into JSON, `a.b.0`.
    JsonPath,
    /// Name of a time zone.
    TimeZone,
    /// A list of ids.
    Ids,
    /// A list of such values.
    List(Box<Leaf>),
}

impl Leaf {
    /// How values of a field are read.
    pub fn of(module: &Module, field: &Field) -> Self {
        let choice = || Leaf::Enum(naming::enum_type(&module.name, &field.name));
        match &field.ty {
            FieldType::Id | FieldType::Relation { .. } | FieldType::Polymorphic { .. } | FieldType::Many { .. } => {
                Leaf::Id
            }
            FieldType::Integer { .. } => Leaf::Integer,
            FieldType::Decimal { scale, .. } => Leaf::Decimal(*scale),
            FieldType::Float { .. } => Leaf::Float,
            FieldType::Boolean => Leaf::Boolean,
            FieldType::Date => Leaf::Date,
            FieldType::Time => Leaf::Time,
            FieldType::DateTime => Leaf::Timestamp,
            FieldType::Select { .. } => choice(),
            FieldType::MultiSelect { .. } => Leaf::List(Box::new(choice())),
            FieldType::Json => Leaf::Json,
            _ => Leaf::Text,
        }
    }

    /// How a value is read that is looked for rather than stored.
    pub fn sought(self) -> Self {
        if matches!(self, Leaf::Text) { Leaf::Sought } else { self }
    }

    /// How one option of a set is read.
    pub fn element(self) -> Self {
        match self {
            Leaf::List(inner) => *inner,
            other => other,
        }
    }
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
                convert(types, leaf, value.unwrap_or(&ConstValue::Null)).map_err(Error::input)
            }
            OperandSource::Mixed { literal, variables: known, leaf } => {
                let value = literal.clone().into_const_with(|name| {
                    let known = known.iter().find(|(n, _)| *n == name);
                    let value = known.and_then(|(_, number)| variables[*number].clone());
                    Ok::<_, Error>(value.unwrap_or_default())
                });
                convert(types, leaf, &value?).map_err(Error::input)
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

/// Reads a value.
pub(super) fn convert(types: &TypeTable, leaf: &Leaf, value: &ConstValue) -> Result<Value, String> {
    let text = || match value {
        ConstValue::String(text) => Ok(text.as_str()),
        other => Err(format!("{other} is not a string.")),
    };
    if *value == ConstValue::Null {
        return Ok(Value::Null);
    }
    match leaf {
        Leaf::Id => {
            let text = match value {
                ConstValue::String(text) => text.clone(),
                other => other.to_string(),
            };
            Uuid::parse_str(&text).map(Value::Uuid).map_err(|_| {
                format!(
                    "\"{}\" is not an id: ids are UUIDs such as \"0190a6e2-7b1c-7c3a-9d2e-4f5a6b7c8d9e\".",
                    shortened(&text)
                )
            })
        }
        Leaf::Text => Ok(Value::Text(text()?.to_owned())),
        Leaf::Sought => match text()? {
            text if text.contains('\0') => Err("U+0000 is in no text, and cannot be looked for.".to_owned()),
            text => Ok(Value::Text(text.to_owned())),
        },
        Leaf::Search => {
            let text = text()?;
            Query::parse(text).map_err(|error| error.to_string())?;
            Ok(Value::Text(text.to_owned()))
        }
        Leaf::Integer => match value {
            ConstValue::Number(number) if number.as_i64().is_some_and(|i| i32::try_from(i).is_ok()) => {
                Ok(Value::Integer(number.as_i64().unwrap_or_default()))
            }
            other => Err(format!("{other} is not a whole number of 32 bits.")),
        },
        Leaf::Float => match value {
            ConstValue::Number(number) => match number.as_f64().filter(|float| float.is_finite()) {
                Some(float) => Ok(Value::Float(float)),
                None => Err(format!("{number} is too large.")),
            },
            other => Err(format!("{other} is not a number.")),
        },
        Leaf::Decimal(scale) => {
            let text = match value {
                ConstValue::String(text) => text.clone(),
                ConstValue::Number(number) if number.is_f64() && !is_exact(&number.to_string()) => {
                    return Err(format!("{number} has been rounded on its way: send so many digits as a string."));
                }
                other => other.to_string(),
            };
            decimal::parse(&text, *scale).map(Value::Decimal).map_err(|error| match error {
                DecimalError::Malformed => {
                    format!("\"{}\" is not a decimal number such as \"1250.00\".", shortened(&text))
                }
                DecimalError::TooPrecise => {
                    format!("\"{}\" has more than {scale} digits behind the point.", shortened(&text))
                }
                DecimalError::TooLarge => format!("\"{}\" has more than 18 digits.", shortened(&text)),
            })
        }
        Leaf::Boolean => match value {
            ConstValue::Boolean(boolean) => Ok(Value::Boolean(*boolean)),
            other => Err(format!("{other} is not a boolean.")),
        },
        Leaf::Date => calendar::parse_date(text()?)
            .map(Value::Date)
            .ok_or_else(|| format!("{} is not a day such as \"2026-11-21\".", shown(value))),
        Leaf::Time => calendar::parse_time(text()?)
            .map(Value::Time)
            .ok_or_else(|| format!("{} is not a time of day such as \"04:19:38\".", shown(value))),
        Leaf::Timestamp => calendar::parse_timestamp(text()?).map(Value::Timestamp).ok_or_else(|| {
            format!("{} is not a moment such as \"2026-11-21T04:19:38Z\" (RFC 3339, with its offset).", shown(value))
        }),
        Leaf::Enum(name) => {
            let given = match value {
                ConstValue::Enum(name) => name.as_str(),
                ConstValue::String(text) => text,
                other => return Err(format!("{other} is not a value of {name}.")),
            };
            let known = types.enums.get(name).and_then(|ty| ty.values.iter().find(|v| v.name == given));
            known
                .map(|v| Value::Text(v.stored.clone()))
                .ok_or_else(|| format!("{} is not a value of {name}.", shortened(given)))
        }
        Leaf::Json => {
            let json = value.clone().into_json().map_err(|_| "The value is not JSON.".to_owned())?;
            Ok(Value::Json(json.to_string()))
        }
        Leaf::TimeZone => match text()?.parse::<Tz>() {
            Ok(zone) => Ok(Value::Text(zone.name().to_owned())),
            Err(_) => Err(format!(
                "{} is not a time zone: give a name of the IANA time zone database such as \"Europe/Berlin\".",
                shown(value)
            )),
        },
        Leaf::Ids => match convert(types, &Leaf::List(Box::new(Leaf::Id)), value)? {
            Value::List(ids) if ids.len() as u64 > plan::MOST_IDS => {
                Err(format!("{} ids are too many: ask for {} at a time at most.", ids.len(), plan::MOST_IDS))
            }
            ids => Ok(ids),
        },
        Leaf::JsonPath => Ok(Value::List(text()?.split('.').map(|step| Value::Text(step.to_owned())).collect())),
        Leaf::List(inner) => match value {
            ConstValue::List(items) => {
                items.iter().map(|item| convert(types, inner, item)).collect::<Result<_, _>>().map(Value::List)
            }
            single => Ok(Value::List(vec![convert(types, inner, single)?])),
        },
    }
}

/// Whether a double's digits are those that were written: 15 always are.
fn is_exact(number: &str) -> bool {
    let number = number.strip_suffix(".0").unwrap_or(number);
    number.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count() <= 15
}

fn shown(value: &ConstValue) -> String {
    shortened(&value.to_string())
}

/// Long values are not sent back whole.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        text.chars().take(60).chain(std::iter::once('…')).collect()
    }
}
