//! Days and moments on which people work. Moments are µs since 1970 in UTC, days are days since 1970.

use super::rng::Rng;

pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// How many things happen in each hour from 7 to 18: mornings are busy, lunch is not.
const HOURS: [u32; 11] = [3, 9, 13, 14, 11, 5, 8, 13, 12, 8, 4];

/// The day of a moment.
pub(super) fn day(moment: i64) -> i64 {
    moment.div_euclid(DAY)
}

/// 0 is Monday, 6 Sunday.
pub(super) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// The day itself, or the Monday after a weekend.
pub(super) fn working_day(day: i64) -> i64 {
    day + (7 - weekday(day)) * i64::from(weekday(day) > 4)
}

/// A moment at which somebody works on the day or, after a weekend, the Monday.
pub(super) fn working_moment(rng: &mut Rng, day: i64) -> i64 {
    let hour = 7 + rng.weighted(&HOURS) as i64;
    working_day(day) * DAY + hour * HOUR + rng.range(0, HOUR - 1)
}

/// A working moment that many days after `moment`, at least one.
pub(super) fn later(rng: &mut Rng, moment: i64, from_days: i64, to_days: i64) -> i64 {
    let days = rng.range(from_days.max(1), to_days.max(1));
    working_moment(rng, day(moment) + days)
}

/// As [`later`], but never after `end`: then somewhere between the two.
pub(super) fn later_before(rng: &mut Rng, moment: i64, from_days: i64, to_days: i64, end: i64) -> i64 {
    let found = later(rng, moment, from_days, to_days);
    if found < end { found } else { moment + rng.range(1, (end - moment - 1).max(1)) }
}

/// A round time at which a meeting begins, on the day of `moment`.
pub(super) fn on_the_half_hour(moment: i64) -> i64 {
    moment - moment.rem_euclid(30 * MINUTE)
}

/// The year of a moment.
pub(super) fn year(moment: i64) -> i64 {
    let mut text = Vec::new();
    crate::calendar::write_date(&mut text, day(moment) as i32);
    text[..4].iter().fold(0, |year, digit| year * 10 + i64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::super::rng::Purpose;
    use super::*;

    #[test]
    fn nobody_works_on_weekends() {
        assert_eq!(weekday(0), 3, "1970-01-01 was a Thursday");
        let mut rng = Rng::new(1, Purpose::Text, 0);
        for days in 20_000..20_100 {
            let moment = working_moment(&mut rng, days);
            assert!(weekday(day(moment)) < 5);
            assert!((7..18).contains(&(moment.rem_euclid(DAY) / HOUR)));
        }
    }

    #[test]
    fn years_turn_at_midnight() {
        let new_year = 20_454 * DAY;
        assert_eq!((year(new_year - 1), year(new_year)), (2025, 2026));
    }
}
