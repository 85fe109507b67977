//! Scalars: their names, what they are, and how field types map to them.

use kontor_metadata::model::{Field, FieldType, Module};
use kontor_metadata::naming;

/// Custom scalars: name, specification, description.
pub const CUSTOM: [(&str, &str, &str); 14] = [
    (
        "DateTime",
        "https://scalars.graphql.org/andimarek/date-time.html",
        "A moment, RFC 3339 in UTC: `2026-11-21T04:19:38Z`.",
    ),
    ("Date", "https://www.rfc-editor.org/rfc/rfc3339", "A day, ISO 8601: `2026-11-21`."),
    ("Time", "https://www.rfc-editor.org/rfc/rfc3339", "A time of day, ISO 8601: `04:19:38`."),
    ("Decimal", "https://www.rfc-editor.org/rfc/rfc8259", "An exact decimal number as a string: `\"1250.00\"`."),
    ("JSON", "https://www.rfc-editor.org/rfc/rfc8259", "Any JSON value."),
    ("EmailAddress", "https://www.rfc-editor.org/rfc/rfc5321", "An e-mail address, RFC 5321."),
    ("PhoneNumber", "https://www.itu.int/rec/T-REC-E.164", "A telephone number, E.164 with the usual separators."),
    ("URL", "https://url.spec.whatwg.org/", "An absolute http or https URL."),
    ("HexColorCode", "https://www.w3.org/TR/css-color-4/#hex-notation", "A colour: `#1e90ff`."),
    ("Currency", "https://www.iso.org/iso-4217-currency-codes.html", "A currency code, ISO 4217: `EUR`."),
    ("CountryCode", "https://www.iso.org/iso-3166-country-codes.html", "A country code, ISO 3166-1 alpha-2: `DE`."),
    (
        "RecurrenceRule",
        "https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10",
        "A recurrence rule, RFC 5545: `FREQ=WEEKLY;BYDAY=MO`.",
    ),
    (
        "EventCursor",
        "https://www.rfc-editor.org/rfc/rfc4648#section-5",
        "A place in the log of changes, opaque; it is given back as it was got.",
    ),
    (
        "Upload",
        "https://github.com/jaydenseric/graphql-multipart-request-spec",
        "A file: a variable that is `null` in `operations` and named in `map` of a multipart request.",
    ),
];

/// The output type of a stored field: a scalar or an enum.
pub fn name(module: &Module, field: &Field) -> String {
    match &field.ty {
        FieldType::Id | FieldType::Relation { .. } | FieldType::Polymorphic { .. } | FieldType::Many { .. } => "ID",
        FieldType::Text { .. } | FieldType::LongText { .. } | FieldType::Autonumber { .. } => "String",
        FieldType::Integer { .. } => "Int",
        FieldType::Decimal { .. } => "Decimal",
        FieldType::Float { .. } => "Float",
        FieldType::Boolean => "Boolean",
        FieldType::Date { .. } => "Date",
        FieldType::Time { .. } => "Time",
        FieldType::DateTime { .. } => "DateTime",
        FieldType::Select { .. } | FieldType::MultiSelect { .. } => {
            return naming::enum_type(&module.name, &field.name);
        }
        FieldType::Email => "EmailAddress",
        FieldType::Phone => "PhoneNumber",
        FieldType::Url => "URL",
        FieldType::Color => "HexColorCode",
        FieldType::Currency => "Currency",
        FieldType::Country => "CountryCode",
        FieldType::Recurrence => "RecurrenceRule",
        FieldType::Json { .. } => "JSON",
    }
    .to_owned()
}

/// The filter type of a stored field.
pub fn filter(module: &Module, field: &Field) -> String {
    match &field.ty {
        FieldType::Select { .. } => naming::enum_filter_type(&naming::enum_type(&module.name, &field.name)),
        FieldType::MultiSelect { .. } => {
            naming::enum_filter_type(&format!("{}Set", naming::enum_type(&module.name, &field.name)))
        }
        FieldType::Id | FieldType::Relation { .. } | FieldType::Polymorphic { .. } | FieldType::Many { .. } => {
            "IDFilter".to_owned()
        }
        FieldType::Integer { .. } => "IntFilter".to_owned(),
        FieldType::Decimal { .. } => "DecimalFilter".to_owned(),
        FieldType::Float { .. } => "FloatFilter".to_owned(),
        FieldType::Boolean => "BooleanFilter".to_owned(),
        FieldType::Date { .. } => "DateFilter".to_owned(),
        FieldType::Time { .. } => "TimeFilter".to_owned(),
        FieldType::DateTime { .. } => "DateTimeFilter".to_owned(),
        FieldType::Json { .. } => "JSONFilter".to_owned(),
        _ => "StringFilter".to_owned(),
    }
}
