//! JSON at a path for SQLite, with the meaning of PostgreSQL's `#>` and of equality of `jsonb`.

use serde_json::Value;

/// Whether the value at the path is this one; `None` where there is none.
pub(crate) fn is(json: &str, path: &[String], expected: &str) -> Option<bool> {
    let json: Value = serde_json::from_str(json).ok()?;
    let expected: Value = serde_json::from_str(expected).ok()?;
    Some(same(at(&json, path)?, &expected))
}

/// Whether there is something at the path.
pub(crate) fn has(json: &str, path: &[String]) -> bool {
    serde_json::from_str::<Value>(json).is_ok_and(|json| at(&json, path).is_some())
}

/// A path as SQLite has it: a JSON array of texts.
pub(super) fn parse(path: &str) -> Option<Vec<String>> {
    serde_json::from_str(path).ok()
}

/// An index counts from the end when it is negative.
fn at<'j>(json: &'j Value, path: &[String]) -> Option<&'j Value> {
    path.iter().try_fold(json, |json, step| match json {
        Value::Object(object) => object.get(step),
        Value::Array(items) => {
            let index: i64 = step.parse().ok()?;
            let length = i64::try_from(items.len()).ok()?;
            items.get(usize::try_from(if index < 0 { length + index } else { index }).ok()?)
        }
        _ => None,
    })
}

/// Numbers are equal by value, everything else by content.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        parse(text).unwrap()
    }

    #[test]
    fn paths_lead_through_objects_and_arrays() {
        let json = r#"{"a": {"b": [1, 2.0, {"c": null}]}}"#;
        assert_eq!(is(json, &path(r#"["a","b","1"]"#), "2"), Some(true));
        assert_eq!(is(json, &path(r#"["a","b","-1"]"#), r#"{"c":null}"#), Some(true));
        assert_eq!(is(json, &path(r#"["a","x"]"#), "2"), None);
        assert!(has(json, &path(r#"["a","b","2","c"]"#)) && !has(json, &path(r#"["b"]"#)));
    }
}
