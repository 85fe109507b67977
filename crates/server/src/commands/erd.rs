//! `kontor erd`

use crate::{
    cli::{Common, ErdArgs},
    config,
    failure::{Done, Failure, print},
    open, wording,
};
use kontor_metadata::model::{Catalog, Field, FieldType, Module, ModuleId};
use std::collections::BTreeSet;

pub(crate) fn run(common: &Common, args: &ErdArgs) -> Done {
    let catalog = open::catalog(&config::resolve(common, None)?)?;
    let mut shown: BTreeSet<ModuleId> = BTreeSet::new();
    for name in &args.modules {
        shown.insert(wording::module(&catalog, name)?.id);
    }
    if let Some(name) = &args.package {
        let Some(package) = catalog.packages.iter().position(|package| package.name == *name) else {
            let names: Vec<&str> = catalog.packages.iter().map(|package| package.name.as_str()).collect();
            return Err(
                Failure::new(format!("there is no package {name}")).help(format!("there are {}", names.join(", ")))
            );
        };
        shown.extend(catalog.modules.iter().filter(|module| module.package == package).map(|module| module.id));
    }
    if args.modules.is_empty() && args.package.is_none() {
        shown.extend(catalog.modules.iter().map(|module| module.id));
    }
    print(&diagram(&catalog, &shown))
}

/// The modules with their own fields, and all relations that begin at one of them.
fn diagram(catalog: &Catalog, shown: &BTreeSet<ModuleId>) -> String {
    let mut out = "erDiagram\n".to_owned();
    let modules = || shown.iter().map(|id| catalog.module(*id));
    for module in modules() {
        out.push_str(&format!("    {} {{\n", module.name));
        for field in module.fields.iter().filter(|field| field.is_stored() && is_own(field)) {
            out.push_str(&format!("        {}\n", attribute(field)));
        }
        out.push_str("    }\n");
    }
    for module in modules() {
        for field in module.fields.iter().filter(|field| is_own(field) || is_parent(module, field)) {
            for line in relations(catalog, module, field) {
                out.push_str(&format!("    {line}\n"));
            }
        }
    }
    out
}

/// Whether somebody has written it: every module has those of the platform.
fn is_own(field: &Field) -> bool {
    field.origin.line > 0 || field.name == "id"
}

fn is_parent(module: &Module, field: &Field) -> bool {
    module.parent == Some(field.id)
}

fn attribute(field: &Field) -> String {
    let key = match &field.ty {
        FieldType::Id => " PK",
        FieldType::Relation { .. } => " FK",
        _ if field.unique => " UK",
        _ => "",
    };
    // Labels stand in quotes, in which Mermaid knows no escape.
    let label = field.label.get("en").replace('"', "'");
    format!("{} {}{key} \"{label}\"", field.ty.name(), field.column)
}

/// A line for each module that a relation leads to.
fn relations(catalog: &Catalog, module: &Module, field: &Field) -> Vec<String> {
    let line =
        |to: &ModuleId, arrow: &str| format!("{} {arrow} {} : {}", module.name, catalog.module(*to).name, field.name);
    match &field.ty {
        FieldType::Relation { to, .. } => vec![line(to, if field.required { "}o--||" } else { "}o--o|" })],
        FieldType::Many { to, .. } => vec![line(to, "}o--o{")],
        FieldType::Polymorphic { to } => to.iter().map(|to| line(to, "}o..o|")).collect(),
        _ => Vec::new(),
    }
}
