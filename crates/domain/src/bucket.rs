//! The periods that days and moments are in, as PostgreSQL's `date_trunc` and `extract` give them; SQLite has neither.

use crate::{calendar, query::aggregate::Bucket};
use chrono::{
    DateTime, Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _, Timelike as _,
};
use chrono_tz::{OffsetComponents as _, Tz};

/// A period: where it begins, or its number where it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period<T> {
    /// Where it begins.
    Start(T),
    /// Its number.
    Number(u32),
}

/// The period of a day (days since 1970-01-01).
#[must_use]
pub fn of_day(day: i32, bucket: Bucket) -> Option<Period<i32>> {
    let date = NaiveDate::default().checked_add_signed(chrono::Duration::days(i64::from(day)))?;
    Some(match number(date, bucket) {
        Some(number) => Period::Number(number),
        None => {
            let days = first_day(date, bucket)?.signed_duration_since(NaiveDate::default()).num_days();
            Period::Start(i32::try_from(days).ok()?)
        }
    })
}

/// The period of a moment (microseconds since 1970) in a time zone.
#[must_use]
pub fn of_moment(micros: i64, bucket: Bucket, zone: Tz) -> Option<Period<i64>> {
    let moment = DateTime::from_timestamp_micros(micros)?.with_timezone(&zone);
    let start = match bucket {
        Bucket::Exact => return Some(Period::Start(micros)),
        Bucket::HourOfDay => return Some(Period::Number(moment.hour())),
        // Within the hour the offset is that of the moment.
        Bucket::Hour => {
            let local = moment.naive_local();
            let hour = local.date().and_hms_opt(local.hour(), 0, 0)?;
            hour.checked_sub_offset(moment.offset().fix())?
        }
        _ => match number(moment.date_naive(), bucket) {
            Some(number) => return Some(Period::Number(number)),
            None => midnight(first_day(moment.date_naive(), bucket)?, zone)?,
        },
    };
    Some(Period::Start(start.and_utc().timestamp_micros()))
}

/// The moment at which a day begins in a time zone (microseconds since 1970).
#[must_use]
pub fn start_of_day(date: NaiveDate, zone: Tz) -> Option<i64> {
    midnight(date, zone).map(|utc| utc.and_utc().timestamp_micros())
}

/// Midnight of a day, as UTC. One that comes twice is the one of standard time; one that clocks jump over is told by the
/// offset before the jump (both as PostgreSQL has it).
fn midnight(date: NaiveDate, zone: Tz) -> Option<NaiveDateTime> {
    let local = date.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&local) {
        chrono::LocalResult::Single(moment) => Some(moment.naive_utc()),
        chrono::LocalResult::Ambiguous(one, other) => {
            let standard = if one.offset().dst_offset().is_zero() { one } else { other };
            Some(standard.naive_utc())
        }
        chrono::LocalResult::None => {
            let before = zone.offset_from_utc_datetime(&(local - chrono::Duration::days(1)));
            local.checked_sub_offset(before.fix())
        }
    }
}

fn first_day(date: NaiveDate, bucket: Bucket) -> Option<NaiveDate> {
    match bucket {
        Bucket::Week => date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday()))),
        Bucket::Month => date.with_day(1),
        Bucket::Quarter => date.with_day(1)?.with_month0(date.month0() / 3 * 3),
        Bucket::Year => date.with_day(1)?.with_month(1),
        _ => Some(date),
    }
}

fn number(date: NaiveDate, bucket: Bucket) -> Option<u32> {
    match bucket {
        Bucket::DayOfWeek => Some(date.weekday().number_from_monday()),
        Bucket::MonthOfYear => Some(date.month()),
        Bucket::QuarterOfYear => Some(date.month0() / 3 + 1),
        _ => None,
    }
}

/// The period of a stored day or moment, as SQLite holds them: text for where it begins, a number where it comes again.
#[must_use]
pub fn of_text(text: &str, bucket: Bucket, zone: Option<&str>) -> Option<Period<String>> {
    let mut start = Vec::with_capacity(27);
    match zone {
        None => match of_day(calendar::parse_date(text)?, bucket)? {
            Period::Start(day) => calendar::write_date(&mut start, day),
            Period::Number(number) => return Some(Period::Number(number)),
        },
        Some(zone) => match of_moment(calendar::parse_timestamp(text)?, bucket, zone.parse().ok()?)? {
            Period::Start(micros) => calendar::write_timestamp(&mut start, micros),
            Period::Number(number) => return Some(Period::Number(number)),
        },
    }
    String::from_utf8(start).ok().map(Period::Start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str, bucket: Bucket, zone: &str) -> Period<String> {
        of_text(text, bucket, Some(zone)).unwrap()
    }

    #[test]
    fn days_are_in_periods() {
        let of = |bucket| of_text("2026-11-21", bucket, None).unwrap();
        let start = |text: &str| Period::Start(text.to_owned());
        assert_eq!(of(Bucket::Day), start("2026-11-21"));
        assert_eq!(of(Bucket::Week), start("2026-11-16"));
        assert_eq!(of(Bucket::Month), start("2026-11-01"));
        assert_eq!(of(Bucket::Quarter), start("2026-10-01"));
        assert_eq!(of(Bucket::Year), start("2026-01-01"));
        assert_eq!(of(Bucket::DayOfWeek), Period::Number(6));
        assert_eq!(of(Bucket::QuarterOfYear), Period::Number(4));
    }

    #[test]
    fn moments_have_the_day_of_their_zone() {
        let late = "2026-11-30T23:30:00.000000Z";
        assert_eq!(moment(late, Bucket::Month, "UTC"), Period::Start("2026-11-01T00:00:00.000000Z".to_owned()));
        assert_eq!(
            moment(late, Bucket::Month, "Europe/Berlin"),
            Period::Start("2026-11-30T23:00:00.000000Z".to_owned())
        );
        assert_eq!(moment(late, Bucket::HourOfDay, "Asia/Kolkata"), Period::Number(5));
        assert_eq!(moment(late, Bucket::Hour, "Asia/Kolkata"), Period::Start("2026-11-30T23:30:00.000000Z".to_owned()));
    }

    #[test]
    fn a_midnight_may_be_missing() {
        // Clocks in Santiago went from 24:00 to 1:00 on 2024-09-07.
        let noon = "2024-09-08T15:00:00.000000Z";
        let start = Period::Start("2024-09-08T04:00:00.000000Z".to_owned());
        assert_eq!(moment(noon, Bucket::Day, "America/Santiago"), start);
    }
}
