/// Digits of PostgreSQL's `numeric(18, scale)`, which also fit an `i64`.
const DIGITS: usize = 18;

/// A decimal number × 10^scale, exactly: `12.5` at scale 2 is 1250.
pub(super) fn scaled(number: &str, scale: u8) -> Result<i64, String> {
    let scale = usize::from(scale);
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return Err("a decimal number such as 12.50".to_owned());
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > scale {
        return Err(match scale {
            0 => "no digits after the point".to_owned(),
            1 => "at most 1 digit after the point".to_owned(),
            _ => format!("at most {scale} digits after the point"),
        });
    }
    let all = format!("{whole}{fraction:0<scale$}");
    let all = all.trim_start_matches('0');
    if all.len() > DIGITS {
        return Err(format!("at most {DIGITS} digits in all"));
    }
    let value: i64 = if all.is_empty() { 0 } else { all.parse().map_err(|_| "a number".to_owned())? };
    Ok(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn is_exact() {
        assert_eq!(scaled("12.5", 2), Ok(1250));
        assert_eq!(scaled("-0.07", 2), Ok(-7));
        assert_eq!(scaled("100", 0), Ok(100));
        assert_eq!(scaled("1.500", 1), Ok(15));
        assert_eq!(scaled(".5", 2), Ok(50));
        assert_eq!(scaled("9999999999999999.99", 2), Ok(999_999_999_999_999_999));
        assert!(scaled("0.001", 2).is_err());
        assert!(scaled("10000000000000000.00", 2).is_err());
        assert!(scaled("1e3", 2).is_err());
        assert!(scaled("", 2).is_err());
    }
}
