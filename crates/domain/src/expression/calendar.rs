//! Arithmetic with days and moments, between the years 1 and 9999.

use crate::calendar::DAY;
use chrono::{Datelike as _, Days, Months, NaiveDate};
use kontor_metadata::expr::DatePart;

/// 0001-01-01, in days since 1970-01-01.
pub(super) const FIRST_DAY: i64 = -719_162;
/// 9999-12-31.
pub(super) const LAST_DAY: i64 = 2_932_896;
/// Most months that can be added or taken away: more than the calendar here holds is behind it.
pub(super) const MOST_MONTHS: i64 = 50_000;

/// The day, if it is in the calendar.
pub(super) fn day(days: i64) -> Option<i32> {
    if (FIRST_DAY..=LAST_DAY).contains(&days) { i32::try_from(days).ok() } else { None }
}

/// The moment, if it is in the calendar.
pub(super) fn moment(micros: i128) -> Option<i64> {
    let micros = i64::try_from(micros).ok()?;
    day(micros.div_euclid(DAY)).map(|_| micros)
}

/// So many months later, at most the last day of that month.
pub(super) fn add_months(days: i32, months: i64) -> Option<i32> {
    let months = Some(months).filter(|m| (-MOST_MONTHS..=MOST_MONTHS).contains(m))?;
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    let date = date(days)?;
    let moved = if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) }?;
    day(moved.signed_duration_since(NaiveDate::default()).num_days())
}

/// Year, month or day of the month.
pub(super) fn part(days: i32, part: DatePart) -> Option<i64> {
    let date = date(days)?;
    Some(match part {
        DatePart::Year => date.year().into(),
        DatePart::Month => date.month().into(),
        DatePart::Day => date.day().into(),
    })
}

fn date(days: i32) -> Option<NaiveDate> {
    let distance = Days::new(days.unsigned_abs().into());
    let epoch = NaiveDate::default();
    if days < 0 { epoch.checked_sub_days(distance) } else { epoch.checked_add_days(distance) }
}
