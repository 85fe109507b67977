//! Full-text search: over modules, and within a list.

use super::{Action, Leaf, Lowering, Selected, argument::Argument};
use crate::{
    error::Error,
    schema::model::{Bind, HitField},
};
use async_graphql::parser::types::SelectionSet;
use kontor_domain::query::{Filter, HitPart, Hits, Query};
use kontor_metadata::model::ModuleId;

/// Hits unless said otherwise.
const DEFAULT_HITS: u32 = 20;

impl<'a> Lowering<'a> {
    /// Search over modules.
    pub(super) fn search(&mut self, selected: &Selected<'a>) -> Result<Action, Error> {
        let query = self.required_operand(selected, "query", Leaf::Search)?;
        let modules = self.searched_modules(selected)?;
        self.scans += 1;
        if modules.is_empty() {
            return Ok(Action::Constant("[]".to_owned()));
        }
        let size = self.size(selected, "first")?.unwrap_or(DEFAULT_HITS);
        self.count(2 * modules.len())?;
        let parts = self.hit(&modules, &selected.sets)?;
        let plan = self.compile(&Query::Search(Hits { query, modules, size, parts }))?;
        Ok(Action::Read { plan, one: None })
    }

    /// What the argument `search` of a list adds to its filter.
    pub(super) fn searched(
        &mut self,
        module: ModuleId,
        selected: &Selected<'a>,
        filter: Option<Filter>,
    ) -> Result<Option<Filter>, Error> {
        let Some(query) = self.optional_operand(selected, "search", Leaf::Search)? else { return Ok(filter) };
        self.permit_search(self.catalog.module(module))?;
        self.count(1)?;
        let search = Filter::Search(query);
        Ok(Some(match filter {
            Some(filter) => Filter::All(vec![search, filter]),
            None => search,
        }))
    }

    /// The modules of the argument `in`, each once; where it is not given all that are searched and may be.
    fn searched_modules(&self, selected: &Selected<'a>) -> Result<Vec<ModuleId>, Error> {
        let searched = || self.catalog.modules.iter().filter(|m| m.operations.read && m.is_searched());
        let Some(given) = self.argument(selected.field, "in").filter(|given| !given.is_null()) else {
            let open = searched().filter(|module| self.rights.hidden_from_search(module).is_none());
            return Ok(open.map(|module| module.id).collect());
        };
        let given = self.items(&given);
        let given: Vec<_> = given.iter().filter_map(Argument::name).collect();
        if let Some(other) = given.iter().find(|name| !searched().any(|module| module.name == **name)) {
            let names: Vec<_> = searched().map(|module| module.name.as_str()).collect();
            let message = format!("{other} has no searched field; these modules have some: {}.", names.join(", "));
            return Err(Error::input(message));
        }
        let wanted: Vec<_> = searched().filter(|module| given.contains(&module.name.as_str())).collect();
        wanted.iter().try_for_each(|module| self.permit_search(module))?;
        Ok(wanted.into_iter().map(|module| module.id).collect())
    }

    fn hit(&mut self, modules: &[ModuleId], sets: &[&'a SelectionSet]) -> Result<Vec<(String, HitPart)>, Error> {
        let mut parts = Vec::new();
        for selected in self.collect("SearchHit", sets) {
            let name = selected.field.name.node.as_str();
            let part = match self.types.objects["SearchHit"].fields.get(name).map(|f| f.bind) {
                Some(Bind::Hit(HitField::Module)) => HitPart::Module,
                Some(Bind::Hit(HitField::Id)) => HitPart::Id,
                Some(Bind::Hit(HitField::Title)) => HitPart::Title,
                Some(Bind::Hit(HitField::Rank)) => HitPart::Rank,
                Some(Bind::Hit(HitField::Record)) => {
                    self.count(2 * modules.len())?;
                    HitPart::Record(self.cases(modules, &selected.sets)?)
                }
                _ => HitPart::Constant("\"SearchHit\"".to_owned()),
            };
            parts.push((selected.key, part));
        }
        Ok(parts)
    }
}
