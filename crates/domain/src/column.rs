//! How each field type is stored: the one table that `ddl`, the plans and the write pipeline share.

use kontor_metadata::model::{Field, FieldType};

/// The database a statement is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL 15 or newer.
    Postgres,
    /// SQLite 3.40 or newer, as bundled.
    Sqlite,
}

/// The stored representation of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum ColumnType {
    /// `uuid`, or a BLOB of 16 bytes.
    Uuid,
    /// `text COLLATE "C"`, or TEXT: ordered by code point on both.
    Text,
    /// 32 bits.
    Integer,
    /// 64 bits: counts and sums.
    BigInt,
    /// `numeric(18, scale)`, or INTEGER × 10^scale.
    Decimal(u8),
    /// IEEE 754 double.
    Float,
    /// `boolean`, or INTEGER 0 and 1.
    Boolean,
    /// `date`, or TEXT `2026-11-21`.
    Date,
    /// `time`, or TEXT `04:19:38.123456`.
    Time,
    /// `timestamptz`, or TEXT `2026-11-21T04:19:38.123456Z`, always 27 characters so that it sorts.
    Timestamp,
    /// `text[]`, or a JSON array as TEXT.
    TextArray,
    /// `jsonb`, or TEXT.
    Json,
}

impl ColumnType {
    /// The representation of a field's value, stored or computed; `None` for links to many.
    #[must_use]
    pub fn of(field: &Field) -> Option<Self> {
        Some(match &field.ty {
            FieldType::Id | FieldType::Relation { .. } | FieldType::Polymorphic { .. } => Self::Uuid,
            FieldType::Text { .. }
            | FieldType::LongText { .. }
            | FieldType::Select { .. }
            | FieldType::Email
            | FieldType::Phone
            | FieldType::Url
            | FieldType::Color
            | FieldType::Currency
            | FieldType::Country
            | FieldType::Recurrence
            | FieldType::Autonumber { .. } => Self::Text,
            FieldType::Integer { .. } => Self::Integer,
            FieldType::Decimal { scale, .. } => Self::Decimal(*scale),
            FieldType::Float { .. } => Self::Float,
            FieldType::Boolean => Self::Boolean,
            FieldType::Date { .. } => Self::Date,
            FieldType::Time { .. } => Self::Time,
            FieldType::DateTime { .. } => Self::Timestamp,
            FieldType::MultiSelect { .. } => Self::TextArray,
            FieldType::Json { .. } => Self::Json,
            FieldType::Many { .. } => return None,
        })
    }

    /// The SQL type in a column definition.
    #[must_use]
    pub fn sql(self, dialect: Dialect) -> String {
        let (postgres, sqlite) = match self {
            Self::Uuid => ("uuid", "BLOB"),
            Self::Text => ("text COLLATE \"C\"", "TEXT"),
            Self::Integer => ("integer", "INTEGER"),
            Self::BigInt => ("bigint", "INTEGER"),
            Self::Decimal(scale) => {
                return match dialect {
                    Dialect::Postgres => format!("numeric(18,{scale})"),
                    Dialect::Sqlite => "INTEGER".to_owned(),
                };
            }
            Self::Float => ("double precision", "REAL"),
            Self::Boolean => ("boolean", "INTEGER"),
            Self::Date => ("date", "TEXT"),
            Self::Time => ("time", "TEXT"),
            Self::Timestamp => ("timestamptz", "TEXT"),
            Self::TextArray => ("text[]", "TEXT"),
            Self::Json => ("jsonb", "TEXT"),
        };
        match dialect {
            Dialect::Postgres => postgres.to_owned(),
            Dialect::Sqlite => sqlite.to_owned(),
        }
    }
}
