//! `kontor schema`

use crate::{
    cli::{Common, FileKind, SchemaArgs},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_metadata::{extension_schema, model::Catalog, module_schema, package_schema};

pub(crate) fn run(common: &Common, args: &SchemaArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    print(&match args.json_schema {
        None => sdl(&catalog)?,
        Some(FileKind::Module) => module_schema(&catalog),
        Some(FileKind::Extension) => extension_schema(&catalog),
        Some(FileKind::Package) => package_schema(),
    })
}

/// The SDL of a catalog.
pub(crate) fn sdl(catalog: &Catalog) -> Result<String, Failure> {
    kontor_gateway::schema::sdl(catalog).map_err(|error| Failure::because("the metadata give no valid schema", &error))
}
