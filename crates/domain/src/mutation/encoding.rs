//! Values as the API writes them, for the logs and for errors.

use super::layout::{Layout, Row};
use crate::{calendar, column::ColumnType, json, value::Value};
use kontor_metadata::model::{Field, FieldType, Module};

/// What stands for a value that logs must not hold.
pub(super) const MASKED: &[u8] = b"\"***\"";

/// The name of a field's value in the API: `accountId`, `recordType`.
pub(super) fn name(field: &Field, is_type: bool) -> String {
    match field.ty {
        FieldType::Polymorphic { .. } if is_type => format!("{}Type", field.gql),
        FieldType::Relation { .. } | FieldType::Polymorphic { .. } => format!("{}Id", field.gql),
        _ => field.gql.clone(),
    }
}

/// The name as a key of a JSON object, with its colon.
pub(super) fn key(field: &Field, is_type: bool) -> Vec<u8> {
    let mut key = Vec::new();
    json::text(&mut key, name(field, is_type).as_bytes());
    key.push(b':');
    key
}

/// Writes a value of a field as JSON.
pub(crate) fn write(out: &mut Vec<u8>, field: &Field, ty: ColumnType, value: &Value) {
    let option = |out: &mut Vec<u8>, stored: &str| {
        let choice = field.choices().and_then(|choices| choices.iter().find(|choice| choice.name == *stored));
        json::text(out, choice.map_or(stored, |choice| &choice.gql).as_bytes());
    };
    let quoted = |out: &mut Vec<u8>, write: &dyn Fn(&mut Vec<u8>)| {
        out.push(b'"');
        write(out);
        out.push(b'"');
    };
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Boolean(boolean) => out.extend_from_slice(if *boolean { b"true" } else { b"false" }),
        Value::Integer(integer) => json::integer(out, *integer),
        Value::Float(float) => json::float(out, *float),
        Value::Decimal(units) => match ty {
            ColumnType::Decimal(scale) => json::decimal(out, *units, scale),
            _ => json::integer(out, *units),
        },
        Value::Text(text) => option(out, text),
        Value::Uuid(id) => json::uuid(out, id.as_bytes()),
        Value::Date(days) => quoted(out, &|out| calendar::write_date(out, *days)),
        Value::Time(micros) => quoted(out, &|out| {
            let mut text = Vec::with_capacity(16);
            calendar::write_time(&mut text, *micros);
            calendar::write_trimmed(out, &text);
        }),
        Value::Timestamp(micros) => quoted(out, &|out| {
            let mut text = Vec::with_capacity(27);
            calendar::write_timestamp(&mut text, *micros);
            calendar::write_trimmed(out, &text);
        }),
        Value::Json(text) => json::json(out, text.as_bytes()),
        Value::List(items) => {
            out.push(b'[');
            for (n, item) in items.iter().enumerate() {
                if n > 0 {
                    out.push(b',');
                }
                if let Value::Text(text) = item {
                    option(out, text);
                }
            }
            out.push(b']');
        }
    }
}

/// A record as one JSON object, secrets left out.
pub(super) fn image(module: &Module, layout: &Layout, row: &Row) -> String {
    let mut out = Vec::with_capacity(64 * layout.columns.len());
    out.push(b'{');
    for (slot, column) in layout.columns.iter().enumerate() {
        let field = module.field(column.field);
        if field.secret || column.name == module.tenant {
            continue;
        }
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(&column.key);
        write(&mut out, field, column.ty, &row[slot]);
    }
    out.push(b'}');
    String::from_utf8(out).unwrap_or_default()
}
