//! Values of columns: read from text, written as JSON, compared.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use kontor_metadata::model::{Field, FieldType};
use serde_json::{Value as Json, json};
use std::cmp::Ordering;
use uuid::Uuid;

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::property) enum Kind {
    Id,
    Text,
    Integer,
    Decimal(u8),
    Float,
    Boolean,
    Date,
    Time,
    Moment,
    Options,
    Json,
}

impl Kind {
    /// The kind of a stored field.
    pub(in crate::property) fn of(field: &Field) -> Self {
        match &field.ty {
            FieldType::Id | FieldType::Relation { .. } | FieldType::Polymorphic { .. } => Self::Id,
            FieldType::Integer { .. } => Self::Integer,
            FieldType::Decimal { scale, .. } => Self::Decimal(*scale),
            FieldType::Float { .. } => Self::Float,
            FieldType::Boolean => Self::Boolean,
            FieldType::Date { .. } => Self::Date,
            FieldType::Time { .. } => Self::Time,
            FieldType::DateTime { .. } => Self::Moment,
            FieldType::MultiSelect { .. } => Self::Options,
            FieldType::Json { .. } => Self::Json,
            _ => Self::Text,
        }
    }
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::property) enum Cell {
    Null,
    Id(Uuid),
    Text(String),
    Integer(i64),
    /// Units of 10^-scale.
    Decimal(i128, u8),
    Float(f64),
    Boolean(bool),
    Date(NaiveDate),
    Time(NaiveTime),
    Moment(DateTime<Utc>),
    Options(Vec<String>),
    Json(Json),
}

impl Cell {
    /// The value that a database shows as this text.
    pub(in crate::property) fn read(kind: Kind, text: Option<String>) -> Self {
        let Some(text) = text else { return Self::Null };
        match kind {
            Kind::Id if text.len() == 32 => Self::Id(Uuid::parse_str(&text).unwrap()),
            Kind::Id => Self::Id(text.parse().unwrap()),
            Kind::Text => Self::Text(text),
            Kind::Integer => Self::Integer(text.parse().unwrap()),
            Kind::Decimal(scale) => Self::Decimal(text.parse().unwrap(), scale),
            Kind::Float => unreachable!("floats are not read from text"),
            Kind::Boolean => Self::Boolean(matches!(text.as_str(), "true" | "1")),
            Kind::Date => Self::Date(text.parse().unwrap()),
            Kind::Time => Self::Time(text.parse().unwrap()),
            Kind::Moment => Self::Moment(text.parse().unwrap()),
            Kind::Options => Self::Options(serde_json::from_str(&text).unwrap()),
            Kind::Json => Self::Json(serde_json::from_str(&text).unwrap()),
        }
    }

    pub(in crate::property) fn is_null(&self) -> bool {
        *self == Self::Null
    }

    pub(in crate::property) fn id(&self) -> Option<Uuid> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    pub(in crate::property) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The value as an answer shows it; options by their names in GraphQL.
    pub(in crate::property) fn json(&self, field: &Field) -> Json {
        let option = |stored: &str| {
            let choice = field.choices().and_then(|all| all.iter().find(|c| c.name == stored));
            choice.map_or_else(|| stored.to_owned(), |c| c.gql.clone())
        };
        match self {
            Self::Text(text) => json!(option(text)),
            Self::Options(options) => json!(options.iter().map(|o| option(o)).collect::<Vec<_>>()),
            other => other.plain(),
        }
    }

    /// The value as an answer shows it, but for options.
    pub(in crate::property) fn plain(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Id(id) => json!(id.to_string()),
            Self::Text(text) => json!(text),
            Self::Integer(integer) => json!(integer),
            Self::Decimal(units, scale) => json!(decimal(*units, *scale)),
            Self::Float(float) => json!(float),
            Self::Boolean(boolean) => json!(boolean),
            Self::Date(date) => json!(date.to_string()),
            Self::Time(time) => json!(trimmed(&time.format("%H:%M:%S%.6f").to_string())),
            Self::Moment(moment) => {
                let text = moment.to_rfc3339_opts(SecondsFormat::Micros, true);
                json!(format!("{}Z", trimmed(text.trim_end_matches('Z'))))
            }
            Self::Options(options) => json!(options),
            Self::Json(json) => {
                let mut json = json.clone();
                json.sort_all_objects();
                json
            }
        }
    }

    /// Order of two values of one kind, neither null. Texts go by code point, ids by byte.
    pub(in crate::property) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Id(a), Self::Id(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Text(a), Self::Text(b)) => a.chars().cmp(b.chars()),
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Decimal(a, x), Self::Decimal(b, y)) if x == y => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b).unwrap(),
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Moment(a), Self::Moment(b)) => a.cmp(b),
            (Self::Options(a), Self::Options(b)) => a.cmp(b),
            (a, b) => panic!("{a:?} and {b:?} have no order"),
        }
    }
}

/// A time without the zeros at the end of its fraction.
fn trimmed(text: &str) -> &str {
    text.trim_end_matches('0').strip_suffix('.').unwrap_or_else(|| text.trim_end_matches('0'))
}

/// `-12.50` of −1250 and 2.
pub(in crate::property) fn decimal(units: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if units < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// −1250 of `-12.5` and 2; nothing if there are more digits than that.
pub(in crate::property) fn units(text: &str, scale: u8) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let scale = usize::from(scale);
    (fraction.len() <= scale).then(|| format!("{whole}{fraction:0<scale$}").parse().ok())?
}
