//! Aggregates, as intent: records in groups, and what is computed of each group.

use super::{Deleted, Filter, Operand, Test};
use kontor_metadata::model::{FieldId, ModuleId};

/// Groups of records: which records, by what they are grouped, which groups in what order, and what to write of them.
#[derive(Debug, Clone)]
pub struct Aggregation {
    /// Module of the records.
    pub module: ModuleId,
    /// Condition on records.
    pub filter: Option<Filter>,
    /// Whether deleted records count.
    pub deleted: Deleted,
    /// What the records of a group have in common; one group of all records where there is none.
    pub keys: Vec<Key>,
    /// Condition on groups.
    pub having: Option<Having>,
    /// Order of groups; the keys are always added as the last tiebreakers.
    pub order: Vec<GroupOrder>,
    /// At most so many groups.
    pub size: u32,
    /// Groups to skip.
    pub offset: Option<Operand>,
    /// Keys of the object of a group, in order.
    pub parts: Vec<(String, GroupPart)>,
}

/// What the records of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Relations from the module to the field's module; empty for an own field.
    pub path: Vec<FieldId>,
    /// The value.
    pub value: KeyValue,
}

/// A value that records are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyValue {
    /// A stored field; the id of a relation.
    Field(FieldId),
    /// Name of the module that a polymorphic relation points to.
    TypeOf(FieldId),
    /// The period that a day or moment is in.
    Bucket {
        /// The day or moment.
        field: FieldId,
        /// The period.
        bucket: Bucket,
        /// Name of the time zone in which moments have a day (IANA time zone database).
        zone: Operand,
    },
}

/// A period. The first seven are known by where they begin, the others come again and are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// The moment itself.
    Exact,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// Monday to Sunday (ISO 8601).
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// A year.
    Year,
    /// 0 to 23.
    HourOfDay,
    /// 1 for Monday to 7 for Sunday (ISO 8601).
    DayOfWeek,
    /// 1 to 12.
    MonthOfYear,
    /// 1 to 4.
    QuarterOfYear,
}

impl Bucket {
    /// All, with their names in the API and what they are.
    pub const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Exact, "EXACT", "The moment itself."),
        (Self::Hour, "HOUR", "An hour, by its start."),
        (Self::Day, "DAY", "A day."),
        (Self::Week, "WEEK", "A week, by its Monday (ISO 8601)."),
        (Self::Month, "MONTH", "A month, by its first day."),
        (Self::Quarter, "QUARTER", "A quarter, by its first day."),
        (Self::Year, "YEAR", "A year, by its first day."),
        (Self::HourOfDay, "HOUR_OF_DAY", "The hour of the day, 0 to 23; only in `keys`."),
        (Self::DayOfWeek, "DAY_OF_WEEK", "The day of the week, 1 for Monday to 7 (ISO 8601); only in `keys`."),
        (Self::MonthOfYear, "MONTH_OF_YEAR", "The month of the year, 1 to 12; only in `keys`."),
        (Self::QuarterOfYear, "QUARTER_OF_YEAR", "The quarter of the year, 1 to 4; only in `keys`."),
    ];

    /// The bucket of a name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(bucket, ..)| *bucket)
    }

    /// Its name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(bucket, ..)| *bucket == self).map_or("EXACT", |(_, name, _)| name)
    }

    /// Whether it only makes sense of a moment.
    #[must_use]
    pub fn is_of_moments(self) -> bool {
        matches!(self, Self::Exact | Self::Hour | Self::HourOfDay)
    }

    /// Whether it comes again, and is known by a number.
    #[must_use]
    pub fn is_cyclic(self) -> bool {
        matches!(self, Self::HourOfDay | Self::DayOfWeek | Self::MonthOfYear | Self::QuarterOfYear)
    }
}

/// What is computed of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Number of records.
    Count,
    /// Number of records with a value in a field.
    CountValues(FieldId),
    /// Number of different values.
    CountDistinct(FieldId),
    /// Sum; null without values.
    Sum(FieldId),
    /// Arithmetic mean; null without values. Of exact numbers it is rounded, half away from zero, to four digits more
    /// than the field has.
    Avg(FieldId),
    /// Smallest value.
    Min(FieldId),
    /// Largest value.
    Max(FieldId),
}

/// A condition on a group.
#[derive(Debug, Clone)]
pub enum Having {
    /// All of them; true when there is none.
    All(Vec<Having>),
    /// Any of them; false when there is none.
    Any(Vec<Having>),
    /// Not.
    Not(Box<Having>),
    /// A test of what is computed.
    Test(Measure, Test),
}

/// An order of groups.
#[derive(Debug, Clone, Copy)]
pub struct GroupOrder {
    /// By what.
    pub by: OrderedBy,
    /// Largest first.
    pub descending: bool,
    /// Null before everything else.
    pub nulls_first: bool,
}

/// What groups are ordered by.
#[derive(Debug, Clone, Copy)]
pub enum OrderedBy {
    /// The key of this number.
    Key(usize),
    /// What is computed.
    Measure(Measure),
}

/// What to write of a group.
#[derive(Debug, Clone)]
pub enum GroupPart {
    /// JSON text.
    Constant(String),
    /// All keys, as a list.
    Keys,
    /// The key of this number.
    Key(usize),
    /// What is computed.
    Measure(Measure),
    /// An object of such parts.
    Object(Vec<(String, GroupPart)>),
}
