//! Field types: their names, the keys each takes, and how limits, options and constants are read.

mod autonumber;
mod limits;
mod literal;
mod options;
mod read;
mod scaled;
mod schema;

pub(crate) use literal::literal;
pub(crate) use read::{link_counts, read};

/// The name of a type as an author writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeName {
    Text,
    LongText,
    Integer,
    Decimal,
    Percent,
    Money,
    Float,
    Boolean,
    Date,
    Time,
    DateTime,
    Select,
    MultiSelect,
    Email,
    Phone,
    Url,
    Color,
    Currency,
    Country,
    Recurrence,
    Relation,
    Autonumber,
    Json,
}

use TypeName as T;

/// Every type and its name, in the order of the documentation.
const NAMES: [(&str, T); 23] = [
    ("text", T::Text),
    ("longtext", T::LongText),
    ("integer", T::Integer),
    ("decimal", T::Decimal),
    ("percent", T::Percent),
    ("money", T::Money),
    ("float", T::Float),
    ("boolean", T::Boolean),
    ("date", T::Date),
    ("time", T::Time),
    ("datetime", T::DateTime),
    ("select", T::Select),
    ("multiselect", T::MultiSelect),
    ("email", T::Email),
    ("phone", T::Phone),
    ("url", T::Url),
    ("color", T::Color),
    ("currency", T::Currency),
    ("country", T::Country),
    ("recurrence", T::Recurrence),
    ("relation", T::Relation),
    ("autonumber", T::Autonumber),
    ("json", T::Json),
];

impl TypeName {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, t)| *t)
    }

    pub(crate) fn all() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, t)| *t == self).map_or("", |(name, _)| name)
    }

    fn is_number(self) -> bool {
        matches!(self, T::Integer | T::Decimal | T::Percent | T::Money | T::Float)
    }

    fn is_moment(self) -> bool {
        matches!(self, T::Date | T::Time | T::DateTime)
    }

    /// Whether a field of this type may have this key; keys that every field has are allowed everywhere.
    pub(crate) fn allows(self, key: &str, many: bool) -> bool {
        let relation = self == T::Relation;
        match key {
            "min" => self.is_number() || self.is_moment() || many,
            "max" => self.is_number() || self.is_moment() || many || matches!(self, T::Text | T::LongText),
            "pattern" => matches!(self, T::Text | T::Autonumber),
            "scale" => matches!(self, T::Decimal | T::Percent | T::Money),
            "options" | "replace" => matches!(self, T::Select | T::MultiSelect),
            "flow" => self == T::Select,
            "depends_on" => matches!(self, T::Select | T::MultiSelect),
            "to" | "inverse" | "inverse_label" | "many" | "where" => relation,
            "on_erase" => relation && !many,
            "on_delete" | "column" => !many && (relation || key == "column"),
            "schema" => self == T::Json,
            "search" => {
                matches!(self, T::Text | T::LongText | T::Email | T::Phone | T::Url | T::Autonumber)
            }
            "touch" => matches!(self, T::Date | T::DateTime),
            "remind" => self == T::DateTime,
            "mentions" => matches!(self, T::Text | T::LongText),
            "rollup" => self.is_number() || self.is_moment(),
            "default" => !relation && self != T::Autonumber,
            "compute" => !relation && self != T::Autonumber,
            "copy_from" => !many && self != T::Autonumber,
            "unique" => !many && !matches!(self, T::Json | T::MultiSelect | T::LongText),
            "indexed" => !many && !matches!(self, T::Json | T::LongText),
            "immutable" => self != T::Autonumber,
            _ => true,
        }
    }
}
