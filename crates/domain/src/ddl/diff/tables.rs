//! Which tables stay, under which name, and which are new or gone.

use super::{Changes, Pair, Schema, Step, Table};
use kontor_metadata::model::{FieldType, Module};
use std::collections::{BTreeMap, BTreeSet};

/// Columns of platform tables that hold names of modules.
const NAMED: [(&str, &str); 7] = [
    ("audit_logs", "record_type"),
    ("counters", "module"),
    ("follows", "record_type"),
    ("notifications", "record_type"),
    ("record_events", "record_type"),
    ("shares", "record_type"),
    ("taggings", "record_type"),
];

impl Changes<'_> {
    /// Compares everything, and gives the tables as they will be.
    pub(super) fn tables(&mut self, from: &Schema) -> Schema {
        let to = self.to;
        let mut kept: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, wanted) in &to.tables {
            if let Some(was) = self.predecessor(from, wanted) {
                kept.insert(was, name);
            }
        }
        let mut after = to.clone();
        for (name, table) in from.tables.iter().filter(|(name, _)| !kept.contains_key(name.as_str())) {
            self.gone(name, table, &mut after);
        }
        for (name, table) in &to.tables {
            let Some((was, _)) = kept.iter().find(|(_, new)| *new == name) else {
                self.steps.created.push(Step::CreateTable { name: name.clone(), table: table.clone() });
                continue;
            };
            let hidden = self.table(&from.tables[*was], was, (name, table), &kept);
            after.tables.get_mut(name).into_iter().for_each(|table| table.columns.extend(hidden.clone()));
        }
        self.modules(from);
        after
    }

    /// The table that a wanted one was: by its module and field, else by their former names.
    fn predecessor<'f>(&mut self, from: &'f Schema, wanted: &Table) -> Option<&'f str> {
        let module = self.catalog.find(&wanted.module)?;
        let links: Vec<Option<&str>> = match &wanted.link {
            None => vec![None],
            Some(link) => {
                let former = module.find(link).map_or(&[][..], |field| &field.past.names);
                std::iter::once(link).chain(former).map(|name| Some(name.as_str())).collect()
            }
        };
        let names = || std::iter::once(&module.name).chain(&module.former);
        let mut found =
            names().flat_map(|name| links.iter().map(move |link| (name, *link))).filter_map(|(name, link)| {
                from.tables.iter().find(|(_, table)| table.module == *name && table.link.as_deref() == link)
            });
        let (first, _) = found.next()?;
        if let Some((_, second)) = found.find(|(_, table)| !table.hidden) {
            self.two_modules(module, &second.module);
        }
        Some(first)
    }

    /// A table whose module or field is not in the YAML: it is hidden, or dropped, where somebody has said so.
    fn gone(&mut self, name: &str, table: &Table, after: &mut Schema) {
        if !table.hidden && !self.may_vanish(table) {
            return;
        }
        if let Some(taken) = after.tables.get(name).filter(|_| !self.terms.prune) {
            let module = taken.module.clone();
            return self.table_taken(&module, name, &table.module);
        }
        if self.terms.prune {
            self.steps.dropped.push(Step::DropTable { name: name.to_owned(), table: table.clone() });
            return;
        }
        let hidden = table.hidden();
        if !table.hidden {
            self.references(name, table, &hidden);
            self.steps.altered.push(Step::HideTable { name: name.to_owned(), table: table.clone() });
        }
        after.tables.insert(name.to_owned(), hidden);
    }

    /// Whether the YAML or whoever applies it says that a module, or the field of a link to many, is gone.
    fn may_vanish(&mut self, table: &Table) -> bool {
        let accept = &self.terms.accept;
        let listed = |package: &kontor_metadata::model::Package| package.removed.contains(&table.module);
        if self.catalog.find(&table.module).is_none() {
            let renamed = self.catalog.modules.iter().any(|module| module.former.contains(&table.module));
            let accepted = accept.contains(&table.module) || accept.contains(&table.package);
            let allowed = renamed || accepted || self.catalog.packages.iter().any(listed);
            if !allowed && table.link.is_none() {
                self.module_vanished(table);
            }
            allowed
        } else {
            let Some(field) = &table.link else { return false };
            self.field_may_vanish(&table.module, field, Some(&table.package))
        }
    }

    /// Whether a field may go; reports it where not.
    pub(super) fn field_may_vanish(&mut self, module: &str, field: &str, package: Option<&String>) -> bool {
        let listed = self.catalog.find(module).is_some_and(|module| module.removed.iter().any(|name| name == field));
        let accept = &self.terms.accept;
        let accepted = accept.contains(&format!("{module}.{field}")) || package.is_some_and(|of| accept.contains(of));
        let allowed = listed || accepted;
        if !allowed {
            self.field_vanished(module, field, package);
        }
        allowed
    }

    /// Compares a table that stays; gives its hidden columns.
    fn table(
        &mut self,
        from: &Table,
        was: &str,
        (name, wanted): (&str, &Table),
        tables: &BTreeMap<&str, &str>,
    ) -> Vec<crate::ddl::schema::Column> {
        let mut table = from.clone();
        for reference in table.columns.iter_mut().filter_map(|column| column.references.as_mut()) {
            if let Some(new) = tables.get(reference.table.as_str()) {
                reference.table = (*new).to_owned();
            }
        }
        let mut pair = Pair { name, was: table, wanted };
        let renamed = self.renamed_columns(&mut pair);
        let search = self.search(was, &pair);
        if was != name || from.link != wanted.link {
            let (from, to, table) = (was.to_owned(), name.to_owned(), from.clone());
            self.steps.renamed.push(Step::RenameTable { from, to, link: wanted.link.clone(), table, search });
        }
        self.steps.renamed.extend(renamed);
        if from.hidden {
            self.steps.altered.push(Step::ShowTable { name: name.to_owned(), table: from.clone() });
        }
        if from.package != wanted.package {
            let (name, from, to) = (name.to_owned(), Some(from.package.clone()), Some(wanted.package.clone()));
            self.steps.altered.push(Step::Own { table: name, column: None, from, to });
        }
        self.indexes(&pair, was);
        let hidden = self.columns(&pair);
        let differ = wanted.follows.iter().filter(|(field, by)| pair.was.follows.get(*field) != Some(*by));
        let fields: Vec<String> = differ.map(|(field, _)| field.clone()).collect();
        if !fields.is_empty() {
            self.steps.computed.push(Step::Recompute { table: name.to_owned(), fields });
        }
        hidden
    }

    /// Foreign keys that change when a table is hidden.
    fn references(&mut self, name: &str, from: &Table, to: &Table) {
        for (column, hidden) in from.columns.iter().zip(&to.columns).filter(|(a, b)| a.references != b.references) {
            let search = from.search.clone().filter(|search| search.columns.contains_key(&column.name));
            self.alter(name, column, hidden, from.indexes_over(&column.name), search);
        }
    }

    /// Modules that have another name: records tell what they are linked to by it.
    fn modules(&mut self, from: &Schema) {
        let known: BTreeSet<&str> = from.tables.values().map(|table| table.module.as_str()).collect();
        let mut renamed: Vec<(String, String)> = Vec::new();
        for module in self.catalog.modules.iter().filter(|module| !known.contains(module.name.as_str())) {
            let former = module.former.iter().find(|former| known.contains(former.as_str()));
            renamed.extend(former.map(|former| (former.clone(), module.name.clone())));
        }
        if renamed.is_empty() {
            return;
        }
        let mut columns: BTreeSet<(String, String)> =
            NAMED.iter().map(|(table, column)| ((*table).to_owned(), (*column).to_owned())).collect();
        columns.extend(self.catalog.modules.iter().filter(|module| !module.system).flat_map(links));
        for (from, to) in renamed {
            self.steps.altered.push(Step::RenameModule { from, to, columns: columns.iter().cloned().collect() });
        }
    }
}

/// The columns of a module that tell which module a link leads to.
fn links(module: &Module) -> impl Iterator<Item = (String, String)> {
    let polymorphic = module.fields.iter().filter(|field| matches!(field.ty, FieldType::Polymorphic { .. }));
    polymorphic.filter_map(|field| Some((module.table.clone(), field.type_column()?)))
}
