//! Links, which are one thing at both of their ends: the field that holds them says who may see and make them.

use kontor_metadata::model::{Catalog, Connection, FieldId, Module, ModuleId, Via};

/// The field that holds the links of a connection: a relation of the records that it leads to, or a relation to many of
/// either end; none where the platform links by itself, as with tags.
#[must_use]
pub fn link_field(catalog: &Catalog, module: &Module, connection: &Connection) -> Option<(ModuleId, FieldId)> {
    let target = catalog.module(*connection.targets.first()?);
    match &connection.via {
        Via::ForeignKey { field } | Via::Polymorphic { field } => Some((target.id, *field)),
        Via::Junction { table, .. } => {
            [module, target].into_iter().find_map(|end| Some((end.id, end.link_field(table)?.id)))
        }
    }
}
