//! `kontor schema`

use crate::{
    cli::Common,
    config,
    failure::{Done, Failure, print},
    open,
};

pub(crate) fn run(common: &Common) -> Done {
    let settings = config::resolve(common, None)?;
    let catalog = open::catalog(&settings)?;
    print(&sdl(&catalog)?)
}

/// The SDL of a catalog.
pub(crate) fn sdl(catalog: &kontor_metadata::model::Catalog) -> Result<String, Failure> {
    kontor_gateway::schema::sdl(catalog).map_err(|error| Failure::because("the metadata give no valid schema", &error))
}
