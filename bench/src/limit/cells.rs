//! A row of either database, as its driver hands it over: values go straight from it into JSON.

use kontor_domain::{calendar, json};
use sqlx::{Row as _, ValueRef as _, postgres::PgRow};

/// Columns of a row.
pub(super) trait Cells {
    /// A text.
    fn text(&self, column: usize) -> Option<&[u8]>;
    /// An identifier.
    fn id(&self, column: usize) -> Option<[u8; 16]>;
    /// An integer of up to 64 bits.
    fn integer(&self, column: usize) -> Option<i64>;
    /// Hundredths of an amount.
    fn cents(&self, column: usize) -> Option<i64>;
    /// Appends a date, `2026-11-21`.
    fn date(&self, out: &mut Vec<u8>, column: usize) -> bool;
    /// Appends a moment, `2026-11-21T07:30:00Z`.
    fn moment(&self, out: &mut Vec<u8>, column: usize) -> bool;

    /// Appends a text or null.
    fn write_text(&self, out: &mut Vec<u8>, column: usize) {
        match self.text(column) {
            Some(text) => json::text(out, text),
            None => out.extend_from_slice(b"null"),
        }
    }

    /// Appends an option of a picklist, whose GraphQL name has capitals.
    fn write_choice(&self, out: &mut Vec<u8>, column: usize) {
        match self.text(column) {
            Some(text) => {
                out.push(b'"');
                out.extend(text.iter().map(u8::to_ascii_uppercase));
                out.push(b'"');
            }
            None => out.extend_from_slice(b"null"),
        }
    }

    /// Appends an identifier or null.
    fn write_id(&self, out: &mut Vec<u8>, column: usize) {
        match self.id(column) {
            Some(id) => json::uuid(out, &id),
            None => out.extend_from_slice(b"null"),
        }
    }

    /// Appends an integer or null.
    fn write_integer(&self, out: &mut Vec<u8>, column: usize) {
        match self.integer(column) {
            Some(integer) => json::integer(out, integer),
            None => out.extend_from_slice(b"null"),
        }
    }

    /// Appends an amount or null.
    fn write_amount(&self, out: &mut Vec<u8>, column: usize) {
        match self.cents(column) {
            Some(cents) => json::decimal(out, cents, 2),
            None => out.extend_from_slice(b"null"),
        }
    }

    /// Appends a date or null.
    fn write_date(&self, out: &mut Vec<u8>, column: usize) {
        quoted(out, |out| self.date(out, column));
    }

    /// Appends a moment or null.
    fn write_moment(&self, out: &mut Vec<u8>, column: usize) {
        quoted(out, |out| self.moment(out, column));
    }
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> bool) {
    let start = out.len();
    out.push(b'"');
    if write(out) {
        out.push(b'"');
    } else {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

/// The bytes of a column in PostgreSQL's binary format.
fn binary(row: &PgRow, column: usize) -> Option<&[u8]> {
    row.try_get_raw(column).ok().and_then(|value| if value.is_null() { None } else { value.as_bytes().ok() })
}

fn big(bytes: &[u8]) -> i64 {
    match *bytes {
        [a, b] => i64::from(i16::from_be_bytes([a, b])),
        [a, b, c, d] => i64::from(i32::from_be_bytes([a, b, c, d])),
        _ => bytes.try_into().map_or(0, i64::from_be_bytes),
    }
}

impl Cells for PgRow {
    fn text(&self, column: usize) -> Option<&[u8]> {
        binary(self, column)
    }

    fn id(&self, column: usize) -> Option<[u8; 16]> {
        binary(self, column).and_then(|bytes| bytes.try_into().ok())
    }

    fn integer(&self, column: usize) -> Option<i64> {
        binary(self, column).map(big)
    }

    fn cents(&self, column: usize) -> Option<i64> {
        let mut amount: Option<sqlx::types::Decimal> = self.try_get(column).ok().flatten();
        if let Some(amount) = &mut amount {
            amount.rescale(2);
        }
        amount.and_then(|amount| i64::try_from(amount.mantissa()).ok())
    }

    fn date(&self, out: &mut Vec<u8>, column: usize) -> bool {
        let Some(days) = binary(self, column).map(big) else { return false };
        calendar::write_date(out, i32::try_from(days).unwrap_or(0) + calendar::POSTGRES_EPOCH_DAYS);
        true
    }

    fn moment(&self, out: &mut Vec<u8>, column: usize) -> bool {
        let Some(micros) = binary(self, column).map(big) else { return false };
        let mut whole = Vec::with_capacity(27);
        calendar::write_timestamp(&mut whole, micros + i64::from(calendar::POSTGRES_EPOCH_DAYS) * calendar::DAY);
        calendar::write_trimmed(out, &whole);
        true
    }
}

impl Cells for rusqlite::Row<'_> {
    fn text(&self, column: usize) -> Option<&[u8]> {
        self.get_ref(column).ok()?.as_bytes_or_null().ok()?
    }

    fn id(&self, column: usize) -> Option<[u8; 16]> {
        self.text(column).and_then(|bytes| bytes.try_into().ok())
    }

    fn integer(&self, column: usize) -> Option<i64> {
        self.get_ref(column).ok()?.as_i64_or_null().ok()?
    }

    fn cents(&self, column: usize) -> Option<i64> {
        self.integer(column)
    }

    fn date(&self, out: &mut Vec<u8>, column: usize) -> bool {
        let Some(text) = self.text(column) else { return false };
        out.extend_from_slice(text);
        true
    }

    fn moment(&self, out: &mut Vec<u8>, column: usize) -> bool {
        let Some(text) = self.text(column) else { return false };
        calendar::write_trimmed(out, text);
        true
    }
}
