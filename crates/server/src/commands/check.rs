//! `kontor check`

use crate::{
    cli::{CheckArgs, Common, Format},
    config,
    failure::{Done, Failure, print},
};
use kontor_metadata::{Diagnostic, Report, Severity, load_dirs};
use std::{collections::BTreeMap, io::IsTerminal as _, process::ExitCode};

pub(crate) fn run(common: &Common, args: &CheckArgs) -> Done {
    let folders = if args.folders.is_empty() { config::resolve(common, None)?.packages } else { args.folders.clone() };
    if let Some(missing) = folders.iter().find(|f| !f.is_dir()) {
        return Err(Failure::new(format!("there is no folder {} with packages", missing.display())));
    }
    let color = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    match (load_dirs(&folders), args.format) {
        (Ok(loaded), Format::Json) => print(&format!("{}\n", Report::new(loaded.notices).render_json())),
        (Ok(loaded), Format::Text) => {
            let warnings: Vec<_> = loaded.notices.iter().filter(|d| d.severity == Severity::Warning).cloned().collect();
            let mut text = Report::new(warnings).render_text(color);
            let (modules, fields) =
                loaded.catalog.modules.iter().fold((0, 0), |(m, f), module| (m + 1, f + module.fields.len()));
            let packages = loaded.catalog.packages.len();
            text.push_str(&format!("No problem: {packages} packages, {modules} modules, {fields} fields.\n"));
            text.push_str(&later(&loaded.notices));
            print(&text)
        }
        (Err(report), Format::Json) => print(&format!("{}\n", report.render_json())).map(|_| ExitCode::FAILURE),
        (Err(report), Format::Text) => {
            print(&format!("{}\n", report.render_text(color).trim_end())).map(|_| ExitCode::FAILURE)
        }
    }
}

/// What is described in the metadata and does not take effect yet, in one line per kind.
fn later(notices: &[Diagnostic]) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for notice in notices.iter().filter(|d| d.severity == Severity::Notice) {
        *kinds.entry(notice.message.as_str()).or_default() += 1;
    }
    if kinds.is_empty() {
        return String::new();
    }
    let mut text = "Checked, but without effect in this release:\n".to_owned();
    for (kind, count) in kinds {
        text.push_str(&format!("  {count:>3} × {kind}\n"));
    }
    text
}
