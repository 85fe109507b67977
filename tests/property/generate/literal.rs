//! Input values while they are made: written as GraphQL in a document, or as JSON in variables.

use serde_json::{Map, Value as Json, json};

/// An input value.
#[derive(Debug, Clone)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    /// Digits, as written.
    Number(String),
    Text(String),
    Enum(String),
    List(Vec<Literal>),
    Object(Vec<(String, Literal)>),
    Variable(String),
}

impl Literal {
    /// Any JSON as a literal.
    pub(super) fn of(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(boolean) => Self::Boolean(*boolean),
            Json::Number(number) => Self::Number(number.to_string()),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Json::Object(object) => Self::Object(object.iter().map(|(k, v)| (k.clone(), Self::of(v))).collect()),
        }
    }

    /// As in a document.
    pub(super) fn graphql(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean(boolean) => boolean.to_string(),
            Self::Number(text) | Self::Enum(text) => text.clone(),
            // JSON's escapes are GraphQL's.
            Self::Text(text) => json!(text).to_string(),
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::graphql).collect::<Vec<_>>().join(", "))
            }
            Self::Object(keys) => {
                let keys: Vec<_> = keys.iter().map(|(key, value)| format!("{key}: {}", value.graphql())).collect();
                format!("{{{}}}", keys.join(", "))
            }
            Self::Variable(name) => format!("${name}"),
        }
    }

    /// As in the variables of a request.
    pub(super) fn json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(boolean) => json!(boolean),
            Self::Number(digits) => serde_json::from_str(digits).unwrap(),
            Self::Text(text) | Self::Enum(text) => json!(text),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Object(keys) => keys.iter().map(|(k, v)| (k.clone(), v.json())).collect::<Map<_, _>>().into(),
            Self::Variable(name) => panic!("${name} inside a variable"),
        }
    }
}
