use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{fmt, str::FromStr};

/// Which form the text of a cursor has.
const VERSION: &str = "1";

/// A place in the log: behind the event that it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// The event's transaction; 0 on SQLite, which has one at a time.
    pub(super) transaction: u64,
    /// Its number.
    pub(super) sequence: i64,
}

/// A text that is no cursor of the log.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the cursor is not one of this API's; pass on the `cursor` of an event as it was given")]
pub struct MalformedCursor;

impl fmt::Display for Cursor {
    /// Opaque to others: base64url.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = format!("{VERSION}.{}.{}", self.transaction, self.sequence);
        f.write_str(&URL_SAFE_NO_PAD.encode(plain))
    }
}

impl FromStr for Cursor {
    type Err = MalformedCursor;

    fn from_str(text: &str) -> Result<Self, MalformedCursor> {
        let plain = URL_SAFE_NO_PAD.decode(text).map_err(|_| MalformedCursor)?;
        let plain = std::str::from_utf8(&plain).map_err(|_| MalformedCursor)?;
        let mut parts = plain.split('.');
        let (Some(VERSION), Some(transaction), Some(sequence), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(MalformedCursor);
        };
        let transaction = transaction.parse().map_err(|_| MalformedCursor)?;
        let sequence = sequence.parse().map_err(|_| MalformedCursor)?;
        Ok(Self { transaction, sequence })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is_one() {
        let cursor = Cursor { transaction: 734, sequence: 12 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        let others = ["", "abc", "MS43MzQ", "Mi4xLjI", "MS4xLjIuMw", "MS54LjI"];
        assert!(others.iter().all(|text| text.parse::<Cursor>() == Err(MalformedCursor)));
    }
}
