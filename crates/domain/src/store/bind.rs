//! Values into parameters, one form per representation and database.

use crate::{
    calendar,
    column::ColumnType,
    plan::Param,
    query::{LikeForm, Operand},
    search::{self, Part},
    value::Value,
};
use rusqlite::types::{ToSqlOutput, Value as Lite, ValueRef};
use serde_json::value::RawValue;
use sqlx::{Arguments as _, postgres::PgArguments};
use std::borrow::Cow;
use uuid::Uuid;

/// A LIKE pattern for the operand of a text test; `\` escapes.
pub(crate) fn like_pattern(form: LikeForm, operand: &str) -> String {
    if form == LikeForm::Pattern {
        // PostgreSQL refuses an escape with nothing behind it; it stands for itself.
        let escapes = operand.len() - operand.trim_end_matches('\\').len();
        return if escapes % 2 == 1 { format!("{operand}\\") } else { operand.to_owned() };
    }
    let mut pattern = String::with_capacity(operand.len() + 2);
    if form != LikeForm::StartsWith {
        pattern.push('%');
    }
    for character in operand.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    if form != LikeForm::EndsWith {
        pattern.push('%');
    }
    pattern
}

/// The value as the parameter wants it: a pattern where it is one.
pub(super) fn shaped<'v>(param: &Param, value: &'v Value) -> Cow<'v, Value> {
    match (param.like, value) {
        (Some(form), Value::Text(text)) => Cow::Owned(Value::Text(like_pattern(form, text))),
        _ => Cow::Borrowed(value),
    }
}

/// A part of the full-text query that is among the values of the request.
pub(super) fn searched(values: &[Value], query: Operand, part: Part, org: Uuid) -> Value {
    match values.get(query.0 as usize) {
        Some(Value::Text(text)) => search::part(text, part, org),
        _ => search::part("", part, org),
    }
}

/// Appends a value to the arguments of a PostgreSQL statement.
pub(super) fn postgres(
    arguments: &mut PgArguments,
    ty: ColumnType,
    list: bool,
    value: &Value,
) -> Result<(), sqlx::Error> {
    if list {
        return postgres_list(arguments, ty, value);
    }
    let added = match ty {
        ColumnType::Uuid => arguments.add(match value {
            Value::Uuid(id) => Some(*id),
            _ => None,
        }),
        ColumnType::Text => arguments.add(match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        }),
        ColumnType::Integer => arguments.add(integer(value).and_then(|i| i32::try_from(i).ok())),
        ColumnType::BigInt => arguments.add(integer(value)),
        ColumnType::Decimal(scale) => arguments.add(match value {
            Value::Decimal(units) => Some(rust_decimal::Decimal::new(*units, u32::from(scale))),
            _ => None,
        }),
        ColumnType::Float => arguments.add(match value {
            Value::Float(float) => Some(*float),
            _ => None,
        }),
        ColumnType::Boolean => arguments.add(match value {
            Value::Boolean(boolean) => Some(*boolean),
            _ => None,
        }),
        ColumnType::Date => arguments.add(match value {
            Value::Date(days) => {
                chrono::NaiveDate::default().checked_add_signed(chrono::Duration::days(i64::from(*days)))
            }
            _ => None,
        }),
        ColumnType::Time => arguments.add(match value {
            Value::Time(micros) => Some(chrono::NaiveTime::MIN + chrono::Duration::microseconds(*micros)),
            _ => None,
        }),
        ColumnType::Timestamp => arguments.add(match value {
            Value::Timestamp(micros) => chrono::DateTime::from_timestamp_micros(*micros),
            _ => None,
        }),
        ColumnType::TextArray => arguments.add(match value {
            Value::List(items) => Some(texts(items)),
            _ => None,
        }),
        ColumnType::Json => arguments.add(match value {
            Value::Json(text) => RawValue::from_string(text.clone()).ok().map(sqlx::types::Json),
            _ => None,
        }),
    };
    added.map_err(sqlx::Error::Encode)
}

fn postgres_list(arguments: &mut PgArguments, ty: ColumnType, value: &Value) -> Result<(), sqlx::Error> {
    let items: &[Value] = match value {
        Value::List(items) => items,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    let added = match ty {
        ColumnType::Uuid => arguments.add(each(items, |v| if let Value::Uuid(id) = v { Some(*id) } else { None })),
        ColumnType::Integer => arguments.add(each(items, |v| integer(v).and_then(|i| i32::try_from(i).ok()))),
        ColumnType::BigInt => arguments.add(each(items, integer)),
        ColumnType::Decimal(scale) => arguments.add(each(items, |v| match v {
            Value::Decimal(units) => Some(rust_decimal::Decimal::new(*units, u32::from(scale))),
            _ => None,
        })),
        ColumnType::Float => arguments.add(each(items, |v| if let Value::Float(f) = v { Some(*f) } else { None })),
        ColumnType::Boolean => arguments.add(each(items, |v| if let Value::Boolean(b) = v { Some(*b) } else { None })),
        ColumnType::Date => arguments.add(each(items, |v| match v {
            Value::Date(days) => {
                chrono::NaiveDate::default().checked_add_signed(chrono::Duration::days(i64::from(*days)))
            }
            _ => None,
        })),
        ColumnType::Time => arguments.add(each(items, |v| match v {
            Value::Time(micros) => Some(chrono::NaiveTime::MIN + chrono::Duration::microseconds(*micros)),
            _ => None,
        })),
        ColumnType::Timestamp => arguments.add(each(items, |v| match v {
            Value::Timestamp(micros) => chrono::DateTime::from_timestamp_micros(*micros),
            _ => None,
        })),
        ColumnType::Text | ColumnType::TextArray | ColumnType::Json => arguments.add(texts(items)),
    };
    added.map_err(sqlx::Error::Encode)
}

/// One per item, `None` for null: bulk inserts hand columns over as arrays, in which nulls count.
fn each<T>(items: &[Value], f: impl Fn(&Value) -> Option<T>) -> Vec<Option<T>> {
    items.iter().map(f).collect()
}

fn texts(items: &[Value]) -> Vec<Option<&str>> {
    items
        .iter()
        .map(|v| match v {
            Value::Text(text) | Value::Json(text) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(integer) => Some(*integer),
        _ => None,
    }
}

/// The value of a parameter of a SQLite statement.
pub(super) fn sqlite(list: bool, value: &Value) -> Lite {
    if list { Lite::Text(sqlite_list(value)) } else { sqlite_value(value) }
}

/// The same without a copy of what is stored as it is.
pub(super) fn sqlite_lent(list: bool, value: &Value) -> ToSqlOutput<'_> {
    match value {
        Value::Text(text) | Value::Json(text) if !list => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Value::Uuid(id) if !list => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
        other => ToSqlOutput::Owned(sqlite(list, other)),
    }
}

/// A value as SQLite stores it.
pub(crate) fn sqlite_value(value: &Value) -> Lite {
    match value {
        Value::Null => Lite::Null,
        Value::Boolean(boolean) => Lite::Integer(i64::from(*boolean)),
        Value::Integer(integer) | Value::Decimal(integer) => Lite::Integer(*integer),
        Value::Float(float) => Lite::Real(*float),
        Value::Text(text) | Value::Json(text) => Lite::Text(text.clone()),
        Value::Uuid(id) => Lite::Blob(id.as_bytes().to_vec()),
        Value::Date(_) | Value::Time(_) | Value::Timestamp(_) => Lite::Text(calendar_text(value)),
        Value::List(_) => Lite::Text(sqlite_list(value)),
    }
}

fn calendar_text(value: &Value) -> String {
    let mut out = Vec::with_capacity(27);
    match value {
        Value::Date(days) => calendar::write_date(&mut out, *days),
        Value::Time(micros) => calendar::write_time(&mut out, *micros),
        Value::Timestamp(micros) => calendar::write_timestamp(&mut out, *micros),
        _ => {}
    }
    String::from_utf8(out).unwrap_or_default()
}

/// A JSON array for `json_each`: the operand of `IN`, or a multiselect. Ids stand as hexadecimal digits.
fn sqlite_list(value: &Value) -> String {
    let items: &[Value] = match value {
        Value::List(items) => items,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    let mut out = vec![b'['];
    for (n, item) in items.iter().filter(|i| !i.is_null()).enumerate() {
        if n > 0 {
            out.push(b',');
        }
        match sqlite(false, item) {
            Lite::Null => out.extend_from_slice(b"null"),
            Lite::Integer(integer) => crate::json::integer(&mut out, integer),
            Lite::Real(real) => crate::json::float(&mut out, real),
            Lite::Text(text) => crate::json::text(&mut out, text.as_bytes()),
            Lite::Blob(bytes) => {
                out.push(b'"');
                for byte in bytes {
                    out.extend_from_slice(format!("{byte:02X}").as_bytes());
                }
                out.push(b'"');
            }
        }
    }
    out.push(b']');
    String::from_utf8(out).unwrap_or_default()
}
