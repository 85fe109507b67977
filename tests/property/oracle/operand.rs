//! Operands of filters.

use super::{
    BadInput,
    cell::{Cell, Kind, units},
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use kontor_metadata::model::Field;
use serde_json::Value as Json;
use uuid::Uuid;

/// One operand: a value of the column, or one of the options of a set.
pub(super) fn operand(field: Option<&Field>, kind: Kind, value: &Json) -> Result<Cell, BadInput> {
    let text = || value.as_str().ok_or(BadInput);
    Ok(match kind {
        Kind::Id => Cell::Id(Uuid::parse_str(text()?).map_err(|_| BadInput)?),
        Kind::Text | Kind::Options => {
            let choices = field.and_then(Field::choices);
            let choice = choices.and_then(|all| all.iter().find(|c| Some(c.gql.as_str()) == value.as_str()));
            match choice {
                Some(choice) => Cell::Text(choice.name.clone()),
                None => Cell::Text(text()?.to_owned()),
            }
        }
        Kind::Integer => Cell::Integer(value.as_i64().ok_or(BadInput)?),
        Kind::Decimal(scale) => {
            let digits = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Cell::Decimal(units(&digits, scale).ok_or(BadInput)?, scale)
        }
        Kind::Float => Cell::Float(value.as_f64().ok_or(BadInput)?),
        Kind::Boolean => Cell::Boolean(value.as_bool().ok_or(BadInput)?),
        Kind::Date => Cell::Date(text()?.parse::<NaiveDate>().map_err(|_| BadInput)?),
        Kind::Time => Cell::Time(text()?.parse::<NaiveTime>().map_err(|_| BadInput)?),
        Kind::Moment => Cell::Moment(DateTime::parse_from_rfc3339(text()?).map_err(|_| BadInput)?.with_timezone(&Utc)),
        Kind::Json => unreachable!("JSON has operators of its own"),
    })
}

/// Several operands.
pub(super) fn operands(field: Option<&Field>, kind: Kind, value: &Json) -> Result<Vec<Cell>, BadInput> {
    value.as_array().unwrap().iter().map(|value| operand(field, kind, value)).collect()
}

/// Ranges of days that move with time.
pub(super) mod day {
    use chrono::{Datelike as _, NaiveDate, TimeDelta};

    /// The first day of a range, and the first day behind it.
    pub(in super::super) fn range(name: &str, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        let by = |day: NaiveDate, days: i64| day + TimeDelta::days(days);
        let (which, unit) = name.split_once('_').unwrap_or((name, ""));
        match (which, unit) {
            ("TODAY", _) => return (today, by(today, 1)),
            ("YESTERDAY", _) => return (by(today, -1), today),
            ("TOMORROW", _) => return (by(today, 1), by(today, 2)),
            _ => {}
        }
        if let Some(days) = unit.strip_suffix("_DAYS") {
            let days: i64 = days.parse().unwrap();
            return if which == "LAST" { (by(today, 1 - days), by(today, 1)) } else { (today, by(today, days)) };
        }
        let step = match which {
            "LAST" => -1,
            "THIS" => 0,
            "NEXT" => 1,
            _ => panic!("unknown range {name}"),
        };
        if unit == "WEEK" {
            let monday = by(today, step * 7 - i64::from(today.weekday().num_days_from_monday()));
            return (monday, by(monday, 7));
        }
        let months = match unit {
            "MONTH" => 1,
            "QUARTER" => 3,
            "YEAR" => 12,
            _ => panic!("unknown range {name}"),
        };
        let all = today.year() * 12 + i32::try_from(today.month0()).unwrap();
        let first = (all.div_euclid(months) + step as i32) * months;
        let start = |months: i32| {
            let month = u32::try_from(months.rem_euclid(12)).unwrap() + 1;
            NaiveDate::from_ymd_opt(months.div_euclid(12), month, 1).unwrap()
        };
        (start(first), start(first + months))
    }
}
