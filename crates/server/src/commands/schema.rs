//! `kontor schema`

use crate::{
    cli::{Common, SchemaArgs},
    config,
    failure::{Done, Failure, print},
    open,
};
use kontor_metadata::{model::Catalog, module_schema};

pub(crate) fn run(common: &Common, args: &SchemaArgs) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    print(&if args.json_schema { module_schema(&catalog) } else { sdl(&catalog)? })
}

/// The SDL of a catalog.
pub(crate) fn sdl(catalog: &Catalog) -> Result<String, Failure> {
    kontor_gateway::schema::sdl(catalog).map_err(|error| Failure::because("the metadata give no valid schema", &error))
}
