//! Exact decimals as text, from and to whole units of 10^-scale.

/// Why a decimal is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalError {
    /// Not a number such as `-12.50`.
    Malformed,
    /// More digits after the point than the field holds.
    TooPrecise,
    /// More than 18 digits in all.
    TooLarge,
}

/// Units of 10^-scale of a decimal such as `-12.5`, `1e3` excepted: exponents are for floats.
///
/// # Errors
/// See [`DecimalError`].
pub fn parse(text: &str, scale: u8) -> Result<i64, DecimalError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || digits.ends_with('.') {
        return Err(DecimalError::Malformed);
    }
    let scale = usize::from(scale);
    let significant = fraction.trim_end_matches('0');
    if significant.len() > scale {
        return Err(DecimalError::TooPrecise);
    }
    let mut units: i64 = 0;
    for digit in whole.bytes().chain(significant.bytes()).chain(std::iter::repeat_n(b'0', scale - significant.len())) {
        units = units
            .checked_mul(10)
            .and_then(|u| u.checked_add(i64::from(digit - b'0')))
            .filter(|u| *u < 1_000_000_000_000_000_000)
            .ok_or(DecimalError::TooLarge)?;
    }
    Ok(if negative { -units } else { units })
}

/// `dividend / divisor` as a whole number, halves away from zero, as PostgreSQL rounds numerics. The divisor is positive.
#[must_use]
pub fn rounded(dividend: i128, divisor: i128) -> i128 {
    let half = divisor / 2 + divisor % 2;
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.abs() >= half { quotient + dividend.signum() } else { quotient }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_away_from_zero() {
        let cases = [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (5, 3, 2), (-4, 3, -1), (0, 7, 0), (3, 1, 3), (1, 3, 0)];
        for (dividend, divisor, expected) in cases {
            assert_eq!(rounded(dividend, divisor), expected, "{dividend} / {divisor}");
        }
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(parse("12.5", 2), Ok(1250));
        assert_eq!(parse("-0.05", 2), Ok(-5));
        assert_eq!(parse("7.100", 1), Ok(71));
        assert_eq!(parse("7.101", 2), Err(DecimalError::TooPrecise));
        assert_eq!(parse("9999999999999999.99", 2), Ok(999_999_999_999_999_999));
        assert_eq!(parse("10000000000000000.00", 2), Err(DecimalError::TooLarge));
        for bad in ["", "-", ".5", "5.", "1e3", "1,5", "+1", " 1"] {
            assert_eq!(parse(bad, 2), Err(DecimalError::Malformed), "{bad}");
        }
    }
}
