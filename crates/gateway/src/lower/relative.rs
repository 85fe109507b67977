//! Ranges of days that move with time: `within: THIS_WEEK`. Days are those of the
//! organization's time zone, weeks begin on Monday (ISO 8601).

use chrono::{Datelike as _, Days, Months, NaiveDate};

/// Names and descriptions, as in the GraphQL enum `RelativeDate`.
pub const RANGES: [(&str, &str); 20] = [
    ("TODAY", "This day."),
    ("YESTERDAY", "The day before."),
    ("TOMORROW", "The day after."),
    ("THIS_WEEK", "Monday to Sunday of this week."),
    ("LAST_WEEK", "Monday to Sunday of the week before."),
    ("NEXT_WEEK", "Monday to Sunday of the week after."),
    ("THIS_MONTH", "All of this month."),
    ("LAST_MONTH", "All of the month before."),
    ("NEXT_MONTH", "All of the month after."),
    ("THIS_QUARTER", "All of this quarter."),
    ("LAST_QUARTER", "All of the quarter before."),
    ("NEXT_QUARTER", "All of the quarter after."),
    ("THIS_YEAR", "All of this year."),
    ("LAST_YEAR", "All of the year before."),
    ("NEXT_YEAR", "All of the year after."),
    ("LAST_7_DAYS", "The seven days that end with today."),
    ("LAST_30_DAYS", "The thirty days that end with today."),
    ("LAST_90_DAYS", "The ninety days that end with today."),
    ("NEXT_7_DAYS", "The seven days that begin with today."),
    ("NEXT_30_DAYS", "The thirty days that begin with today."),
];

/// First day of a range, and the first day behind it; `None` for an unknown name.
pub(super) fn bounds(range: &str, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let monday = today - Days::new(u64::from(today.weekday().num_days_from_monday()));
    let month = today.with_day(1)?;
    let quarter = month.with_month(month.month0() / 3 * 3 + 1)?;
    let year = month.with_month(1)?;
    let days = |first: NaiveDate, length: u64| (first, first + Days::new(length));
    let months = |first: NaiveDate, length: u32| (first, first + Months::new(length));
    Some(match range {
        "TODAY" => days(today, 1),
        "YESTERDAY" => days(today - Days::new(1), 1),
        "TOMORROW" => days(today + Days::new(1), 1),
        "THIS_WEEK" => days(monday, 7),
        "LAST_WEEK" => days(monday - Days::new(7), 7),
        "NEXT_WEEK" => days(monday + Days::new(7), 7),
        "THIS_MONTH" => months(month, 1),
        "LAST_MONTH" => months(month - Months::new(1), 1),
        "NEXT_MONTH" => months(month + Months::new(1), 1),
        "THIS_QUARTER" => months(quarter, 3),
        "LAST_QUARTER" => months(quarter - Months::new(3), 3),
        "NEXT_QUARTER" => months(quarter + Months::new(3), 3),
        "THIS_YEAR" => months(year, 12),
        "LAST_YEAR" => months(year - Months::new(12), 12),
        "NEXT_YEAR" => months(year + Months::new(12), 12),
        "LAST_7_DAYS" => days(today - Days::new(6), 7),
        "LAST_30_DAYS" => days(today - Days::new(29), 30),
        "LAST_90_DAYS" => days(today - Days::new(89), 90),
        "NEXT_7_DAYS" => days(today, 7),
        "NEXT_30_DAYS" => days(today, 30),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_calendar() {
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        let today = day("2026-11-21");
        for (range, from, to) in [
            ("TODAY", "2026-11-21", "2026-11-22"),
            ("THIS_WEEK", "2026-11-16", "2026-11-23"),
            ("LAST_MONTH", "2026-10-01", "2026-11-01"),
            ("THIS_QUARTER", "2026-10-01", "2027-01-01"),
            ("NEXT_YEAR", "2027-01-01", "2028-01-01"),
            ("LAST_30_DAYS", "2026-10-23", "2026-11-22"),
        ] {
            assert_eq!(bounds(range, today), Some((day(from), day(to))), "{range}");
        }
        assert!(RANGES.iter().all(|(range, _)| bounds(range, today).is_some()));
    }
}
