//! The GraphQL schema that a catalog gives.

pub mod changes;
mod describe;
pub mod dynamic;
pub mod model;
pub mod scalars;

pub use describe::describe;
pub(crate) use describe::{is_anything, key_name, keys};

use async_graphql::SDLExportOptions;
use kontor_metadata::model::Catalog;
use model::{DRY_RUN, DRY_RUN_DESCRIPTION};

/// The SDL of a catalog, with everything in order of name, as `kontor schema` prints it.
///
/// # Errors
/// When the schema contradicts itself, which the rules on metadata exclude.
pub fn sdl(catalog: &Catalog) -> Result<String, async_graphql::dynamic::SchemaError> {
    let schema = dynamic::build(&describe(catalog))?;
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let sdl = schema.sdl_with_options(options);
    // async-graphql prints its own directives only.
    let at = sdl.find("\"\"\"\nDirects the executor to include").unwrap_or(0);
    let (types, directives) = sdl.split_at(at);
    Ok(format!("{types}\"\"\"\n{DRY_RUN_DESCRIPTION}\n\"\"\"\ndirective @{DRY_RUN} on MUTATION\n{directives}"))
}
