//! Scalars and enums of a request, read as values.

use crate::{error::Error, schema::model::TypeTable};
use async_graphql_value::ConstValue;
use chrono_tz::Tz;
use kontor_domain::{calendar, decimal, decimal::DecimalError, plan, search::query::Query, value::Value};
use kontor_metadata::model::{Field, FieldType, Module};
use kontor_metadata::naming;
use uuid::Uuid;

/// How a scalar is read.
#[derive(Debug, Clone)]
pub enum Leaf {
    /// A UUID.
    Id,
    /// Text.
    Text,
    /// Text that is looked for.
    Sought,
    /// A text, or a pattern, that is looked for within others.
    Part,
    /// A full-text query.
    Search,
    /// A whole number.
    Integer,
    /// A double.
    Float,
    /// An exact number with so many digits behind the point.
    Decimal(u8),
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Timestamp,
    /// A value of this enum, as stored.
    Enum(String),
    /// Any JSON.
    Json,
    /// A path into JSON, `a.b.0`.
    JsonPath,
    /// Name of a time zone.
    TimeZone,
    /// A list of ids.
    Ids,
    /// A list of such values.
    List(Box<Leaf>),
}

/// Most characters of a text that is looked for within others: each is compared with all of them.
const LONGEST_PART: usize = 1_000;

impl Leaf {
    /// How values of a field are read.
    pub fn of(module: &Module, field: &Field) -> Self {
        let choice = || Leaf::Enum(naming::enum_type(&module.name, &field.name));
        match &field.ty {
            FieldType::Id | FieldType::Relation { .. } | FieldType::Polymorphic { .. } | FieldType::Many { .. } => {
                Leaf::Id
            }
            FieldType::Integer { .. } => Leaf::Integer,
            FieldType::Decimal { scale, .. } => Leaf::Decimal(*scale),
            FieldType::Float { .. } => Leaf::Float,
            FieldType::Boolean => Leaf::Boolean,
            FieldType::Date { .. } => Leaf::Date,
            FieldType::Time { .. } => Leaf::Time,
            FieldType::DateTime { .. } => Leaf::Timestamp,
            FieldType::Select { .. } => choice(),
            FieldType::MultiSelect { .. } => Leaf::List(Box::new(choice())),
            FieldType::Json { .. } => Leaf::Json,
            _ => Leaf::Text,
        }
    }

    /// How a value is read that is looked for rather than stored.
    pub fn sought(self) -> Self {
        if matches!(self, Leaf::Text) { Leaf::Sought } else { self }
    }

    /// How one option of a set is read.
    pub fn element(self) -> Self {
        match self {
            Leaf::List(inner) => *inner,
            other => other,
        }
    }
}

/// Why a value cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// Name of the rule that it breaks, stable: `decimal`, `date`, `uuid`, …
    pub(crate) rule: &'static str,
    english: String,
    german: String,
}

impl Unreadable {
    fn new(rule: &'static str, english: String, german: String) -> Self {
        Self { rule, english, german }
    }

    /// For people, in their language.
    pub(crate) fn message(&self, german: bool) -> &str {
        if german { &self.german } else { &self.english }
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        Self::input(unreadable.english)
    }
}

/// Reads a value.
pub(crate) fn convert(types: &TypeTable, leaf: &Leaf, value: &ConstValue) -> Result<Value, Unreadable> {
    if *value == ConstValue::Null {
        return Ok(Value::Null);
    }
    let is_no = |rule, english: &str, german: &str| {
        let shown = shown(value);
        Unreadable::new(rule, format!("{shown} is not {english}."), format!("{shown} ist {german}."))
    };
    let text = || match value {
        ConstValue::String(text) => Ok(text.as_str()),
        _ => Err(is_no("text", "a string", "kein Text")),
    };
    match leaf {
        Leaf::Id => {
            let given = match value {
                ConstValue::String(text) => text.clone(),
                other => other.to_string(),
            };
            Uuid::parse_str(&given).map(Value::Uuid).map_err(|_| {
                let given = shortened(&given);
                let example = "\"0190a6e2-7b1c-7c3a-9d2e-4f5a6b7c8d9e\"";
                Unreadable::new(
                    "uuid",
                    format!("\"{given}\" is not an id: ids are UUIDs such as {example}."),
                    format!("\"{given}\" ist keine ID: IDs sind UUIDs wie {example}."),
                )
            })
        }
        Leaf::Text => Ok(Value::Text(text()?.to_owned())),
        Leaf::Sought => match text()? {
            text if text.contains('\0') => Err(Unreadable::new(
                "characters",
                "U+0000 is in no text, and cannot be looked for.".to_owned(),
                "U+0000 steht in keinem Text und kann nicht gesucht werden.".to_owned(),
            )),
            text => Ok(Value::Text(text.to_owned())),
        },
        Leaf::Part => match convert(types, &Leaf::Sought, value)? {
            Value::Text(text) if text.chars().count() > LONGEST_PART => {
                let found = text.chars().count();
                Err(Unreadable::new(
                    "max",
                    format!(
                        "A text that is looked for within others takes {LONGEST_PART} characters at most, this one has {found}."
                    ),
                    format!(
                        "Ein Text, der in anderen gesucht wird, hat höchstens {LONGEST_PART} Zeichen, dieser hat {found}."
                    ),
                ))
            }
            part => Ok(part),
        },
        Leaf::Search => {
            let text = text()?;
            Query::parse(text).map_err(|e| Unreadable::new("search", e.to_string(), e.to_string()))?;
            Ok(Value::Text(text.to_owned()))
        }
        Leaf::Integer => match value {
            ConstValue::Number(number) if number.as_i64().is_some_and(|i| i32::try_from(i).is_ok()) => {
                Ok(Value::Integer(number.as_i64().unwrap_or_default()))
            }
            _ => Err(is_no("integer", "a whole number of 32 bits", "keine ganze Zahl von 32 Bit")),
        },
        Leaf::Float => match value {
            ConstValue::Number(number) => match number.as_f64().filter(|float| float.is_finite()) {
                Some(float) => Ok(Value::Float(float)),
                None => {
                    Err(Unreadable::new("float", format!("{number} is too large."), format!("{number} ist zu groß.")))
                }
            },
            _ => Err(is_no("float", "a number", "keine Zahl")),
        },
        Leaf::Decimal(scale) => decimal(*scale, value),
        Leaf::Boolean => match value {
            ConstValue::Boolean(boolean) => Ok(Value::Boolean(*boolean)),
            _ => Err(is_no("boolean", "a boolean", "kein Wahrheitswert")),
        },
        Leaf::Date => calendar::parse_date(text()?)
            .map(Value::Date)
            .ok_or_else(|| is_no("date", "a day such as \"2026-11-21\"", "kein Tag wie \"2026-11-21\"")),
        Leaf::Time => calendar::parse_time(text()?)
            .map(Value::Time)
            .ok_or_else(|| is_no("time", "a time of day such as \"04:19:38\"", "keine Uhrzeit wie \"04:19:38\"")),
        Leaf::Timestamp => calendar::parse_timestamp(text()?).map(Value::Timestamp).ok_or_else(|| {
            is_no(
                "datetime",
                "a moment such as \"2026-11-21T04:19:38Z\" (RFC 3339, with its offset)",
                "kein Zeitpunkt wie \"2026-11-21T04:19:38Z\" (RFC 3339, mit Zeitzone)",
            )
        }),
        Leaf::Enum(name) => {
            let given = match value {
                ConstValue::Enum(name) => name.as_str(),
                ConstValue::String(text) => text,
                _ => "",
            };
            let known = types.enums.get(name).and_then(|ty| ty.values.iter().find(|v| v.name == given));
            known
                .map(|v| Value::Text(v.stored.clone()))
                .ok_or_else(|| is_no("options", &format!("a value of {name}"), &format!("kein Wert von {name}")))
        }
        Leaf::Json => {
            let json = value.clone().into_json().map_err(|_| is_no("json", "JSON", "kein JSON"))?;
            Ok(Value::Json(json.to_string()))
        }
        Leaf::TimeZone => text()?.parse::<Tz>().map(|zone| Value::Text(zone.name().to_owned())).map_err(|_| {
            is_no(
                "timezone",
                "a time zone: give a name of the IANA time zone database such as \"Europe/Berlin\"",
                "keine Zeitzone: erwartet wird ein Name der IANA-Datenbank wie \"Europe/Berlin\"",
            )
        }),
        Leaf::Ids => match convert(types, &Leaf::List(Box::new(Leaf::Id)), value)? {
            Value::List(ids) if ids.len() as u64 > plan::MOST_IDS => {
                let (given, most) = (ids.len(), plan::MOST_IDS);
                Err(Unreadable::new(
                    "max",
                    format!("{given} ids are too many: ask for {most} at a time at most."),
                    format!("{given} IDs sind zu viele: höchstens {most} auf einmal."),
                ))
            }
            ids => Ok(ids),
        },
        Leaf::JsonPath => Ok(Value::List(text()?.split('.').map(|step| Value::Text(step.to_owned())).collect())),
        Leaf::List(inner) => match value {
            ConstValue::List(items) => {
                items.iter().map(|item| convert(types, inner, item)).collect::<Result<_, _>>().map(Value::List)
            }
            single => Ok(Value::List(vec![convert(types, inner, single)?])),
        },
    }
}

fn decimal(scale: u8, value: &ConstValue) -> Result<Value, Unreadable> {
    let text = match value {
        ConstValue::String(text) => text.clone(),
        ConstValue::Number(number) if number.is_f64() && !is_exact(&number.to_string()) => {
            return Err(Unreadable::new(
                "decimal",
                format!("{number} has been rounded on its way: send so many digits as a string."),
                format!("{number} wurde unterwegs gerundet: so viele Ziffern sind als Text zu senden."),
            ));
        }
        other => other.to_string(),
    };
    decimal::parse(&text, scale).map(Value::Decimal).map_err(|error| {
        let text = shortened(&text);
        let (english, german) = match error {
            DecimalError::Malformed => (
                format!("\"{text}\" is not a decimal number such as \"1250.00\"."),
                format!("\"{text}\" ist keine Dezimalzahl wie \"1250.00\"."),
            ),
            DecimalError::TooPrecise => (
                format!("\"{text}\" has more than {scale} digits behind the point."),
                format!("\"{text}\" hat mehr als {scale} Nachkommastellen."),
            ),
            DecimalError::TooLarge => {
                (format!("\"{text}\" has more than 18 digits."), format!("\"{text}\" hat mehr als 18 Ziffern."))
            }
        };
        Unreadable::new("decimal", english, german)
    })
}

/// Whether a double's digits are those that were written: 15 always are.
fn is_exact(number: &str) -> bool {
    let number = number.strip_suffix(".0").unwrap_or(number);
    number.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count() <= 15
}

fn shown(value: &ConstValue) -> String {
    shortened(&value.to_string())
}

/// Long values are not sent back whole.
pub(crate) fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        text.chars().take(60).chain(std::iter::once('…')).collect()
    }
}
