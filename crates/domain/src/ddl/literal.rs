//! Constants of the YAML as SQL.

use crate::column::{ColumnType, Dialect};
use chrono::{DateTime, NaiveTime, SecondsFormat, Utc};
use kontor_metadata::model::Literal;

/// The constant as the stored representation of a column type.
pub(super) fn sql(literal: &Literal, ty: ColumnType, dialect: Dialect) -> String {
    match (literal, ty) {
        (Literal::Text(text), ColumnType::Timestamp) => quoted(&timestamp(text)),
        (Literal::Text(text), ColumnType::Time) => quoted(&time(text)),
        (Literal::Text(text) | Literal::Json(text), _) => quoted(text),
        (Literal::Integer(number), ColumnType::Decimal(scale)) if dialect == Dialect::Sqlite => {
            (number * 10_i64.pow(u32::from(scale))).to_string()
        }
        (Literal::Integer(number), _) => number.to_string(),
        (Literal::Scaled(units), ColumnType::Decimal(scale)) if dialect == Dialect::Postgres => decimal(*units, scale),
        (Literal::Scaled(units), _) => units.to_string(),
        (Literal::Float(number), _) => format!("{number:?}"),
        (Literal::Boolean(value), _) => match dialect {
            Dialect::Postgres => value.to_string(),
            Dialect::Sqlite => i32::from(*value).to_string(),
        },
        (Literal::List(options), _) => match dialect {
            Dialect::Postgres => array(options.iter().map(String::as_str)),
            Dialect::Sqlite => quoted(&serde_json::Value::from(options.clone()).to_string()),
        },
    }
}

/// `'it''s'`
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `ARRAY['a', 'b']::text[]`
pub(super) fn array<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("ARRAY[{}]::text[]", texts.map(quoted).collect::<Vec<_>>().join(", "))
}

/// 1050 with scale 2 is `10.50`.
fn decimal(units: i64, scale: u8) -> String {
    if scale == 0 {
        return units.to_string();
    }
    let width = usize::from(scale) + 1;
    let digits = format!("{:0width$}", units.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    format!("{}{whole}.{fraction}", if units < 0 { "-" } else { "" })
}

/// The one form in which SQLite holds moments; a text that is no RFC 3339 stays for the database to refuse.
fn timestamp(text: &str) -> String {
    DateTime::parse_from_rfc3339(text)
        .map_or_else(|_| text.to_owned(), |at| at.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// The one form in which SQLite holds times of day.
fn time(text: &str) -> String {
    ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(text, format).ok())
        .map_or_else(|| text.to_owned(), |at| at.format("%H:%M:%S%.6f").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_take_the_stored_form() {
        let both = |literal: &Literal, ty| (sql(literal, ty, Dialect::Postgres), sql(literal, ty, Dialect::Sqlite));
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(both(&Literal::Scaled(-5), ColumnType::Decimal(2)), pair("-0.05", "-5"));
        assert_eq!(both(&Literal::Integer(7), ColumnType::Decimal(2)), pair("7", "700"));
        assert_eq!(both(&Literal::Boolean(true), ColumnType::Boolean), pair("true", "1"));
        assert_eq!(both(&Literal::Float(1.0), ColumnType::Float), pair("1.0", "1.0"));
        assert_eq!(both(&Literal::Text("it's".into()), ColumnType::Text), pair("'it''s'", "'it''s'"));
        assert_eq!(
            both(&Literal::List(vec!["a".into(), "b".into()]), ColumnType::TextArray),
            pair("ARRAY['a', 'b']::text[]", r#"'["a","b"]'"#)
        );
        let noon = "'2026-11-21T12:00:00.000000Z'";
        assert_eq!(both(&Literal::Text("2026-11-21T13:00:00+01:00".into()), ColumnType::Timestamp), pair(noon, noon));
        assert_eq!(both(&Literal::Text("09:30".into()), ColumnType::Time).1, "'09:30:00.000000'");
    }
}
