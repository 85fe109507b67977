//! `kontor generate`

use crate::{
    cli::{Common, GenerateArgs},
    commands::schema,
    failure::{Done, Failure, print},
    open,
};
use std::path::PathBuf;

/// What the generated files are made from: the shipped packages, whatever the settings say.
const PACKAGES: &str = "config/packages";
const ENTITIES: &str = "crates/domain/src/entities/core";
const SCHEMA: &str = "schema.graphql";

pub(crate) fn run(_common: &Common, args: &GenerateArgs) -> Done {
    let catalog = open::load(&[PACKAGES.into()])?.catalog;
    let mut files: Vec<(PathBuf, String)> = vec![
        (SCHEMA.into(), schema::sdl(&catalog)?),
        ("config/module.schema.json".into(), kontor_metadata::module_schema(&catalog)),
        ("config/extension.schema.json".into(), kontor_metadata::extension_schema(&catalog)),
        ("config/package.schema.json".into(), kontor_metadata::package_schema()),
        ("docs/format.md".into(), kontor_metadata::reference()),
    ];
    for (name, source) in kontor_domain::entities::generate::generate(&catalog) {
        files.push((PathBuf::from(ENTITIES).join(name), source));
    }
    let stale: Vec<_> =
        files.iter().filter(|(path, text)| std::fs::read_to_string(path).ok().as_ref() != Some(text)).collect();
    if args.check {
        if stale.is_empty() {
            return print("The generated files are up to date.\n");
        }
        let list: Vec<_> = stale.iter().map(|(path, _)| path.display().to_string()).collect();
        return Err(Failure::new(format!("generated files are not up to date: {}", list.join(", ")))
            .help("run `cargo run -- generate` and commit what it writes"));
    }
    for (path, text) in &stale {
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
        written.map_err(|error| Failure::because(format!("{} cannot be written", path.display()), &error))?;
    }
    print(&format!("{} of {} generated files were written.\n", stale.len(), files.len()))
}
