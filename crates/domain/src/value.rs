//! A value on its way to the database: what coercion, the demo generator and the write pipeline speak.

use uuid::Uuid;

/// A value of some field. Its meaning (scale of a decimal, options of a picklist) is in the field's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// IEEE 754 double.
    Float(f64),
    /// An exact number × 10^scale of its field.
    Decimal(i64),
    /// Texts, options, codes.
    Text(String),
    /// A record's id.
    Uuid(Uuid),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// JSON text.
    Json(String),
    /// Elements of a multiselect, or operands of `in`.
    List(Vec<Value>),
}

impl Value {
    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }
}
