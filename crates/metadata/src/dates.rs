//! Dates and times as ISO 8601 writes them, checked without a calendar library.

/// `2026-11-21`, a day that exists.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (number(&text[..4]), number(&text[5..7]), number(&text[8..])) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    year >= 1 && (1..=days).contains(&day)
}

/// `09:30`, `09:30:00` or `09:30:00.123456`.
pub(crate) fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(c, f)| (c, Some(f)));
    let parts: Vec<&str> = clock.split(':').collect();
    let two = |part: &str, below: u32| part.len() == 2 && number(part).is_some_and(|n| n < below);
    let whole = match parts.as_slice() {
        [hour, minute] => fraction.is_none() && two(hour, 24) && two(minute, 60),
        [hour, minute, second] => two(hour, 24) && two(minute, 60) && two(second, 60),
        _ => false,
    };
    whole && fraction.is_none_or(|f| (1..=6).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit()))
}

/// `2026-11-21T09:30:00Z` or with an offset, RFC 3339.
pub(crate) fn is_datetime(text: &str) -> bool {
    let Some((date, rest)) = text.split_once('T') else { return false };
    let clock = match rest.strip_suffix('Z') {
        Some(clock) => clock,
        None => {
            let Some(at) = rest.rfind(['+', '-']) else { return false };
            let offset = &rest[at + 1..];
            if offset.len() != 5 || !is_time(offset) {
                return false;
            }
            &rest[..at]
        }
    };
    is_date(date) && clock.len() >= 8 && is_time(clock)
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
    fn times_and_moments() {
        assert!(is_time("09:30") && is_time("23:59:59.999999") && !is_time("24:00") && !is_time("9:30"));
        assert!(is_datetime("2026-11-21T09:30:00Z") && is_datetime("2026-11-21T09:30:00.5+01:00"));
        assert!(!is_datetime("2026-11-21 09:30:00") && !is_datetime("2026-11-21T09:30:00") && !is_datetime("now"));
    }
}
