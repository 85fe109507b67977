use super::{Change, NewFile, Project, ask, spec, yaml};
use crate::{cli::NewModuleArgs, failure::Failure, terminal};
use kontor_metadata::naming;
use std::path::PathBuf;

/// A file of `modules/`.
pub(super) fn make(project: &Project, args: NewModuleArgs) -> Result<Change, Failure> {
    let asks = args.name.is_none();
    let name = ask::text(args.name, "Name of the module", "it in PascalCase: kontor new module Vehicle")?;
    let package = ask::text(args.package, "Package of the module", "--package NAME")?;
    project.package(&package)?;
    let given = match args.field {
        fields if fields.is_empty() && asks && terminal::can_ask() => {
            ask::texts("Field as name:type, name:Module or name:a|b (nothing: no more)")?
        }
        fields => fields,
    };
    let given = if given.is_empty() { vec!["name:text!".to_owned()] } else { given };
    let plural = args.plural.unwrap_or_else(|| spec::plural(&name));
    let of = spec::Of { catalog: &project.catalog, package: &package, module: &name, plural: &plural };
    let fields = given.iter().map(|field| spec::parse(&of, field));
    let fields: Vec<(String, String)> = fields.collect::<Result<_, _>>()?;
    let text = text(&name, &plural, yaml::labels(&args.label)?, &fields);
    let below = PathBuf::from(&package).join("modules").join(format!("{}.yaml", naming::snake(&name)));
    let root = project.root_of(&PathBuf::from(&package).join("package.yaml"));
    let file = NewFile { root, below, text, replaces: false };
    Ok(Change { files: vec![file], next: "kontor plan".to_owned() })
}

fn text(name: &str, plural: &str, label: Option<String>, fields: &[(String, String)]) -> String {
    let label = label.map_or_else(String::new, |label| format!("label: {label}\n"));
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    // Only of these two a record is known to be named by without being told.
    let known = names.iter().any(|name| matches!(*name, "name" | "subject"));
    let title = if known { String::new() } else { format!("title: {}\n", names[0]) };
    let lines: String = fields.iter().map(|(_, line)| format!("      {line}\n")).collect();
    format!(
        "{}format: 1\nmodule: {name}\nplural: {plural}\n{label}\
         # What stands for a record in pickers, lists and search, and what records can do besides.\n\
         {title}traits: [soft_delete, audited]\n\
         # Groups of fields, as a form shows them.\n\
         blocks:\n  main:\n    fields:\n{lines}\
         # Who may do what; whoever is not named may do nothing.\n\
         access:\n  super_admin: {{all: true}}\n  admin: {{all: true}}\n  manager: {{all: true}}\n  readonly: {{read: all}}\n\
         views:\n  list: [{}]\n",
        yaml::modeline("module", 2),
        names.join(", "),
    )
}
