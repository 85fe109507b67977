//! Arguments of all fields that a record could have, whether or not there is one.

use super::{BadInput, collect::applies, execute::Execution, filter::Condition, order, page::Paging};
use apollo_compiler::{ast::Selection, schema::ExtendedType};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

impl<'d> Execution<'d, '_> {
    /// Reads the arguments below selections on a type, for every object type that it may be.
    pub(super) fn check(&self, ty: &str, sets: &[&'d [Selection]]) -> Result<(), BadInput> {
        let schema = &self.world.schema;
        if !matches!(schema.types[ty], ExtendedType::Object(_)) {
            let objects = schema.types.values().filter(|t| matches!(t, ExtendedType::Object(_)));
            let mut members = objects.filter(|object| applies(schema, ty, object.name()));
            return members.try_for_each(|member| self.check(member.name(), sets));
        }
        for group in self.collect(ty, sets) {
            if group.field().name == "__typename" {
                continue;
            }
            let returned = self.definition(ty, &group).ty.inner_named_type();
            let arguments = self.arguments(ty, &group)?;
            if let (Some(Json::String(id)), "Query") = (arguments.get("id"), ty) {
                Uuid::parse_str(id).map_err(|_| BadInput)?;
            }
            for id in arguments.get("ids").and_then(Json::as_array).into_iter().flatten() {
                Uuid::parse_str(id.as_str().unwrap()).map_err(|_| BadInput)?;
            }
            if let Some(module) = returned.strip_suffix("Aggregate").and_then(|name| self.world.catalog.find(name)) {
                // Of no rows, so that only the arguments and the selection are read.
                self.aggregate(module, &arguments, |_| false, &group.selections())?;
                continue;
            }
            let module = returned.strip_suffix("Connection").and_then(|name| self.world.catalog.find(name));
            if let Some(module) = module {
                let filter = arguments.get("filter").and_then(Json::as_object);
                Condition::read(self.world, module, filter.unwrap_or(&Map::new()))?;
            }
            let keys = module.map(|module| order::keys(self.world, module, arguments.get("orderBy")));
            Paging::read(returned, &order::description(&keys.unwrap_or_default()), &arguments, self.cursors)?;
            if !group.field().selection_set.is_empty() {
                self.check(returned, &group.selections())?;
            }
        }
        Ok(())
    }
}
