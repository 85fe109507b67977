//! `kontor check`

mod fix;

use crate::{
    cli::{CheckArgs, Common, Format},
    config,
    failure::{Done, print},
    open, terminal,
};
use kontor_metadata::{Report, load_dirs};
use std::process::ExitCode;

pub(crate) fn run(common: &Common, args: &CheckArgs) -> Done {
    let folders = if args.folders.is_empty() { config::resolve(common, None)?.packages } else { args.folders.clone() };
    if let Some(missing) = folders.iter().find(|f| !f.is_dir()) {
        return Err(open::no_packages(missing));
    }
    if args.fix {
        // What a program reads is on standard output alone.
        let changes = fix::run(&folders)?;
        if args.format == Format::Text {
            print(&changes)?
        } else {
            ExitCode::SUCCESS
        };
    }
    let color = terminal::color(&std::io::stdout());
    let version = env!("CARGO_PKG_VERSION");
    match (load_dirs(&folders), args.format) {
        (Ok(loaded), Format::Json) => print(&format!("{}\n", Report::new(loaded.warnings).render_json())),
        (Ok(loaded), Format::Text) => {
            let mut text = Report::new(loaded.warnings).render_text(color);
            let (modules, fields) =
                loaded.catalog.modules.iter().fold((0, 0), |(m, f), module| (m + 1, f + module.fields.len()));
            let packages = loaded.catalog.packages.len();
            let plural = if packages == 1 { "package" } else { "packages" };
            text.push_str(&format!("No problem: {packages} {plural}, {modules} modules, {fields} fields.\n"));
            print(&text)
        }
        (Ok(loaded), Format::Sarif) => print(&Report::new(loaded.warnings).render_sarif(version)),
        (Err(report), Format::Sarif) => print(&report.render_sarif(version)).map(|_| ExitCode::FAILURE),
        (Err(report), Format::Json) => print(&format!("{}\n", report.render_json())).map(|_| ExitCode::FAILURE),
        (Err(report), Format::Text) => {
            print(&format!("{}\n", report.render_text(color).trim_end())).map(|_| ExitCode::FAILURE)
        }
    }
}
