//! How long the texts of a field may be.

use super::FieldType;

/// RFC 5321, section 4.5.3.1.3, less the angle brackets.
pub(crate) const EMAIL: u32 = 254;
/// What browsers and proxies agree on.
pub(crate) const URL: u32 = 2048;
/// E.164 has 15 digits; the rest is for the ways to write them and for extensions.
pub(crate) const PHONE: u32 = 40;
/// An RRULE with long lists of days still fits.
pub(crate) const RECURRENCE: u32 = 1000;

impl FieldType {
    /// The longest text that the field takes, in characters; nothing for types that hold no free text.
    #[must_use]
    pub fn max_length(&self) -> Option<u32> {
        match self {
            FieldType::Text { max, .. } | FieldType::LongText { max } => Some(*max),
            FieldType::Email => Some(EMAIL),
            FieldType::Url => Some(URL),
            FieldType::Phone => Some(PHONE),
            FieldType::Recurrence => Some(RECURRENCE),
            _ => None,
        }
    }
}
