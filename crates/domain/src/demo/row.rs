//! A row under construction: names beside values, so that nobody counts columns.

use crate::value::Value;
use uuid::Uuid;

/// A sum of money in cents, a percentage or quantity × its scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scaled(pub(super) i64);

/// A moment, µs since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct At(pub(super) i64);

/// A day, since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day(pub(super) i64);

/// JSON text.
#[derive(Debug, Clone)]
pub(super) struct Json(pub(super) String);

/// What can be stored in a field.
pub(super) trait Cell {
    /// The stored value.
    fn value(self) -> Value;
}

macro_rules! cells {
    ($($ty:ty, $it:ident => $value:expr;)*) => {
        $(impl Cell for $ty {
            fn value(self) -> Value {
                let $it = self;
                $value
            }
        })*
    };
}

cells! {
    bool, it => Value::Boolean(it);
    i64, it => Value::Integer(it);
    f64, it => Value::Float(it);
    &str, it => Value::Text(it.to_owned());
    String, it => Value::Text(it);
    Uuid, it => Value::Uuid(it);
    Scaled, it => Value::Decimal(it.0);
    At, it => Value::Timestamp(it.0);
    Day, it => Value::Date(it.0 as i32);
    Json, it => Value::Json(it.0);
}

impl<T: Cell> Cell for Option<T> {
    fn value(self) -> Value {
        self.map_or(Value::Null, Cell::value)
    }
}

/// A row: field names and their values, in the order in which they were set.
pub(super) struct Row {
    pub(super) fields: Vec<&'static str>,
    pub(super) values: Vec<Value>,
}

/// Who may see a record and works on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owned {
    pub(super) owner: Uuid,
    pub(super) assigned_to: Uuid,
    pub(super) team: Uuid,
}

impl Row {
    /// Begins the row of a record.
    pub(super) fn new(id: Uuid) -> Self {
        Self::empty().set("id", id)
    }

    /// Begins a row without an id, of a junction table.
    pub(super) fn empty() -> Self {
        Self { fields: Vec::with_capacity(40), values: Vec::with_capacity(40) }
    }

    /// Adds a field.
    pub(super) fn set(mut self, field: &'static str, value: impl Cell) -> Self {
        self.fields.push(field);
        self.values.push(value.value());
        self
    }

    /// Adds what the trait `owned` adds.
    pub(super) fn owned(self, owned: Owned) -> Self {
        self.set("owner", owned.owner).set("assigned_to", owned.assigned_to).set("team", owned.team)
    }

    /// Adds when and by whom it was created and changed.
    pub(super) fn stamped(self, created: i64, updated: i64, created_by: Uuid, updated_by: Uuid) -> Self {
        self.set("created_at", At(created))
            .set("updated_at", At(updated.max(created)))
            .set("created_by", created_by)
            .set("updated_by", updated_by)
            .set("version", 1_i64)
    }
}

/// Half away from zero, as PostgreSQL rounds exact numbers.
pub(super) fn divide_rounded(numerator: i128, denominator: i128) -> i64 {
    let half = denominator / 2;
    let shifted = if numerator < 0 { numerator - half } else { numerator + half };
    (shifted / denominator) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([5, 4, -5, -4].map(|n| divide_rounded(n, 10)), [1, 0, -1, 0]);
    }
}
