//! What was erased, to find where it was repeated.

use crate::value::Value;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Texts shorter than this are looked for as whole values only.
const SHORT: usize = 4;

/// Texts that were erased, as they stand in JSON.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeSet<String>);

impl Words {
    /// Adds a value of a record.
    pub(super) fn add(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.text(text),
            Value::Json(text) => self.json(&serde_json::from_str(text).unwrap_or_default()),
            _ => {}
        }
    }

    /// Adds the texts of a value of a log.
    pub(super) fn json(&mut self, value: &Json) {
        match value {
            Json::String(text) => self.text(text),
            Json::Array(items) => items.iter().for_each(|item| self.json(item)),
            Json::Object(object) => object.values().for_each(|value| self.json(value)),
            _ => {}
        }
    }

    /// Adds a text that is as good as a name, such as an id.
    pub(super) fn text(&mut self, text: &str) {
        let written = Json::from(text).to_string();
        let inner = &written[1..written.len() - 1];
        if inner.chars().count() < SHORT {
            self.0.insert(written);
        } else {
            self.0.insert(inner.to_owned());
        }
    }

    /// Whether any of them stands in JSON.
    pub(super) fn occur_in(&self, json: &str) -> bool {
        self.0.iter().any(|word| json.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_json_writes_them() {
        let mut words = Words::default();
        ["Ada \"Byron\"", "Li"].iter().for_each(|text| words.text(text));
        words.json(&serde_json::json!({"a": ["x@example.com"]}));
        assert!(words.occur_in(r#"{"name":"Ada \"Byron\" King"}"#) && words.occur_in(r#"["Li"]"#));
        assert!(words.occur_in(r#"{"m":"x@example.com"}"#));
        assert!(!words.occur_in(r#"{"name":"Lisa"}"#));
    }
}
