//! Dates and times as ISO 8601 writes them, read without a calendar library.

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Days since 1970-01-01 of `2026-11-21`, a day that exists.
pub(crate) fn date(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (year >= 1 && (1..=days).contains(&day)).then(|| days_since_1970(year, month, day))?
}

/// H. Hinnant, "chrono-compatible low-level date algorithms", for years from 1 on.
fn days_since_1970(year: u32, month: u32, day: u32) -> Option<i32> {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(i32::try_from(era * 146_097 + day_of_era).ok()? - 719_468)
}

/// Whether it is a day that exists.
pub(crate) fn is_date(text: &str) -> bool {
    date(text).is_some()
}

/// Microseconds since midnight of `09:30`, `09:30:00` or `09:30:00.123456`.
pub(crate) fn time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(c, f)| (c, Some(f)));
    let parts: Vec<&str> = clock.split(':').collect();
    let two = |part: &str, below: u32| number(part).filter(|n| part.len() == 2 && *n < below).map(i64::from);
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] if fraction.is_none() => (two(hour, 24)?, two(minute, 60)?, 0),
        [hour, minute, second] => (two(hour, 24)?, two(minute, 60)?, two(second, 60)?),
        _ => return None,
    };
    let micros = match fraction {
        None => 0,
        Some(digits) if (1..=6).contains(&digits.len()) => i64::from(number(&format!("{digits:0<6}"))?),
        Some(_) => return None,
    };
    Some((hour * 3_600 + minute * 60 + second) * SECOND + micros)
}

/// Microseconds since 1970 of `2026-11-21T09:30:00Z`, or with an offset, RFC 3339.
pub(crate) fn datetime(text: &str) -> Option<i64> {
    let (day, rest) = text.split_once('T')?;
    let (clock, offset) = match rest.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let at = rest.rfind(['+', '-'])?;
            let offset = rest.get(at + 1..).filter(|offset| offset.len() == 5).and_then(time)?;
            (&rest[..at], if rest[at..].starts_with('-') { -offset } else { offset })
        }
    };
    let clock = Some(clock).filter(|clock| clock.len() >= 8).and_then(time)?;
    Some(i64::from(date(day)?) * DAY + clock - offset)
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_exist() {
        assert!(is_date("2024-02-29") && is_date("2026-11-21"));
        for bad in ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-00-10", "2026-01-32", "äää-ää-ä"] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!((date("1970-01-01"), date("2026-11-21")), (Some(0), Some(20_778)));
        assert_eq!((date("0001-01-01"), date("2000-02-29")), (Some(-719_162), Some(11_016)));
    }

    #[test]
    fn times_and_moments() {
        assert_eq!((time("09:30"), time("00:00:01.5")), (Some(34_200 * SECOND), Some(1_500_000)));
        assert_eq!(time("23:59:59.999999"), Some(DAY - 1));
        for bad in ["24:00", "9:30", "09:30.5", "09:30:00.", "09:30:00.1234567", "09:60"] {
            assert_eq!(time(bad), None, "{bad}");
        }
        assert_eq!(datetime("1970-01-01T01:00:00.5+01:00"), Some(500_000));
        assert_eq!(datetime("2026-11-21T09:30:00Z"), datetime("2026-11-21T04:30:00-05:00"));
        for bad in ["2026-11-21 09:30:00", "2026-11-21T09:30:00", "2026-11-21T09:30Z", "now"] {
            assert_eq!(datetime(bad), None, "{bad}");
        }
    }
}
