//! Subscriptions to groups of records.

use super::{Action, Lowering, Selected};
use crate::error::Error;
use kontor_domain::{
    plan::Plan,
    query::{Filter, Query, aggregate::Aggregation},
};
use kontor_metadata::model::{Catalog, FieldId, FieldType, ModuleId};

/// Groups that are read again whenever they may have changed.
pub struct Watch {
    /// What is read.
    pub plan: Plan,
    /// Names of the modules that it looks at.
    pub modules: Vec<String>,
}

impl<'a> Lowering<'a> {
    pub(super) fn watch(&mut self, module: ModuleId, selected: &Selected<'a>) -> Result<Action, Error> {
        let groups = self.aggregation(module, selected)?;
        let mut modules = modules(self.catalog, &groups);
        // Who may read some records only may read others once they are shared.
        modules.extend(self.catalog.find("Share").filter(|_| self.rights.is_personal()).map(|shares| shares.id));
        let modules = modules.into_iter().map(|id| self.catalog.module(id).name.clone()).collect();
        let plan = self.compile(&Query::Groups(groups))?;
        Ok(Action::Watch(Box::new(Watch { plan, modules })))
    }
}

/// The modules that groups depend on.
fn modules(catalog: &Catalog, groups: &Aggregation) -> Vec<ModuleId> {
    let mut found = vec![groups.module];
    if let Some(filter) = &groups.filter {
        of_filter(catalog, groups.module, filter, &mut found);
    }
    for key in &groups.keys {
        let mut module = groups.module;
        for relation in &key.path {
            module = target(catalog, module, *relation);
            found.push(module);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn target(catalog: &Catalog, module: ModuleId, relation: FieldId) -> ModuleId {
    match catalog.module(module).field(relation).ty {
        FieldType::Relation { to, .. } => to,
        _ => module,
    }
}

fn of_filter(catalog: &Catalog, module: ModuleId, filter: &Filter, found: &mut Vec<ModuleId>) {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => {
            parts.iter().for_each(|part| of_filter(catalog, module, part, found));
        }
        Filter::Not(inner) => of_filter(catalog, module, inner, found),
        Filter::One(relation, inner) => {
            let to = target(catalog, module, *relation);
            found.push(to);
            of_filter(catalog, to, inner, found);
        }
        Filter::Many(connection, _, inner) => {
            let to = catalog.module(module).connection(*connection).targets[0];
            found.push(to);
            of_filter(catalog, to, inner, found);
        }
        Filter::Field(..)
        | Filter::TypeOf(..)
        | Filter::In(..)
        | Filter::Readable(..)
        | Filter::Shared(_)
        | Filter::Search(_) => {}
    }
}
