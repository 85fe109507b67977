use super::{Change, NewFile, Project, ask, yaml};
use crate::{cli::NewPackageArgs, failure::Failure};
use std::path::PathBuf;

/// A folder with a `package.yaml`.
pub(super) fn make(project: &Project, args: NewPackageArgs) -> Result<Change, Failure> {
    let name = ask::text(args.name, "Name of the package", "it in snake_case: kontor new package fleet")?;
    if project.catalog.packages.iter().any(|package| package.name == name) {
        return Err(Failure::new(format!("there is a package {name} already"))
            .help(format!("`kontor new module … --package {name}` adds to it")));
    }
    let requires = if args.requires.is_empty() { vec!["core".to_owned()] } else { args.requires };
    let label = yaml::labels(&args.label)?.map_or_else(String::new, |label| format!("label: {label}\n"));
    let text = format!(
        "{}# What this package is for. Its modules stand in modules/, what it adds to those of others in extend/.\n\
         format: 1\n{label}version: 0.1.0\nrequires: [{}]\n",
        yaml::modeline("package", 1),
        requires.join(", "),
    );
    let below = PathBuf::from(&name).join("package.yaml");
    let file = NewFile { root: project.folder().to_owned(), below, text, replaces: false };
    Ok(Change { files: vec![file], next: format!("kontor new module NAME --package {name}") })
}
