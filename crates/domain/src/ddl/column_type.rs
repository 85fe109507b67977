//! Column types as the ledger writes them: `text`, `decimal(2)`.

use crate::column::ColumnType;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// The name of a column type in the ledger and in messages.
pub(super) fn name(ty: ColumnType) -> String {
    match ty {
        ColumnType::Uuid => "uuid".to_owned(),
        ColumnType::Text => "text".to_owned(),
        ColumnType::Integer => "integer".to_owned(),
        ColumnType::BigInt => "bigint".to_owned(),
        ColumnType::Decimal(scale) => format!("decimal({scale})"),
        ColumnType::Float => "float".to_owned(),
        ColumnType::Boolean => "boolean".to_owned(),
        ColumnType::Date => "date".to_owned(),
        ColumnType::Time => "time".to_owned(),
        ColumnType::Timestamp => "datetime".to_owned(),
        ColumnType::TextArray => "list of text".to_owned(),
        ColumnType::Json => "json".to_owned(),
    }
}

fn parse(name: &str) -> Option<ColumnType> {
    Some(match name {
        "uuid" => ColumnType::Uuid,
        "text" => ColumnType::Text,
        "integer" => ColumnType::Integer,
        "bigint" => ColumnType::BigInt,
        "float" => ColumnType::Float,
        "boolean" => ColumnType::Boolean,
        "date" => ColumnType::Date,
        "time" => ColumnType::Time,
        "datetime" => ColumnType::Timestamp,
        "list of text" => ColumnType::TextArray,
        "json" => ColumnType::Json,
        _ => ColumnType::Decimal(name.strip_prefix("decimal(")?.strip_suffix(')')?.parse().ok()?),
    })
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
pub(super) fn serialize<S: Serializer>(ty: &ColumnType, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&name(*ty))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ColumnType, D::Error> {
    let name = String::deserialize(deserializer)?;
    parse(&name).ok_or_else(|| D::Error::custom(format!("unknown column type `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read_back() {
        for ty in [
            ColumnType::Uuid,
            ColumnType::Text,
            ColumnType::Integer,
            ColumnType::BigInt,
            ColumnType::Decimal(4),
            ColumnType::Float,
            ColumnType::Boolean,
            ColumnType::Date,
            ColumnType::Time,
            ColumnType::Timestamp,
            ColumnType::TextArray,
            ColumnType::Json,
        ] {
            assert_eq!(parse(&name(ty)), Some(ty));
        }
        assert_eq!(parse("decimal(x)"), None);
    }
}
