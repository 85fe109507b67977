//! The least and the greatest value of a field: whether a value lies between them, and how they are told.

use crate::{calendar, json, value::Value};
use kontor_metadata::model::FieldType;

/// Behind which end of its range a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// It is less than the least.
    Below,
    /// It is greater than the greatest.
    Above,
}

/// Where a value of a number, date or time lies, if that is not between its limits.
#[must_use]
pub fn outside(ty: &FieldType, value: &Value) -> Option<Outside> {
    match (ty, value) {
        (FieldType::Integer { min, max }, Value::Integer(value))
        | (FieldType::Decimal { min, max, .. }, Value::Decimal(value))
        | (FieldType::Time { min, max }, Value::Time(value))
        | (FieldType::DateTime { min, max }, Value::Timestamp(value)) => beyond(value, min.as_ref(), max.as_ref()),
        (FieldType::Date { min, max }, Value::Date(value)) => beyond(value, min.as_ref(), max.as_ref()),
        (FieldType::Float { min, max }, Value::Float(value)) => beyond(value, min.as_ref(), max.as_ref()),
        _ => None,
    }
}

fn beyond<T: PartialOrd>(value: &T, min: Option<&T>, max: Option<&T>) -> Option<Outside> {
    match (min, max) {
        (Some(min), _) if value < min => Some(Outside::Below),
        (_, Some(max)) if value > max => Some(Outside::Above),
        _ => None,
    }
}

/// `min` and `max` of a type as answers write such values; of texts the most characters, of links to many their number.
#[must_use]
pub fn told(ty: &FieldType) -> (Option<String>, Option<String>) {
    let trimmed = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut stored = Vec::new();
        write(&mut stored);
        text(|out| calendar::write_trimmed(out, &stored))
    };
    match ty {
        FieldType::Text { max, .. } | FieldType::LongText { max } => (None, Some(max.to_string())),
        FieldType::Integer { min, max } => both(*min, *max, |limit| limit.to_string()),
        FieldType::Decimal { scale, min, max, .. } => {
            both(*min, *max, |limit| text(|out| json::decimal_digits(out, limit, *scale)))
        }
        FieldType::Float { min, max } => both(*min, *max, |limit| limit.to_string()),
        FieldType::Date { min, max } => both(*min, *max, |limit| text(|out| calendar::write_date(out, limit))),
        FieldType::Time { min, max } => both(*min, *max, |limit| trimmed(&|out| calendar::write_time(out, limit))),
        FieldType::DateTime { min, max } => {
            both(*min, *max, |limit| trimmed(&|out| calendar::write_timestamp(out, limit)))
        }
        FieldType::Many { min, max, .. } => both(*min, *max, |limit| limit.to_string()),
        _ => (None, None),
    }
}

fn both<T>(min: Option<T>, max: Option<T>, tell: impl Fn(T) -> String) -> (Option<String>, Option<String>) {
    (min.map(&tell), max.map(&tell))
}

fn text(write: impl Fn(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_as_answers_write_values() {
        let day = calendar::parse_date("2026-01-01");
        assert_eq!(told(&FieldType::Date { min: day, max: None }), (Some("2026-01-01".to_owned()), None));
        let (opens, closes) = (calendar::parse_time("08:30"), calendar::parse_time("18:00:00.5"));
        let times = (Some("08:30:00".to_owned()), Some("18:00:00.5".to_owned()));
        assert_eq!(told(&FieldType::Time { min: opens, max: closes }), times);
        let moment = calendar::parse_timestamp("2026-01-01T01:00:00+01:00");
        let told_moment = Some("2026-01-01T00:00:00Z".to_owned());
        assert_eq!(told(&FieldType::DateTime { min: None, max: moment }), (None, told_moment));
    }

    #[test]
    fn limits_are_values_themselves() {
        let ty = FieldType::Date { min: Some(10), max: Some(20) };
        assert_eq!(outside(&ty, &Value::Date(10)).or(outside(&ty, &Value::Date(20))), None);
        assert_eq!(outside(&ty, &Value::Date(9)), Some(Outside::Below));
        assert_eq!(outside(&ty, &Value::Date(21)), Some(Outside::Above));
    }
}
