//! The rules that a field's type has for its values.

use super::message::Broken;
use crate::{
    range::{self, Outside},
    value::Value,
};
use kontor_metadata::model::{Field, FieldType};
use regex::Regex;
use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

/// The first rule that the value breaks, if any. Null is the business of `required`.
pub(super) fn check(field: &Field, value: &Value) -> Option<Broken> {
    match (&field.ty, value) {
        (_, Value::Null) => field.required.then_some(Broken::Required),
        (FieldType::Text { max, pattern }, Value::Text(text)) => {
            required_text(field, text).or_else(|| length(text, *max)).or_else(|| matches(pattern.as_deref(), text))
        }
        (FieldType::LongText { max }, Value::Text(text)) => required_text(field, text).or_else(|| length(text, *max)),
        (FieldType::Select { options }, Value::Text(name)) => {
            let known = options.iter().any(|o| o.name == *name);
            (!known).then(|| Broken::Option(name.clone()))
        }
        (FieldType::MultiSelect { options }, Value::List(names)) => names.iter().find_map(|name| match name {
            Value::Text(name) if options.iter().any(|o| o.name == *name) => None,
            Value::Text(name) => Some(Broken::Option(name.clone())),
            _ => Some(Broken::Option("null".to_owned())),
        }),
        (FieldType::Json { .. }, Value::Json(text)) => nul_in_json(text),
        (ty, Value::Text(text)) => format(ty, text),
        (ty, value) => limits(ty, value),
    }
}

/// An empty text does not fill a required field.
fn required_text(field: &Field, text: &str) -> Option<Broken> {
    if field.required && text.trim().is_empty() {
        return Some(Broken::Required);
    }
    nul(text)
}

/// PostgreSQL's text cannot hold it, and nobody means it.
fn nul(text: &str) -> Option<Broken> {
    text.contains('\0').then_some(Broken::Nul)
}

/// The same in JSON text, where it is written as an escape.
fn nul_in_json(text: &str) -> Option<Broken> {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        if rest[at + 1..].starts_with("u0000") {
            return Some(Broken::Nul);
        }
        // What is escaped is one ASCII character in text that was written by a program.
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    None
}

fn length(text: &str, max: u32) -> Option<Broken> {
    // Bytes are never fewer than characters, so that short texts need no counting.
    let max_length = max as usize;
    (text.len() > max_length && text.chars().count() > max_length).then_some(Broken::TooLong(max))
}

fn limits(ty: &FieldType, value: &Value) -> Option<Broken> {
    let outside = range::outside(ty, value)?;
    let (min, max) = range::told(ty);
    let in_time = matches!(ty, FieldType::Date { .. } | FieldType::Time { .. } | FieldType::DateTime { .. });
    match (outside, in_time) {
        (Outside::Below, false) => min.map(Broken::Min),
        (Outside::Above, false) => max.map(Broken::Max),
        (Outside::Below, true) => min.map(Broken::Before),
        (Outside::Above, true) => max.map(Broken::After),
    }
}

/// Patterns are checked when the metadata is loaded, and compiled once.
fn matches(pattern: Option<&str>, text: &str) -> Option<Broken> {
    static COMPILED: LazyLock<RwLock<HashMap<String, Regex>>> = LazyLock::new(RwLock::default);
    let pattern = pattern?;
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    let regex = match known {
        Some(regex) => regex,
        None => {
            let regex = Regex::new(&format!("^(?:{pattern})$")).ok()?;
            COMPILED.write().unwrap_or_else(PoisonError::into_inner).insert(pattern.to_owned(), regex.clone());
            regex
        }
    };
    (!regex.is_match(text)).then(|| Broken::Pattern(pattern.to_owned()))
}

fn format(ty: &FieldType, text: &str) -> Option<Broken> {
    let (valid, max, rule, example) = match ty {
        FieldType::Email => (email(text), 254, "email", "name@example.com"),
        FieldType::Phone => (phone(text), 40, "phone", "+49 30 901820"),
        FieldType::Url => (url(text), 2048, "url", "https://example.com/"),
        FieldType::Color => (color(text), 7, "color", "#1e90ff"),
        FieldType::Currency => (kontor_metadata::iso::is_currency(text), 3, "currency", "EUR (ISO 4217)"),
        FieldType::Country => (country(text), 2, "country", "DE (ISO 3166-1)"),
        FieldType::Recurrence => (recurrence(text), 1000, "recurrence", "FREQ=WEEKLY;BYDAY=MO (RFC 5545)"),
        _ => return nul(text),
    };
    nul(text).or_else(|| length(text, max)).or_else(|| (!valid).then_some(Broken::Format { rule, example }))
}

/// RFC 5321 §4.1.2, without quoted local parts and address literals, which no mailbox of people uses.
fn email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let local_fits = !local.is_empty() && local.len() <= 64 && local.chars().all(atom);
    local_fits
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// E.164 with the usual spaces, points, strokes and brackets, and an extension.
fn phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let allowed = |c: char| c.is_ascii_digit() || " +-./()x".contains(c) || c == '\u{a0}';
    (3..=20).contains(&digits) && text.chars().all(allowed) && !text.trim_start_matches('+').contains('+')
}

fn url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn country(text: &str) -> bool {
    kontor_metadata::iso::is_country(text)
}

/// An RRULE value part: known parts only, each once, with FREQ (RFC 5545 §3.3.10).
fn recurrence(text: &str) -> bool {
    const PARTS: [&str; 14] = [
        "FREQ",
        "UNTIL",
        "COUNT",
        "INTERVAL",
        "BYSECOND",
        "BYMINUTE",
        "BYHOUR",
        "BYDAY",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYMONTH",
        "BYSETPOS",
        "WKST",
    ];
    const FREQUENCIES: [&str; 7] = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"];
    let text = text.strip_prefix("RRULE:").unwrap_or(text);
    let mut seen: Vec<&str> = Vec::new();
    for part in text.split(';') {
        let Some((name, value)) = part.split_once('=') else { return false };
        let known = PARTS.contains(&name) && !seen.contains(&name) && !value.is_empty();
        let fits = match name {
            "FREQ" => FREQUENCIES.contains(&value),
            "COUNT" | "INTERVAL" => value.parse::<u32>().is_ok_and(|n| n > 0),
            _ => value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b',' | b'+' | b'-')),
        };
        if !known || !fits {
            return false;
        }
        seen.push(name);
    }
    seen.contains(&"FREQ") && !(seen.contains(&"UNTIL") && seen.contains(&"COUNT"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_take_what_people_write() {
        for good in ["a@b.co", "jürgen.müller+crm@büro.example", "x_y@sub.example.com"] {
            assert!(email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a@@b.co", ".a@b.co", "a b@c.de", "a@-b.co"] {
            assert!(!email(bad), "{bad}");
        }
        assert!(phone("+49 (0)30 901820-12") && phone("555-0100 x12") && !phone("call me") && !phone("12"));
        assert!(url("https://example.com/a?b") && !url("example.com") && !url("javascript:alert(1)"));
        assert!(color("#1E90ff") && !color("1E90ff") && !color("#1E90f"));
    }

    #[test]
    fn nul_is_found_in_json() {
        assert!(nul_in_json(r#"{"a":"x\u0000"}"#).is_some() && nul_in_json(r#"["\\\u0000"]"#).is_some());
        assert!(nul_in_json(r#"["\\u0000", "\u0001", "ü\"ü"]"#).is_none());
    }

    #[test]
    fn recurrences_follow_the_rfc() {
        assert!(recurrence("FREQ=WEEKLY;BYDAY=MO,WE;INTERVAL=2"));
        assert!(recurrence("RRULE:FREQ=DAILY;COUNT=10"));
        for bad in
            ["", "WEEKLY", "FREQ=SOMETIMES", "BYDAY=MO", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;COUNT=1;UNTIL=20260101"]
        {
            assert!(!recurrence(bad), "{bad}");
        }
    }
}
