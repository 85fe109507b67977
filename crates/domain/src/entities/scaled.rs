use rust_decimal::Decimal;
use sea_orm::{
    ColIdx, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
};
use std::fmt;

/// An exact number with `SCALE` digits after the point, read from `numeric` on PostgreSQL and from an integer
/// × 10^`SCALE` on SQLite.
///
/// For reading. As an operand it is bound as a number of PostgreSQL, which is not what SQLite holds; records are written
/// through the write pipeline anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scaled<const SCALE: u8>(pub Decimal);

impl<const SCALE: u8> fmt::Display for Scaled<SCALE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const SCALE: u8> TryGetable for Scaled<SCALE> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        if row.try_as_sqlite_row().is_some() {
            i64::try_get_by(row, index).map(|units| Self(Decimal::new(units, u32::from(SCALE))))
        } else {
            Decimal::try_get_by(row, index).map(Self)
        }
    }
}

impl<const SCALE: u8> From<Scaled<SCALE>> for Value {
    fn from(number: Scaled<SCALE>) -> Self {
        number.0.into()
    }
}

impl<const SCALE: u8> Nullable for Scaled<SCALE> {
    fn null() -> Value {
        Decimal::null()
    }
}

impl<const SCALE: u8> ValueType for Scaled<SCALE> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <Decimal as ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        format!("Scaled<{SCALE}>")
    }

    fn array_type() -> ArrayType {
        Decimal::array_type()
    }

    fn column_type() -> ColumnType {
        ColumnType::Decimal(Some((18, u32::from(SCALE))))
    }
}
