use super::{Change, NewFile, Project, ask, edit, spec, yaml};
use crate::{cli::NewFieldArgs, failure::Failure, wording};
use kontor_metadata::{
    model::{Module, Package},
    naming,
};
use std::path::{Path, PathBuf};

/// A field more: in the file of the module, or in an extension of another package.
pub(super) fn make(project: &Project, args: NewFieldArgs) -> Result<Change, Failure> {
    let path =
        ask::text(args.field, "Module and field", "them as Module.field: kontor new field Vehicle.mileage integer")?;
    let Some((module, name)) = path.split_once('.') else {
        return Err(Failure::new(format!("`{path}` is not a module and a field")).help("write Module.field"));
    };
    let module = wording::module(&project.catalog, module)?;
    let ty = ask::text(args.ty, "Type of the field", "it behind the name: kontor new field Vehicle.mileage integer")?;
    let own = &project.catalog.packages[module.package];
    let package = args.package.as_deref().map_or(Ok(own), |name| project.package(name))?;
    let label = yaml::labels(&args.label)?;
    let (catalog, plural) = (&project.catalog, &module.plural);
    let of = spec::Of { catalog, package: &package.name, module: &module.name, plural };
    let line = spec::line(&of, name, &ty, label.as_deref())?;
    let file = if package.name == own.name {
        let text = read(&project.root_of(&module.origin.file), &module.origin.file)?;
        let block = args.block.as_deref();
        let text = edit::insert(&text, module, block, &line)?;
        file(project, module.origin.file.clone(), text, true)
    } else {
        extension(project, package, own, module, args.block.as_deref(), &line)?
    };
    Ok(Change { files: vec![file], next: "kontor plan".to_owned() })
}

/// An extension with the field: a new one, or the one that is there with a line more.
fn extension(
    project: &Project,
    package: &Package,
    own: &Package,
    module: &Module,
    block: Option<&str>,
    line: &str,
) -> Result<NewFile, Failure> {
    let stem = naming::snake(&module.name);
    let below = PathBuf::from(&package.name).join("extend").join(format!("{stem}.yaml"));
    let root = project.root_of(&PathBuf::from(&package.name).join("package.yaml"));
    if root.join(&below).exists() {
        let text = edit::extend(&read(&root, &below)?, block, line);
        return Ok(NewFile { root, below, text, replaces: true });
    }
    let fields = match block {
        Some(block) => format!("blocks:\n  {block}:\n    fields:\n      {line}\n"),
        None => format!("fields:\n  {line}\n"),
    };
    let text = format!(
        "{}# What this package adds to a module of another; names begin with the package's prefix.\n\
         format: 1\nextend: {}/{}\n{fields}",
        yaml::modeline("extension", 2),
        own.name,
        module.name,
    );
    Ok(NewFile { root, below, text, replaces: false })
}

fn file(project: &Project, below: PathBuf, text: String, replaces: bool) -> NewFile {
    NewFile { root: project.root_of(&below), below, text, replaces }
}

fn read(root: &Path, below: &Path) -> Result<String, Failure> {
    let path = root.join(below);
    std::fs::read_to_string(&path)
        .map_err(|error| Failure::because(format!("{} cannot be read", path.display()), &error))
}
