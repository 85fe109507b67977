use super::scaled::scaled;
use crate::dates;
use crate::raw::RawField;
use crate::report::{Code, Sink};
use crate::yaml::{Node, shown};

/// GraphQL's Int, and PostgreSQL's integer.
pub(super) const INT: std::ops::RangeInclusive<i64> = -2_147_483_648..=2_147_483_647;

/// `min` and `max` of a field, read by `read`; problems are reported here.
pub(super) fn pair<T: PartialOrd + Copy>(
    raw: &RawField,
    read: impl Fn(&Node) -> Result<T, String>,
    sink: &mut Sink,
) -> (Option<T>, Option<T>) {
    let mut one = |node: Option<&Node>, key: &str| {
        let node = node?;
        match read(node) {
            Ok(value) => Some(value),
            Err(expected) => {
                sink.at(node.span, Code::BadLimit, format!("`{}` cannot be the {key} of this field", shown(node)))
                    .label(format!("expected {expected}"));
                None
            }
        }
    };
    let (min, max) = (one(raw.min.as_ref(), "min"), one(raw.max.as_ref(), "max"));
    if let (Some(low), Some(high), Some(node)) = (min, max, &raw.min)
        && low > high
    {
        let high = raw.max.as_ref().map(shown).unwrap_or_default();
        sink.at(node.span, Code::MinAboveMax, format!("min {} is above max {high}", shown(node)))
            .label("no value can satisfy both");
    }
    (min, max)
}

pub(super) fn whole(node: &Node) -> Result<i64, String> {
    node.as_number()
        .and_then(|n| n.parse().ok())
        .filter(|n| INT.contains(n))
        .ok_or_else(|| "a whole number of 32 bits".to_owned())
}

pub(super) fn count(node: &Node) -> Result<u32, String> {
    node.as_number().and_then(|n| n.parse().ok()).ok_or_else(|| "a whole number, 0 or more".to_owned())
}

pub(super) fn length(node: &Node) -> Result<u32, String> {
    count(node).ok().filter(|n| (1..=10_000_000).contains(n)).ok_or_else(|| "a length of 1 to 10000000".to_owned())
}

pub(super) fn float(node: &Node) -> Result<f64, String> {
    node.as_number().and_then(|n| n.parse().ok()).ok_or_else(|| "a number".to_owned())
}

pub(super) fn decimal(scale: u8) -> impl Fn(&Node) -> Result<i64, String> {
    move |node| node.as_number().ok_or_else(|| "a number".to_owned()).and_then(|n| scaled(n, scale))
}

/// The largest whole number of `decimal(18, scale)` or the limit of a percentage.
pub(super) fn power(scale: u8) -> i64 {
    10_i64.pow(u32::from(scale))
}

pub(super) fn date(node: &Node) -> Result<i32, String> {
    node.as_scalar().and_then(dates::date).ok_or_else(|| "a date such as 2026-11-21".to_owned())
}

pub(super) fn time(node: &Node) -> Result<i64, String> {
    node.as_scalar().and_then(dates::time).ok_or_else(|| "a time such as 09:30:00".to_owned())
}

pub(super) fn datetime(node: &Node) -> Result<i64, String> {
    node.as_scalar().and_then(dates::datetime).ok_or_else(|| "a moment such as 2026-11-21T09:30:00Z".to_owned())
}
