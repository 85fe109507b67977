//! Values inside expressions, and how they come from fields and go back.

use crate::{calendar, column::ColumnType, value::Value};
use bigdecimal::{BigDecimal, ToPrimitive as _, num_bigint::BigInt};
use kontor_metadata::expr::Type;
use rusqlite::types::{Value as Lite, ValueRef};
use uuid::Uuid;

/// A value in the middle of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// No value; of a condition, unknown.
    Null,
    /// True or false.
    Boolean(bool),
    /// An exact number of any length.
    Number(BigDecimal),
    /// IEEE 754 double.
    Float(f64),
    /// Text.
    Text(String),
    /// A link.
    Record(Uuid),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Moment(i64),
    /// Microseconds.
    Duration(i128),
    /// Options of a multiselect.
    Set(Vec<String>),
    /// JSON that is there; what it holds is nobody's business here.
    Json,
}

/// A value does not fit its field: too many digits before the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the computed value is larger than the field holds")]
pub struct Misfit;

impl Datum {
    /// Whether a condition holds: it is true, neither false nor unknown.
    #[must_use]
    pub fn holds(&self) -> bool {
        *self == Datum::Boolean(true)
    }

    /// The value of a field of a type.
    #[must_use]
    pub fn of(value: &Value, ty: Type) -> Self {
        match (value, ty) {
            (Value::Boolean(boolean), _) => Self::Boolean(*boolean),
            (Value::Integer(integer), _) => Self::Number(BigDecimal::from(*integer)),
            (Value::Decimal(units), Type::Number { scale }) => Self::units(*units, scale),
            (Value::Float(float), _) => Self::Float(*float),
            (Value::Text(text), _) => Self::Text(text.clone()),
            (Value::Uuid(id), _) => Self::Record(*id),
            (Value::Date(days), _) => Self::Date(*days),
            (Value::Time(micros), _) => Self::Time(*micros),
            (Value::Timestamp(micros), _) => Self::Moment(*micros),
            (Value::Json(_), _) => Self::Json,
            (Value::List(items), _) => Self::Set(items.iter().filter_map(option).collect()),
            (Value::Null | Value::Decimal(_), _) => Self::Null,
        }
    }

    /// A number of units of 10^-scale.
    pub(super) fn units(units: i64, scale: u16) -> Self {
        Self::Number(BigDecimal::new(BigInt::from(units), scale.into()))
    }

    /// What SQLite has stored of a type.
    pub(super) fn of_sqlite(stored: ValueRef<'_>, ty: Type) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match (ty, stored) {
            (Type::Boolean, ValueRef::Integer(boolean)) => Self::Boolean(boolean != 0),
            (Type::Number { scale }, ValueRef::Integer(units)) => Self::units(units, scale),
            (Type::Float, ValueRef::Real(float)) => Self::Float(float),
            (Type::Text, ValueRef::Text(bytes)) => Self::Text(text(bytes)),
            (Type::Record(_), ValueRef::Blob(bytes)) => Uuid::from_slice(bytes).map_or(Self::Null, Self::Record),
            (Type::Date, ValueRef::Text(bytes)) => calendar::parse_date(&text(bytes)).map_or(Self::Null, Self::Date),
            (Type::Time, ValueRef::Text(bytes)) => calendar::parse_time(&text(bytes)).map_or(Self::Null, Self::Time),
            (Type::DateTime, ValueRef::Text(bytes)) => {
                calendar::parse_timestamp(&text(bytes)).map_or(Self::Null, Self::Moment)
            }
            (Type::Set, ValueRef::Text(bytes)) => serde_json::from_slice(bytes).map_or(Self::Null, Self::Set),
            (Type::Json, ValueRef::Text(_)) => Self::Json,
            _ => Self::Null,
        }
    }

    /// The value for a column.
    ///
    /// # Errors
    /// When it is larger than the column holds.
    pub fn stored(self, ty: ColumnType) -> Result<Value, Misfit> {
        Ok(match (self, ty) {
            (Self::Number(number), ColumnType::Integer) => Value::Integer(units(&number, 0, i64::from(i32::MAX))?),
            (Self::Number(number), ColumnType::Decimal(scale)) => {
                Value::Decimal(units(&number, scale, 999_999_999_999_999_999)?)
            }
            (Self::Boolean(boolean), _) => Value::Boolean(boolean),
            (Self::Float(float), _) => Value::Float(float),
            (Self::Text(text), _) => Value::Text(text),
            (Self::Record(id), _) => Value::Uuid(id),
            (Self::Date(days), _) => Value::Date(days),
            (Self::Time(micros), _) => Value::Time(micros),
            (Self::Moment(micros), _) => Value::Timestamp(micros),
            (Self::Set(options), _) => Value::List(options.into_iter().map(Value::Text).collect()),
            (Self::Null | Self::Json | Self::Duration(_) | Self::Number(_), _) => Value::Null,
        })
    }

    /// The value for a column of SQLite; null where it does not fit.
    pub(super) fn into_sqlite(self, ty: ColumnType) -> Lite {
        self.stored(ty).map_or(Lite::Null, |value| crate::store::sqlite_value(&value))
    }
}

fn option(value: &Value) -> Option<String> {
    match value {
        Value::Text(name) => Some(name.clone()),
        _ => None,
    }
}

/// A number in units of 10^-scale, between `-most` and `most`.
fn units(number: &BigDecimal, scale: u8, most: i64) -> Result<i64, Misfit> {
    let scaled = number.with_scale_round(scale.into(), bigdecimal::RoundingMode::HalfUp);
    let (units, _) = scaled.into_bigint_and_scale();
    units.to_i64().filter(|units| (-most..=most).contains(units)).ok_or(Misfit)
}
