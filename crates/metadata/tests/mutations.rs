//! Whatever is done to a file, loading ends with a catalog or a report, and every place in the report exists.

#![expect(clippy::unwrap_used, reason = "a test may panic; the lint knows test functions only, not their helpers")]

use kontor_metadata::{Fix, Source, load_sources};
use std::path::Path;

const PACKAGE: &str = include_str!("passing/modules/demo/package.yaml");
const CARRIER: &str = include_str!("passing/modules/demo/modules/carrier.yaml");
const SHIPMENT: &str = include_str!("passing/modules/demo/modules/shipment.yaml");
const BASE: &str = include_str!("passing/extensions/base/modules/purchase.yaml");
const SHIPMENTS: &str = include_str!("passing/extensions/shipments/package.yaml");
const EXTENSION: &str = include_str!("passing/extensions/shipments/extend/purchase.yaml");
const EXTENSION_CARRIER: &str = include_str!("passing/extensions/shipments/modules/carrier.yaml");
const TYPES: &str = include_str!("passing/field_types/thing.yaml");

fn check(shipment: &str, thing: &str) {
    report(vec![
        Source::new("demo/modules/carrier.yaml", CARRIER),
        Source::new("demo/modules/shipment.yaml", shipment),
        Source::new("demo/modules/thing.yaml", thing),
        Source::new("demo/package.yaml", PACKAGE),
    ]);
}

fn check_extension(base: &str, extension: &str) {
    report(vec![
        Source::new("base/modules/purchase.yaml", base),
        Source::new("base/package.yaml", "format: 1\n"),
        Source::new("shipments/extend/purchase.yaml", extension),
        Source::new("shipments/modules/carrier.yaml", EXTENSION_CARRIER),
        Source::new("shipments/package.yaml", SHIPMENTS),
    ]);
}

fn report(sources: Vec<Source>) {
    let diagnostics = match load_sources(sources.clone()) {
        Ok(loaded) => loaded.warnings,
        Err(report) => report.diagnostics().to_vec(),
    };
    let text = |file: &Path| &sources.iter().find(|s| s.path == file).unwrap().text;
    for d in diagnostics {
        for note in &d.notes {
            assert_eq!(text(&note.file).lines().nth(note.line as usize - 1).unwrap_or(""), note.source_line);
        }
        let text = text(&d.file);
        if let Some(fix @ Fix::Replace { .. }) = &d.fix {
            assert!(fix.apply(text).is_some_and(|mended| mended != *text), "{d:?}");
        }
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

/// The text with each of its lines changed in several ways.
fn mutations(text: &str) -> impl Iterator<Item = String> {
    (0..text.lines().count()).flat_map(move |at| {
        [
            with_line(text, at, |_| vec![]),
            with_line(text, at, |line| vec![line.to_owned(), line.to_owned()]),
            with_line(text, at, |line| vec![format!("  {line}")]),
            with_line(text, at, |line| vec![line.trim_start().to_owned()]),
            text.lines().take(at).collect::<Vec<_>>().join("\n"),
        ]
    })
}

#[test]
fn lines_taken_out_doubled_and_shifted() {
    mutations(SHIPMENT).for_each(|change| check(&change, TYPES));
    mutations(TYPES).for_each(|change| check(SHIPMENT, &change));
    mutations(EXTENSION).for_each(|change| check_extension(BASE, &change));
    mutations(BASE).for_each(|change| check_extension(&change, EXTENSION));
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
