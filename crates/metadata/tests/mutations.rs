//! Whatever is done to a file, loading ends with a catalog or a report, and every place in the report exists.

#![expect(clippy::unwrap_used, reason = "a test may panic; the lint knows test functions only, not their helpers")]

use kontor_metadata::{Source, load_sources};

const PACKAGE: &str = include_str!("passing/modules/demo/package.yaml");
const CARRIER: &str = include_str!("passing/modules/demo/modules/carrier.yaml");
const SHIPMENT: &str = include_str!("passing/modules/demo/modules/shipment.yaml");
const TYPES: &str = include_str!("passing/field_types/thing.yaml");

fn check(shipment: &str, thing: &str) {
    let sources = vec![
        Source::new("demo/modules/carrier.yaml", CARRIER),
        Source::new("demo/modules/shipment.yaml", shipment),
        Source::new("demo/modules/thing.yaml", thing),
        Source::new("demo/package.yaml", PACKAGE),
    ];
    let diagnostics = match load_sources(sources.clone()) {
        Ok(loaded) => loaded.notices,
        Err(report) => report.diagnostics().to_vec(),
    };
    for d in diagnostics {
        let text = &sources.iter().find(|s| s.path == d.file).unwrap().text;
        let line = text.lines().nth(d.line as usize - 1).unwrap_or("");
        assert!(d.line as usize <= text.lines().count().max(1), "{d:?}");
        assert!(d.column as usize <= line.chars().count() + 1, "{d:?}");
        assert!((d.end_line, d.end_column) > (d.line, d.column), "{d:?}");
        assert_eq!(line, d.source_line);
    }
}

/// The text with one line replaced by others.
fn with_line(text: &str, at: usize, replace: impl Fn(&str) -> Vec<String>) -> String {
    let lines = text.lines().enumerate();
    let lines: Vec<String> =
        lines.flat_map(|(n, line)| if n == at { replace(line) } else { vec![line.to_owned()] }).collect();
    lines.join("\n")
}

#[test]
fn lines_taken_out_doubled_and_shifted() {
    for text in [SHIPMENT, TYPES] {
        for at in 0..text.lines().count() {
            for change in [
                with_line(text, at, |_| vec![]),
                with_line(text, at, |line| vec![line.to_owned(), line.to_owned()]),
                with_line(text, at, |line| vec![format!("  {line}")]),
                with_line(text, at, |line| vec![line.trim_start().to_owned()]),
                text.lines().take(at).collect::<Vec<_>>().join("\n"),
            ] {
                if text == SHIPMENT { check(&change, TYPES) } else { check(SHIPMENT, &change) }
            }
        }
    }
}

#[test]
fn single_characters_replaced() {
    let signs = ['{', '}', '[', ']', ':', '"', '\'', '&', '*', '!', '#', '-', ' ', 'ß', '0', '\n', '\t', '\0'];
    for (nth, (at, c)) in SHIPMENT.char_indices().enumerate() {
        // Every sign at every place would be thorough and slow; this way each sign comes to every kind of place.
        let sign = signs[nth % signs.len()];
        check(&format!("{}{sign}{}", &SHIPMENT[..at], &SHIPMENT[at + c.len_utf8()..]), TYPES);
        check(&SHIPMENT[..at], TYPES);
    }
}

#[test]
fn depth_and_length_are_no_danger() {
    check(&"[".repeat(100_000), TYPES);
    check(&"{a: ".repeat(10_000), TYPES);
    check(&format!("format: 1\nmodule: {}\n", "A".repeat(1_000_000)), TYPES);
    check(&SHIPMENT.replace("state == 'lost'", &"(".repeat(10_000)), TYPES);
    check(&SHIPMENT.replace("state == 'lost'", &"a + ".repeat(10_000)), TYPES);
}
