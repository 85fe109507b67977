//! Folders of metadata and what is printed for them.
//!
//! `failing/<case>` holds metadata with mistakes and the report in `expected.snap`; `passing/<case>` metadata without
//! and an outline of the catalog, with the warnings. A case is a packages folder; YAML files that stand directly in it
//! are short for modules of a package `demo`. `INSTA_UPDATE=always` writes what is printed now; look at the difference.

#![expect(clippy::unwrap_used, reason = "a test may panic; the lint knows test functions only, not their helpers")]

use kontor_metadata::model::{Catalog, FieldType, Module, Via};
use kontor_metadata::{Loaded, Report, Severity, Source, codes, explain, load_dirs, load_sources};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(kind);
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn load_case(case: &Path) -> Result<Loaded, Report> {
    let mut short: Vec<Source> = Vec::new();
    let mut packages = false;
    for entry in fs::read_dir(case).unwrap().map(|entry| entry.unwrap().path()) {
        packages |= entry.is_dir();
        if entry.extension().is_some_and(|e| e == "yaml")
            && let Ok(text) = fs::read_to_string(&entry)
        {
            short.push(Source::new(Path::new("demo/modules").join(entry.file_name().unwrap()), text));
        }
    }
    // What is not UTF-8 can only be read from a folder.
    if packages || short.is_empty() {
        return load_dirs(&[case.to_owned()]);
    }
    short.push(Source::new("demo/package.yaml", "format: 1\n"));
    load_sources(short)
}

/// The text without the path of this checkout.
fn portable(text: &str, case: &Path) -> String {
    text.replace(&format!("{}/", case.display()), "")
}

fn snapshot(case: &Path, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(case);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("expected", portable(text, case)));
}

#[test]
fn failing() {
    for case in cases("failing") {
        let report = match load_case(&case) {
            Ok(_) => panic!("{} loads without a mistake", case.display()),
            Err(report) => report,
        };
        assert!(report.has_errors());
        snapshot(&case, &report.render_text(false));
    }
}

#[test]
fn passing() {
    for case in cases("passing") {
        let loaded = load_case(&case).unwrap_or_else(|report| panic!("{}\n{report}", case.display()));
        let mut text = outline(&loaded.catalog);
        let warnings = Report::new(loaded.warnings);
        assert!(!warnings.has_errors());
        text.push('\n');
        text.push_str(&warnings.render_text(false));
        snapshot(&case, &text);
    }
}

#[test]
fn every_code_is_explained_and_shown() {
    let mut shown = String::new();
    for case in cases("failing").into_iter().chain(cases("passing")) {
        shown.push_str(&fs::read_to_string(case.join("expected.snap")).unwrap_or_default());
    }
    // A folder with a thousand fields helps no reader; its rule has a test of its own.
    // What is found beside a database is shown by the tests of plans.
    let elsewhere = ["KON065", "KON017", "KON100", "KON101", "KON102", "KON103", "KON104", "KON105", "KON106"];
    for code in codes() {
        let text = explain(code).unwrap_or_default();
        assert!(text.len() > 120, "{code} is not explained");
        assert!(elsewhere.contains(code) || shown.contains(&format!("[{code}]")), "{code} has no case");
    }
    assert!(codes().len() >= 35);
    assert_eq!(explain("KON999"), None);
    assert_eq!(explain("kon021"), explain("KON021"));
}

#[test]
fn packages_of_several_folders_share_one_set_of_names() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/passing/modules");
    let report = load_dirs(&[case.clone(), case]).unwrap_err();
    let codes: Vec<_> = report.diagnostics().iter().map(|d| d.code).collect();
    assert!(codes.contains(&"KON017"), "{report}");
}

#[test]
fn a_missing_folder_is_a_report() {
    let report = load_dirs(&[PathBuf::from("no/such/folder")]).unwrap_err();
    assert_eq!(report.diagnostics()[0].code, "KON007");
    assert_eq!(report.count(Severity::Error), 1);
    assert!(report.render_json().contains("\"KON007\""));
}

fn outline(catalog: &Catalog) -> String {
    let mut out = String::new();
    for package in &catalog.packages {
        writeln!(out, "package {} {} ({})", package.name, package.version, package.label.get("en")).unwrap();
    }
    writeln!(out, "languages {}", catalog.languages.join(" ")).unwrap();
    for module in &catalog.modules {
        writeln!(out, "\n{} / {} in {}", module.gql_one, module.gql_many, module.table).unwrap();
        writeln!(out, "  title {}", module.field(module.title).name).unwrap();
        for field in &module.fields {
            let flags = [
                (field.required, "required"),
                (field.unique, "unique"),
                (field.indexed, "indexed"),
                (field.generated, "generated"),
                (field.immutable, "immutable"),
            ];
            let flags: Vec<&str> = flags.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
            let ty = kind(catalog, &field.ty);
            write!(out, "  {}: {ty}", field.gql).unwrap();
            if !flags.is_empty() {
                write!(out, " [{}]", flags.join(" ")).unwrap();
            }
            if let Some(default) = &field.default {
                write!(out, " = {default:?}").unwrap();
            }
            write!(out, " \"{}\"", field.label.get("en")).unwrap();
            if field.package != module.package {
                write!(out, " of {}", catalog.packages[field.package].name).unwrap();
            }
            writeln!(out).unwrap();
        }
        for connection in &module.connections {
            let targets: Vec<&str> = connection.targets.iter().map(|to| catalog.module(*to).name.as_str()).collect();
            let via = via(catalog.module(connection.targets[0]), &connection.via);
            let label = connection.label.get("en");
            writeln!(out, "  {} -> {} {via} \"{label}\"", connection.gql, targets.join(" | ")).unwrap();
        }
        for index in &module.indexes {
            let fields: Vec<&str> = index.fields.iter().map(|id| module.field(*id).name.as_str()).collect();
            let kind = if index.unique { "unique" } else { "index" };
            writeln!(out, "  {kind} {} ({})", index.name, fields.join(", ")).unwrap();
        }
        out.push_str(&extended(module));
    }
    out
}

/// What stands in another file than the module: blocks, rules, events, rights, and keys of fields.
fn extended(module: &Module) -> String {
    let blocks = module.blocks.iter().map(|b| (format!("block {}", b.name), &b.origin));
    let rules = module.rules.iter().map(|r| (format!("rule {}", r.name), &r.origin));
    let events = module.events.iter().map(|e| (format!("event {}", e.name), &e.origin));
    let access = module.access.iter().map(|a| (format!("access {} {:?}", a.role, a.levels), &a.origin));
    let options = module.fields.iter().flat_map(|field| {
        let choices = field.choices().unwrap_or_default().iter();
        choices.map(|choice| (format!("option {} of {}", choice.name, field.name), &choice.origin))
    });
    let keys = module.fields.iter().flat_map(|field| {
        let adjusted = field.written.iter().filter(|(_, origin)| origin.file != field.origin.file);
        adjusted.map(|(key, origin)| (format!("{key} of {} \"{}\"", field.name, field.label.get("de")), origin))
    });
    let all = blocks.chain(rules).chain(events).chain(access).chain(options).chain(keys);
    all.filter(|(_, origin)| origin.line > 0 && origin.file != module.origin.file).fold(
        String::new(),
        |mut out, (what, origin)| {
            writeln!(out, "  {what} in {}:{}", origin.file.display(), origin.line).unwrap();
            out
        },
    )
}

fn kind(catalog: &Catalog, ty: &FieldType) -> String {
    match ty {
        FieldType::Relation { to, on_delete } => format!("-> {} on delete {on_delete:?}", catalog.module(*to).name),
        FieldType::Polymorphic { to } => {
            let names: Vec<&str> = to.iter().map(|to| catalog.module(*to).name.as_str()).collect();
            format!("-> {}", names.join(" | "))
        }
        FieldType::Many { to, .. } => format!("-> many {}", catalog.module(*to).name),
        FieldType::Select { options } | FieldType::MultiSelect { options } => {
            let many = if matches!(ty, FieldType::MultiSelect { .. }) { " many" } else { "" };
            format!("options{many} {}", options.iter().map(|o| o.gql.as_str()).collect::<Vec<_>>().join(" "))
        }
        other => format!("{other:?}"),
    }
}

fn via(target: &Module, via: &Via) -> String {
    match via {
        Via::ForeignKey { field } | Via::Polymorphic { field } => format!("by {}", target.field(*field).column),
        Via::Junction { table, own, other, .. } => format!("through {table}({own}, {other})"),
    }
}
