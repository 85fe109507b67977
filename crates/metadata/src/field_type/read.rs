use super::{TypeName, autonumber, limits, options, schema};
use crate::model::{DecimalKind, FieldType};
use crate::raw::RawField;
use crate::report::{Code, Sink};

/// Longest `text` and `longtext` unless the author says otherwise.
const TEXT: u32 = 255;
const LONG_TEXT: u32 = 100_000;

/// What a field holds, with limits and options; relations are resolved elsewhere. Problems are reported, and a type
/// is returned wherever one can be made, so that other rules can go on.
pub(crate) fn read(raw: &RawField, name: TypeName, sink: &mut Sink) -> Option<FieldType> {
    Some(match name {
        TypeName::Text => FieldType::Text { max: max(raw, TEXT, sink), pattern: pattern(raw, sink) },
        TypeName::LongText => FieldType::LongText { max: max(raw, LONG_TEXT, sink) },
        TypeName::Integer => {
            let (min, max) = limits::pair(raw, limits::whole, sink);
            FieldType::Integer { min, max }
        }
        TypeName::Decimal => decimal(raw, DecimalKind::Decimal, sink),
        TypeName::Money => decimal(raw, DecimalKind::Money, sink),
        TypeName::Percent => decimal(raw, DecimalKind::Percent, sink),
        TypeName::Float => {
            let (min, max) = limits::pair(raw, limits::float, sink);
            FieldType::Float { min, max }
        }
        TypeName::Boolean => FieldType::Boolean,
        TypeName::Date => {
            let (min, max) = limits::pair(raw, limits::date, sink);
            FieldType::Date { min, max }
        }
        TypeName::Time => {
            let (min, max) = limits::pair(raw, limits::time, sink);
            FieldType::Time { min, max }
        }
        TypeName::DateTime => {
            let (min, max) = limits::pair(raw, limits::datetime, sink);
            FieldType::DateTime { min, max }
        }
        TypeName::Select => FieldType::Select { options: options::read(raw, sink).unwrap_or_default() },
        TypeName::MultiSelect => FieldType::MultiSelect { options: options::read(raw, sink).unwrap_or_default() },
        TypeName::Email => FieldType::Email,
        TypeName::Phone => FieldType::Phone,
        TypeName::Url => FieldType::Url,
        TypeName::Color => FieldType::Color,
        TypeName::Currency => FieldType::Currency,
        TypeName::Country => FieldType::Country,
        TypeName::Recurrence => FieldType::Recurrence,
        TypeName::Autonumber => FieldType::Autonumber { pattern: number_pattern(raw, sink) },
        TypeName::Json => FieldType::Json { schema: schema::read(raw, sink) },
        TypeName::Relation => return None,
    })
}

/// `min` and `max` of a relation to many.
pub(crate) fn link_counts(raw: &RawField, sink: &mut Sink) -> (Option<u32>, Option<u32>) {
    limits::pair(raw, limits::count, sink)
}

fn max(raw: &RawField, default: u32, sink: &mut Sink) -> u32 {
    limits::pair(raw, limits::length, sink).1.unwrap_or(default)
}

fn decimal(raw: &RawField, kind: DecimalKind, sink: &mut Sink) -> FieldType {
    let mut scale = 2;
    if let Some(written) = &raw.scale {
        match u8::try_from(written.value) {
            Ok(digits @ 0..=9) => scale = digits,
            _ => {
                sink.at(written.span, Code::BadScale, format!("a scale of {} is not possible", written.value))
                    .label("expected 0 to 9 digits after the point");
            }
        }
    }
    let (mut min, mut max) = limits::pair(raw, limits::decimal(scale), sink);
    if kind == DecimalKind::Percent {
        min = min.or((raw.min.is_none()).then_some(0));
        max = max.or((raw.max.is_none()).then(|| 100 * limits::power(scale)));
    }
    FieldType::Decimal { kind, scale, min, max }
}

fn pattern(raw: &RawField, sink: &mut Sink) -> Option<String> {
    let pattern = raw.pattern.as_ref()?;
    if let Err(error) = regex::Regex::new(&pattern.value) {
        // The library's message is a drawing over several lines; its last line says what is wrong.
        let message = error.to_string();
        let last = message.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
        sink.at(pattern.span, Code::BadPattern, format!("`{}` is not a regular expression", pattern.value))
            .label(last)
            .help("the syntax is that of https://docs.rs/regex");
    }
    Some(pattern.value.clone())
}

fn number_pattern(raw: &RawField, sink: &mut Sink) -> String {
    let Some(pattern) = &raw.pattern else {
        sink.at(raw.name.span, Code::BadAutonumber, format!("autonumber `{}` has no `pattern`", raw.name.value))
            .label("needs a pattern")
            .help("for example `pattern: \"Q-{YYYY}-{0000}\"`");
        return String::new();
    };
    if let Err(why) = autonumber::check(&pattern.value) {
        sink.at(pattern.span, Code::BadAutonumber, format!("`{}` is not a pattern for numbers", pattern.value))
            .label(format!("it has {why}"))
            .help("for example `pattern: \"Q-{YYYY}-{0000}\"`");
    }
    pattern.value.clone()
}
