//! JSON written straight from values: one writer per representation, used for both databases.

/// Escapes for the bytes below 0x20, `"` and `\`; zero where a byte needs none.
static ESCAPES: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut i = 0;
    while i < 32 {
        table[i] = b'u';
        i += 1;
    }
    table[8] = b'b';
    table[9] = b't';
    table[10] = b'n';
    table[12] = b'f';
    table[13] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes a string (RFC 8259 §7); `text` is UTF-8. Eight bytes at a time are passed over where none needs an escape.
pub fn text(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    let mut written = 0;
    let mut i = 0;
    while i < text.len() {
        while let Some(chunk) = text.get(i..i + 8) {
            let word = u64::from_ne_bytes(chunk.try_into().expect("eight bytes were taken"));
            if needs_escape(word) {
                break;
            }
            i += 8;
        }
        let Some(byte) = text.get(i) else { break };
        let escape = ESCAPES[usize::from(*byte)];
        if escape != 0 {
            out.extend_from_slice(&text[written..i]);
            if escape == b'u' {
                out.extend_from_slice(&[
                    b'\\',
                    b'u',
                    b'0',
                    b'0',
                    HEX[usize::from(byte >> 4)],
                    HEX[usize::from(byte & 15)],
                ]);
            } else {
                out.extend_from_slice(&[b'\\', escape]);
            }
            written = i + 1;
        }
        i += 1;
    }
    out.extend_from_slice(&text[written..]);
    out.push(b'"');
}

/// Whether any of eight bytes is below 0x20, a quote or a backslash (the "has zero byte" trick of Hacker's Delight §6).
fn needs_escape(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
    let quote = word ^ (ONES * 0x22);
    let quote = quote.wrapping_sub(ONES) & !quote & HIGHS;
    let backslash = word ^ (ONES * 0x5c);
    let backslash = backslash.wrapping_sub(ONES) & !backslash & HIGHS;
    control | quote | backslash != 0
}

/// Writes a UUID (RFC 9562) in its 36-character form, quoted.
pub fn uuid(out: &mut Vec<u8>, bytes: &[u8; 16]) {
    address(out, b"", bytes);
}

/// Writes a text that ends in a UUID, quoted; what stands before it needs no escapes.
pub fn address(out: &mut Vec<u8>, base: &[u8], bytes: &[u8; 16]) {
    out.push(b'"');
    out.extend_from_slice(base);
    let mut buffer = [b'-'; 37];
    buffer[36] = b'"';
    let mut k = 0;
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            k += 1;
        }
        buffer[k] = HEX[usize::from(byte >> 4)];
        buffer[k + 1] = HEX[usize::from(byte & 15)];
        k += 2;
    }
    out.extend_from_slice(&buffer);
}

/// Writes an integer.
pub fn integer(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Writes a double, shortest form that reads back the same; the databases refuse NaN and infinities on the way in.
pub fn float(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        out.extend_from_slice(ryu::Buffer::new().format_finite(value).as_bytes());
    } else {
        out.extend_from_slice(b"null");
    }
}

/// Writes `units` × 10^-scale as a quoted decimal, `"12.50"`.
pub fn decimal(out: &mut Vec<u8>, units: i64, scale: u8) {
    out.push(b'"');
    decimal_digits(out, units, scale);
    out.push(b'"');
}

/// The same for sums, which may have more than 18 digits.
pub fn long_decimal(out: &mut Vec<u8>, units: i128, scale: u8) {
    match i64::try_from(units) {
        Ok(units) => decimal(out, units, scale),
        Err(_) => {
            out.push(b'"');
            let mut buffer = itoa::Buffer::new();
            pointed(out, units < 0, buffer.format(units.unsigned_abs()).as_bytes(), scale);
            out.push(b'"');
        }
    }
}

/// Writes `units` × 10^-scale without quotes.
pub fn decimal_digits(out: &mut Vec<u8>, units: i64, scale: u8) {
    let mut buffer = itoa::Buffer::new();
    pointed(out, units < 0, buffer.format(units.unsigned_abs()).as_bytes(), scale);
}

fn pointed(out: &mut Vec<u8>, negative: bool, digits: &[u8], scale: u8) {
    if negative {
        out.push(b'-');
    }
    let scale = usize::from(scale);
    if scale == 0 {
        out.extend_from_slice(digits);
        return;
    }
    let whole = digits.len().saturating_sub(scale);
    if whole == 0 {
        out.extend_from_slice(b"0.");
        out.extend(std::iter::repeat_n(b'0', scale - digits.len()));
    } else {
        out.extend_from_slice(&digits[..whole]);
        out.push(b'.');
    }
    out.extend_from_slice(&digits[whole..]);
}

/// Writes JSON text again in one canonical form (sorted keys, no spaces), so that both databases give the same bytes.
/// Text that is not JSON, which no write lets in, becomes null.
pub fn json(out: &mut Vec<u8>, text: &[u8]) {
    let value = serde_json::from_slice::<serde_json::Value>(text).map(|mut value| {
        value.sort_all_objects();
        value
    });
    match value {
        Ok(value) => serde_json::to_writer(out, &value).expect("a JSON value is written into memory"),
        Err(_) => out.extend_from_slice(b"null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings_agree_with_serde() {
        for sample in
            ["", "plain", "with \"quotes\" and \\ back", "tab\tnew\nline\u{1}", "grüße 🙂 0123456789 \"", "\u{7f}ÿ"]
        {
            assert_eq!(written(|o| text(o, sample.as_bytes())), serde_json::to_string(sample).unwrap());
        }
    }

    #[test]
    fn decimals_keep_their_scale() {
        let cases = [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (1250, 2, "12.50"),
            (7, 0, "7"),
            (-123_456, 3, "-123.456"),
        ];
        for (units, scale, expected) in cases {
            assert_eq!(written(|o| decimal(o, units, scale)), format!("\"{expected}\""));
        }
    }

    #[test]
    fn uuids_have_their_dashes() {
        let id = uuid::Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(written(|o| uuid(o, id.as_bytes())), format!("\"{id}\""));
    }

    #[test]
    fn json_is_canonical() {
        assert_eq!(written(|o| json(o, br#"{"b": 1, "a": [1.50, null]}"#)), r#"{"a":[1.5,null],"b":1}"#);
    }
}
