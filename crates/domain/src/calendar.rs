//! Dates and times as text (ISO 8601, RFC 3339), from and to the integers that values hold.

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;
/// Days from 1970-01-01 to 2000-01-01, PostgreSQL's epoch.
pub const POSTGRES_EPOCH_DAYS: i32 = 10_957;

/// Year, month and day of a day number (days since 1970-01-01; H. Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1))
}

fn two(out: &mut [u8], value: u32) {
    out[0] = b'0' + u8::try_from(value / 10 % 10).unwrap_or(0);
    out[1] = b'0' + u8::try_from(value % 10).unwrap_or(0);
}

/// Writes `2026-11-21`. Years are 0001 to 9999, as validation ensures.
pub fn write_date(out: &mut Vec<u8>, days: i32) {
    let (year, month, day) = civil(i64::from(days));
    let year = u32::try_from(year).unwrap_or(0);
    let mut buffer = *b"0000-00-00";
    two(&mut buffer[0..], year / 100);
    two(&mut buffer[2..], year);
    two(&mut buffer[5..], month);
    two(&mut buffer[8..], day);
    out.extend_from_slice(&buffer);
}

/// Writes `04:19:38.123456`, always with six digits.
pub fn write_time(out: &mut Vec<u8>, micros: i64) {
    let seconds = u32::try_from(micros / 1_000_000).unwrap_or(0);
    let fraction = u32::try_from(micros % 1_000_000).unwrap_or(0);
    let mut buffer = *b"00:00:00.000000";
    two(&mut buffer[0..], seconds / 3600);
    two(&mut buffer[3..], seconds / 60 % 60);
    two(&mut buffer[6..], seconds % 60);
    two(&mut buffer[9..], fraction / 10_000);
    two(&mut buffer[11..], fraction / 100);
    two(&mut buffer[13..], fraction);
    out.extend_from_slice(&buffer);
}

/// Writes `2026-11-21T04:19:38.123456Z`, always 27 bytes: the stored form on SQLite.
pub fn write_timestamp(out: &mut Vec<u8>, micros: i64) {
    write_date(out, i32::try_from(micros.div_euclid(DAY)).unwrap_or(0));
    out.push(b'T');
    write_time(out, micros.rem_euclid(DAY));
    out.push(b'Z');
}

/// Writes the stored form of a time or timestamp without the zeros at the end of its fraction: the form in answers.
pub fn write_trimmed(out: &mut Vec<u8>, stored: &[u8]) {
    let (body, zone) = match stored.split_last() {
        Some((b'Z', body)) => (body, &b"Z"[..]),
        _ => (stored, &b""[..]),
    };
    let mut end = body.len();
    if let Some(point) = body.iter().rposition(|b| *b == b'.') {
        while end > point + 1 && body[end - 1] == b'0' {
            end -= 1;
        }
        if end == point + 1 {
            end = point;
        }
    }
    out.extend_from_slice(&body[..end]);
    out.extend_from_slice(zone);
}

/// Days since 1970-01-01 of `2026-11-21`.
#[must_use]
pub fn parse_date(text: &str) -> Option<i32> {
    if text.len() != 10 {
        return None;
    }
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let days = date.signed_duration_since(chrono::NaiveDate::default()).num_days();
    (chrono::Datelike::year(&date) >= 1).then(|| i32::try_from(days).ok())?
}

/// Microseconds since midnight of `04:19`, `04:19:38` or `04:19:38.123456`.
#[must_use]
pub fn parse_time(text: &str) -> Option<i64> {
    let time = chrono::NaiveTime::parse_from_str(text, "%H:%M:%S%.f")
        .or_else(|_| chrono::NaiveTime::parse_from_str(text, "%H:%M"))
        .ok()?;
    let micros = time.signed_duration_since(chrono::NaiveTime::MIN).num_microseconds()?;
    (micros < DAY).then_some(micros)
}

/// Microseconds since 1970 of an RFC 3339 time with its offset; years 0001 to 9999.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<i64> {
    let moment = chrono::DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&chrono::Utc);
    (1..=9999).contains(&chrono::Datelike::year(&moment)).then(|| moment.timestamp_micros())
}

/// The present moment, microseconds since 1970.
#[must_use]
pub fn now() -> i64 {
    chrono::Utc::now().timestamp_micros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dates_round_trip() {
        for sample in ["0001-01-01", "1899-12-31", "1970-01-01", "2000-02-29", "2026-11-21", "9999-12-31"] {
            let days = parse_date(sample).unwrap();
            assert_eq!(text(|o| write_date(o, days)), sample);
        }
        assert_eq!(parse_date("2026-02-30"), None);
        assert_eq!(parse_date("0000-01-01"), None);
    }

    #[test]
    fn timestamps_are_stored_long_and_answered_short() {
        let micros = parse_timestamp("2026-11-21T06:19:38.1205+02:00").unwrap();
        let stored = text(|o| write_timestamp(o, micros));
        assert_eq!(stored, "2026-11-21T04:19:38.120500Z");
        assert_eq!(text(|o| write_trimmed(o, stored.as_bytes())), "2026-11-21T04:19:38.1205Z");
        assert_eq!(text(|o| write_trimmed(o, b"2026-11-21T04:19:38.000000Z")), "2026-11-21T04:19:38Z");
        assert_eq!(text(|o| write_trimmed(o, b"04:19:38.000000")), "04:19:38");
    }

    #[test]
    fn times_know_their_day() {
        assert_eq!(parse_time("04:19"), Some((4 * 3600 + 19 * 60) * 1_000_000));
        assert_eq!(parse_time("24:00"), None);
    }
}
