//! Problems for tools that show findings of many programs: SARIF 2.1.0 (OASIS standard, 27 March 2020).

use super::{Diagnostic, Fix, Severity, explain};
use serde_json::{Value, json};
use std::path::Path;

/// One run with a rule per code and a result per problem.
pub(super) fn render(diagnostics: &[Diagnostic], version: &str) -> String {
    let mut codes: Vec<&str> = diagnostics.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes
        .iter()
        .map(|code| {
            let text = explain(code).unwrap_or_default();
            json!({"id": code, "shortDescription": {"text": first_sentence(text)}, "fullDescription": {"text": text}})
        })
        .collect();
    let results: Vec<Value> = diagnostics.iter().map(|d| result(d, &codes)).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "kontor", "semanticVersion": version, "rules": rules}},
            // Columns are counted in characters, not in UTF-16 units.
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn result(d: &Diagnostic, codes: &[&str]) -> Value {
    let level = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let help = d.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    let mut result = json!({
        "ruleId": d.code,
        "ruleIndex": codes.iter().position(|code| *code == d.code),
        "level": level,
        "message": {"text": format!("{}{help}", d.message)},
        "locations": [location(&d.file, d.line, d.column, d.end_line, d.end_column)],
    });
    if !d.notes.is_empty() {
        let places = d.notes.iter().map(|note| {
            let mut place = location(&note.file, note.line, note.column, note.end_line, note.end_column);
            place["message"] = json!({"text": note.label});
            place
        });
        result["relatedLocations"] = places.collect();
    }
    if let Some(Fix::Replace { line, column, end_line, end_column, text }) = &d.fix {
        result["fixes"] = json!([{
            "description": {"text": d.help.as_deref().unwrap_or("mends it")},
            "artifactChanges": [{
                "artifactLocation": {"uri": uri(&d.file)},
                "replacements": [{
                    "deletedRegion": region(*line, *column, *end_line, *end_column),
                    "insertedContent": {"text": text},
                }],
            }],
        }]);
    }
    result
}

fn location(file: &Path, line: u32, column: u32, end_line: u32, end_column: u32) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(file)},
        "region": region(line, column, end_line, end_column),
    }})
}

fn region(line: u32, column: u32, end_line: u32, end_column: u32) -> Value {
    json!({"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column})
}

/// A relative reference of RFC 3986, `file:` for an absolute path.
fn uri(file: &Path) -> String {
    let mut out = if file.is_absolute() { "file://".to_owned() } else { String::new() };
    for byte in file.to_string_lossy().replace('\\', "/").bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn first_sentence(text: &str) -> String {
    let joined = text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    joined.split_inclusive(". ").next().unwrap_or_default().trim().to_owned()
}
