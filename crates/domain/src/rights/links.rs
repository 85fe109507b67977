//! Links, which are one thing at both of their ends: the field that holds them says who may see and make them.

use kontor_metadata::model::{Catalog, Connection, FieldId, FieldType, Module, ModuleId, Via};

/// The field that holds the links of a connection: a relation of the records that it leads to, or a relation to many of
/// either end; none where the platform links by itself, as with tags.
#[must_use]
pub fn link_field(catalog: &Catalog, module: &Module, connection: &Connection) -> Option<(ModuleId, FieldId)> {
    let target = catalog.module(*connection.targets.first()?);
    match &connection.via {
        Via::ForeignKey { field } | Via::Polymorphic { field } => Some((target.id, *field)),
        Via::Junction { table, .. } => [module, target].into_iter().find_map(|end| many(end, table)),
    }
}

/// The relation to many of a module that is kept in a junction table.
fn many(module: &Module, junction: &str) -> Option<(ModuleId, FieldId)> {
    let is_in = |connection: &&Connection| matches!(&connection.via, Via::Junction { table, .. } if table == junction);
    let fields = module.connections.iter().filter(is_in).filter_map(|connection| module.find(&connection.name));
    let field = fields.into_iter().find(|field| matches!(field.ty, FieldType::Many { .. }))?;
    Some((module.id, field.id))
}
