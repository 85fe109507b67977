//! Positions in an ordered list, as opaque text: base64url of a JSON array of the order's fingerprint and the keys.

use crate::{calendar, column::ColumnType, value::Value};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Why a cursor is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CursorError {
    /// It is not one that this API gave out.
    #[error("the cursor is not one of this API's; pass on a `cursor`, `startCursor` or `endCursor` as it was given")]
    Malformed,
    /// It was given out for another list.
    #[error("the cursor belongs to a list in another order; ask for the first page with the same `orderBy`")]
    OtherOrder,
}

/// Appends the cursor of `keys`, a JSON array's inside without brackets, as a quoted string.
pub(crate) fn write(out: &mut Vec<u8>, fingerprint: u32, keys: &[u8]) {
    let mut plain = Vec::with_capacity(keys.len() + 16);
    plain.push(b'[');
    crate::json::integer(&mut plain, i64::from(fingerprint));
    plain.push(b',');
    plain.extend_from_slice(keys);
    plain.push(b']');
    out.push(b'"');
    let start = out.len();
    out.resize(start + base64::encoded_len(plain.len(), false).unwrap_or(0), 0);
    let written =
        URL_SAFE_NO_PAD.encode_slice(&plain, &mut out[start..]).expect("the buffer has the length that was computed");
    out.truncate(start + written);
    out.push(b'"');
}

/// The keys of a cursor of a list with this fingerprint and these representations.
///
/// # Errors
/// See [`CursorError`].
pub fn read(cursor: &str, fingerprint: u32, types: &[ColumnType]) -> Result<Vec<Value>, CursorError> {
    let plain = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError::Malformed)?;
    let parts: Vec<serde_json::Value> = serde_json::from_slice(&plain).map_err(|_| CursorError::Malformed)?;
    let (first, keys) = parts.split_first().ok_or(CursorError::Malformed)?;
    let given = first.as_u64().ok_or(CursorError::Malformed)?;
    if given != u64::from(fingerprint) || keys.len() != types.len() {
        return Err(CursorError::OtherOrder);
    }
    keys.iter().zip(types).map(|(key, ty)| value(key, *ty).ok_or(CursorError::Malformed)).collect()
}

/// The value whose JSON form in an answer is `json`.
fn value(json: &serde_json::Value, ty: ColumnType) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    Some(match ty {
        ColumnType::Uuid => Value::Uuid(json.as_str()?.parse().ok()?),
        ColumnType::Integer | ColumnType::BigInt => Value::Integer(json.as_i64()?),
        ColumnType::Float => Value::Float(json.as_f64()?),
        ColumnType::Boolean => Value::Boolean(json.as_bool()?),
        ColumnType::Decimal(scale) => Value::Decimal(crate::decimal::parse(json.as_str()?, scale).ok()?),
        ColumnType::Date => Value::Date(calendar::parse_date(json.as_str()?)?),
        ColumnType::Time => Value::Time(calendar::parse_time(json.as_str()?)?),
        ColumnType::Timestamp => Value::Timestamp(calendar::parse_timestamp(json.as_str()?)?),
        ColumnType::Text => Value::Text(json.as_str().filter(|text| !text.contains('\0'))?.to_owned()),
        ColumnType::TextArray | ColumnType::Json => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_guarded() {
        let mut out = Vec::new();
        write(&mut out, 7, br#""Acme","12.50",null"#);
        let text = String::from_utf8(out).unwrap();
        let types = [ColumnType::Text, ColumnType::Decimal(2), ColumnType::Integer];
        let cursor = text.trim_matches('"');
        let expected = vec![Value::Text("Acme".into()), Value::Decimal(1250), Value::Null];
        assert_eq!(read(cursor, 7, &types), Ok(expected));
        assert_eq!(read(cursor, 8, &types), Err(CursorError::OtherOrder));
        assert_eq!(read("no cursor!", 7, &types), Err(CursorError::Malformed));
    }
}
