//! Texts as they stand in YAML.

use crate::failure::Failure;

/// The line that binds an editor to a schema; `depth` folders lie between the file and the folder of packages.
pub(super) fn modeline(schema: &str, depth: usize) -> String {
    format!("# yaml-language-server: $schema={}{schema}.schema.json\n", "../".repeat(depth + 1))
}

/// Labels as given, `Fleet` or `de=Fuhrpark`, as a value; nothing where none is given.
pub(super) fn labels(given: &[String]) -> Result<Option<String>, Failure> {
    let mut texts = Vec::new();
    for label in given {
        let (tag, text) = match label.split_once('=') {
            Some((tag, text)) if is_tag(tag) => (tag, text),
            _ => ("en", label.as_str()),
        };
        if texts.iter().any(|(other, _)| *other == tag) {
            return Err(Failure::new(format!("two labels are in the language {tag}"))
                .help("give the language of each: --label en=Fleet --label de=Fuhrpark"));
        }
        texts.push((tag, text));
    }
    let entries: Vec<String> = texts.iter().map(|(tag, text)| format!("{tag}: {}", scalar(text))).collect();
    Ok((!entries.is_empty()).then(|| format!("{{{}}}", entries.join(", "))))
}

fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// A text as a scalar that is a text wherever it stands, in quotes unless it needs none.
pub(super) fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '(' | ')'))
        && !text.ends_with(' ')
        && !matches!(text.to_lowercase().as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off");
    // JSON's strings are YAML's, too.
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        for (text, expected) in [
            ("Kilometerstand", "Kilometerstand"),
            ("true", "\"true\""),
            ("12", "\"12\""),
            ("a: b", "\"a: b\""),
            ("say \"x\"", "\"say \\\"x\\\"\""),
        ] {
            assert_eq!(scalar(text), expected);
        }
        let given = ["Fleet".to_owned(), "de=Fuhrpark".to_owned()];
        assert_eq!(labels(&given).unwrap().unwrap(), "{en: Fleet, de: Fuhrpark}");
        assert!(labels(&["A".to_owned(), "en=B".to_owned()]).is_err());
    }
}
