use super::{Diagnostic, Fix};
use serde_json::{Value, json};

/// The problems as an indented JSON array, with a line break at its end.
pub(super) fn render(diagnostics: &[Diagnostic]) -> String {
    let list: Vec<Value> = diagnostics.iter().map(one).collect();
    format!("{:#}\n", Value::Array(list))
}

fn one(d: &Diagnostic) -> Value {
    let mut object = json!({
        "code": d.code,
        "severity": d.severity.name(),
        "file": d.file.to_string_lossy(),
        "line": d.line,
        "column": d.column,
        "endLine": d.end_line,
        "endColumn": d.end_column,
        "message": d.message,
        "label": d.label,
        "help": d.help,
    });
    if !d.notes.is_empty() {
        let notes = d.notes.iter().map(|note| {
            json!({
                "file": note.file.to_string_lossy(),
                "line": note.line,
                "column": note.column,
                "endLine": note.end_line,
                "endColumn": note.end_column,
                "label": note.label,
            })
        });
        object["notes"] = notes.collect();
    }
    match &d.fix {
        Some(Fix::Replace { line, column, end_line, end_column, text }) => {
            object["fix"] = json!({"line": line, "column": column, "endLine": end_line, "endColumn": end_column,
                "text": text});
        }
        Some(Fix::Rename { to }) => object["fix"] = json!({"rename": to}),
        None => {}
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Severity;

    #[test]
    fn has_the_promised_keys() {
        let d = Diagnostic {
            code: "KON057",
            severity: Severity::Warning,
            file: "a.yaml".into(),
            line: 1,
            column: 2,
            end_line: 1,
            end_column: 3,
            message: "m".into(),
            label: "l".into(),
            help: None,
            notes: Vec::new(),
            fix: None,
            source_line: " x".into(),
        };
        let value: Value = serde_json::from_str(&render(&[d])).unwrap();
        assert_eq!(
            value,
            json!([{"code": "KON057", "severity": "warning", "file": "a.yaml", "line": 1, "column": 2, "endLine": 1,
                "endColumn": 3, "message": "m", "label": "l", "help": null}])
        );
    }
}
