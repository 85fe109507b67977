//! The periods that days and moments are in.

use super::cell::Cell;
use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

/// Where a period begins, or its number where it comes again.
pub(super) enum Period {
    Start(Cell),
    Number(i64),
    None,
}

/// The period of a day, or of a moment in a time zone.
pub(super) fn of(cell: &Cell, bucket: &str, zone: Tz) -> Period {
    let (day, hour) = match cell {
        Cell::Date(day) => (*day, 0),
        Cell::Moment(at) => (at.with_timezone(&zone).date_naive(), at.with_timezone(&zone).hour()),
        _ => return Period::None,
    };
    let first = match bucket {
        "EXACT" => return Period::Start(cell.clone()),
        "HOUR_OF_DAY" => return Period::Number(i64::from(hour)),
        "DAY_OF_WEEK" => return Period::Number(i64::from(day.weekday().number_from_monday())),
        "MONTH_OF_YEAR" => return Period::Number(i64::from(day.month())),
        "QUARTER_OF_YEAR" => return Period::Number(i64::from(day.month0() / 3 + 1)),
        "HOUR" => {
            let Cell::Moment(at) = cell else { panic!("days have no hours") };
            let passed = at.with_timezone(&zone).time().signed_duration_since(NaiveTime::MIN);
            let hours = TimeDelta::hours(passed.num_hours());
            return Period::Start(Cell::Moment(*at - (passed - hours)));
        }
        "DAY" => day,
        "WEEK" => day - TimeDelta::days(i64::from(day.weekday().num_days_from_monday())),
        "MONTH" => on(day.year(), day.month()),
        "QUARTER" => on(day.year(), day.month0() / 3 * 3 + 1),
        "YEAR" => on(day.year(), 1),
        other => panic!("unknown period {other}"),
    };
    Period::Start(match cell {
        Cell::Date(_) => Cell::Date(first),
        _ => Cell::Moment(zone.from_local_datetime(&first.and_time(NaiveTime::MIN)).earliest().unwrap().to_utc()),
    })
}

fn on(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).unwrap()
}
