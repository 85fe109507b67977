use super::limits::{INT, date, datetime, power, time};
use super::options::is_color;
use super::scaled::scaled;
use crate::iso;
use crate::model::{Choice, FieldType, Literal, lengths};
use crate::yaml::{Kind, Node};
use regex::Regex;
use serde_json::Value;

/// A constant of the YAML as a value of a type; otherwise what was expected.
pub(crate) fn literal(node: &Node, ty: &FieldType) -> Result<Literal, String> {
    match ty {
        FieldType::Text { max, pattern } => {
            let text = words(node, *max)?;
            match pattern.as_deref().map(|p| Regex::new(&format!("^(?:{p})$"))) {
                Some(Ok(regex)) if !regex.is_match(&text) => Err("a text that matches the pattern".to_owned()),
                _ => Ok(Literal::Text(text)),
            }
        }
        FieldType::LongText { max } => words(node, *max).map(Literal::Text),
        FieldType::Integer { min, max } => {
            let number = node.as_number().and_then(|n| n.parse::<i64>().ok()).filter(|n| INT.contains(n));
            let number = number.ok_or("a whole number of 32 bits")?;
            within(number, *min, *max, i64::to_string).map(Literal::Integer)
        }
        FieldType::Decimal { scale, min, max, .. } => {
            let number = scaled(node.as_number().ok_or("a number")?, *scale)?;
            within(number, *min, *max, |n| unscaled(*n, *scale)).map(Literal::Scaled)
        }
        FieldType::Float { min, max } => {
            let number = node.as_number().and_then(|n| n.parse::<f64>().ok()).ok_or("a number")?;
            within(number, *min, *max, f64::to_string).map(Literal::Float)
        }
        FieldType::Boolean => node.as_bool().map(Literal::Boolean).ok_or_else(|| "true or false".to_owned()),
        FieldType::Date { min, max } => moment(node, date(node)?, *min, *max),
        FieldType::Time { min, max } => moment(node, time(node)?, *min, *max),
        FieldType::DateTime { min, max } => moment(node, datetime(node)?, *min, *max),
        FieldType::Select { options } => option(node, options).map(Literal::Text),
        FieldType::MultiSelect { options } => match &node.kind {
            Kind::List(items) => {
                items.iter().map(|item| option(item, options)).collect::<Result<_, _>>().map(Literal::List)
            }
            _ => Err("a list of options".to_owned()),
        },
        FieldType::Email => shape(node, is_email, "an e-mail address"),
        FieldType::Phone => shape(node, is_phone, "a telephone number such as +49 30 1234567"),
        FieldType::Url => shape(node, is_url, "an address such as https://example.org"),
        FieldType::Color => shape(node, is_color, "a colour such as \"#ff8800\""),
        FieldType::Currency => shape(node, iso::is_currency, "an ISO 4217 code such as EUR"),
        FieldType::Country => shape(node, iso::is_country, "an ISO 3166-1 alpha-2 code such as DE"),
        FieldType::Recurrence => shape(node, is_recurrence, "an RRULE such as FREQ=WEEKLY;BYDAY=MO"),
        FieldType::Json { schema } => {
            let value = json(node);
            match schema {
                Some(schema) if !schema.accepts(&value) => Err("a value that meets the `schema`".to_owned()),
                _ => Ok(Literal::Json(value.to_string())),
            }
        }
        FieldType::Id
        | FieldType::Relation { .. }
        | FieldType::Polymorphic { .. }
        | FieldType::Many { .. }
        | FieldType::Autonumber { .. } => Err("no default".to_owned()),
    }
}

fn words(node: &Node, max: u32) -> Result<String, String> {
    let text = match &node.kind {
        Kind::Scalar { text, plain } if !plain || (node.as_bool().is_none() && node.as_number().is_none()) => text,
        _ => return Err("a text, in quotes if it looks like something else".to_owned()),
    };
    if text.chars().count() > max as usize {
        return Err(format!("a text of at most {max} characters"));
    }
    Ok(text.clone())
}

fn within<T: PartialOrd>(value: T, min: Option<T>, max: Option<T>, show: impl Fn(&T) -> String) -> Result<T, String> {
    match (min, max) {
        (Some(min), _) if value < min => Err(format!("{} or more", show(&min))),
        (_, Some(max)) if value > max => Err(format!("{} or less", show(&max))),
        _ => Ok(value),
    }
}

/// A date or time, which stays as it is written.
fn moment<T: PartialOrd>(node: &Node, value: T, min: Option<T>, max: Option<T>) -> Result<Literal, String> {
    match (min, max) {
        (Some(min), _) if value < min => Err("one that is not before `min`".to_owned()),
        (_, Some(max)) if value > max => Err("one that is not after `max`".to_owned()),
        _ => Ok(Literal::Text(node.as_scalar().unwrap_or_default().to_owned())),
    }
}

fn unscaled(number: i64, scale: u8) -> String {
    if scale == 0 {
        return number.to_string();
    }
    let sign = if number < 0 { "-" } else { "" };
    let (whole, fraction) = (number.abs() / power(scale), number.abs() % power(scale));
    format!("{sign}{whole}.{fraction:0width$}", width = usize::from(scale))
}

fn shape(node: &Node, is: fn(&str) -> bool, expected: &str) -> Result<Literal, String> {
    match node.as_scalar() {
        Some(text) if is(text) => Ok(Literal::Text(text.to_owned())),
        _ => Err(expected.to_owned()),
    }
}

fn option(node: &Node, options: &[Choice]) -> Result<String, String> {
    match node.as_scalar() {
        Some(name) if options.iter().any(|o| o.name == name) => Ok(name.to_owned()),
        _ => Err("one of the options".to_owned()),
    }
}

fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && local.len() <= 64 && domain.len() > 1 && !domain.starts_with('.') && !domain.ends_with('.')
    }) && !text.contains(char::is_whitespace)
        && text.chars().count() <= lengths::EMAIL as usize
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (3..=20).contains(&digits)
        && text.chars().count() <= lengths::PHONE as usize
        && text.chars().all(|c| c.is_ascii_digit() || " +-()/.x".contains(c))
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|r| !r.is_empty() && !r.starts_with('/'))
        && !text.contains(char::is_whitespace)
        && text.chars().count() <= lengths::URL as usize
}

fn is_recurrence(text: &str) -> bool {
    text.chars().count() <= lengths::RECURRENCE as usize
        && text.split(';').any(|part| part.starts_with("FREQ="))
        && text
            .split(';')
            .all(|part| part.split_once('=').is_some_and(|(key, value)| !key.is_empty() && !value.is_empty()))
}

/// YAML as JSON.
pub(super) fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Scalar { text, .. } => match (node.as_bool(), node.as_number()) {
            (Some(b), _) => Value::Bool(b),
            (_, Some(number)) => serde_json::from_str(number).unwrap_or_else(|_| Value::String(text.clone())),
            _ => Value::String(text.clone()),
        },
        Kind::List(items) => Value::Array(items.iter().map(json).collect()),
        Kind::Map(entries) => Value::Object(entries.iter().map(|(k, v)| (k.value.clone(), json(v))).collect()),
    }
}
