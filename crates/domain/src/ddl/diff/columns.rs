//! Which columns stay, under which name, and which are new, changed or gone.

use super::{Changes, Pair, Step, Table};
use crate::{
    column::ColumnType,
    ddl::schema::{Column, Index, Search},
};
use kontor_metadata::model::Field;
use std::collections::{BTreeMap, BTreeSet};

impl Changes<'_> {
    /// Finds the columns of fields that have another name, and gives the table's columns their new names.
    pub(super) fn renamed_columns(&mut self, pair: &mut Pair<'_>) -> Vec<Step> {
        let mut steps = if pair.wanted.link.is_some() { links(pair) } else { Vec::new() };
        for wanted in &pair.wanted.columns {
            let catalog = self.catalog;
            let field = wanted.field.as_ref().and_then(|name| catalog.find(&pair.wanted.module)?.find(name));
            let Some(field) = field else { continue };
            let former = |column: &&Column| column.field.as_ref().is_some_and(|name| field.past.names.contains(name));
            let found: Vec<&Column> = pair
                .was
                .columns
                .iter()
                .filter(former)
                .filter(|column| is_type(&pair.was, column) == is_type(pair.wanted, wanted))
                .collect();
            let Some(was) = found.first().map(|column| (*column).clone()) else { continue };
            if pair.was.column(&wanted.name).is_some() {
                if !was.hidden {
                    self.two_fields(&pair.wanted.module, field, &was);
                }
                continue;
            }
            pair.was.rename_column(&was, wanted);
            steps.push(Step::RenameColumn {
                table: pair.name.to_owned(),
                module: pair.was.module.clone(),
                from: was,
                to: wanted.name.clone(),
                field: Some(field.name.clone()),
            });
        }
        steps
    }

    /// Compares the columns of a table that stays; gives those that are hidden.
    pub(super) fn columns(&mut self, pair: &Pair<'_>) -> Vec<Column> {
        let mut hidden = Vec::new();
        for was in &pair.was.columns {
            match pair.wanted.column(&was.name) {
                Some(wanted) => self.column(pair, was, wanted),
                None => hidden.extend(self.gone_column(pair, was)),
            }
        }
        for column in pair.wanted.columns.iter().filter(|column| pair.was.column(&column.name).is_none()) {
            self.new_column(pair, column);
        }
        hidden
    }

    /// The field of a column.
    pub(super) fn field(&self, table: &Table, column: &Column) -> Option<&Field> {
        self.catalog.find(&table.module)?.find(column.field.as_ref()?)
    }

    fn new_column(&mut self, pair: &Pair<'_>, column: &Column) {
        let table = pair.name.to_owned();
        if column.required && !self.has_value(pair, column) {
            self.without_value(pair.wanted, column, true);
        }
        if !column.backfill || self.terms.empty.contains(pair.name) {
            self.steps.added.push(Step::AddColumn { table, column: column.clone() });
            return;
        }
        let free = Column { required: false, ..column.clone() };
        self.steps.added.push(Step::AddColumn { table, column: free.clone() });
        self.fill(pair, &free, column, true);
    }

    /// Rows without a value get one, and must have it then.
    fn fill(&mut self, pair: &Pair<'_>, was: &Column, wanted: &Column, new: bool) {
        let Some(field) = wanted.field.clone() else { return };
        let (table, module) = (pair.name.to_owned(), pair.wanted.module.clone());
        let there = (!new).then(|| was.clone());
        self.steps.filled.push(Step::Backfill { table: table.clone(), module, field, was: there });
        if wanted.required {
            let (indexes, search) = (kept_indexes(pair, &wanted.name), kept_search(pair, &wanted.name));
            let (from, to) = (was.clone(), wanted.clone());
            self.steps.tightened.push(Step::AlterColumn { table, from, to, indexes, search });
        }
    }

    /// Whether rows that are there have or get a value.
    fn has_value(&self, pair: &Pair<'_>, column: &Column) -> bool {
        column.fill.is_some() || column.backfill || self.terms.empty.contains(pair.name)
    }

    fn gone_column(&mut self, pair: &Pair<'_>, was: &Column) -> Option<Column> {
        let table = pair.name.to_owned();
        let field = was.field.clone().unwrap_or_else(|| was.name.clone());
        if pair.wanted.computed.contains(&field) {
            self.steps.dropped.push(Step::DropColumn { table, column: was.clone(), copied: false });
            return None;
        }
        if !was.hidden {
            if let Some(other) = pair.wanted.columns.iter().find(|column| column.field.as_ref() == Some(&field)) {
                self.type_changed(pair, was, other);
                return None;
            }
            if !self.field_may_vanish(&pair.wanted.module, &field, was.package.as_ref()) {
                return None;
            }
        }
        if self.terms.prune {
            self.steps.dropped.push(Step::DropColumn { table, column: was.clone(), copied: true });
            return None;
        }
        let hidden = was.hidden();
        if !was.hidden {
            self.set_options(pair.name, was, &hidden, Vec::new(), Vec::new());
            self.alter(pair.name, was, &hidden, BTreeMap::new(), None);
        }
        Some(hidden)
    }

    fn column(&mut self, pair: &Pair<'_>, was: &Column, wanted: &Column) {
        if !is_widening(was, wanted, was.hidden || pair.was.hidden) {
            return self.type_changed(pair, was, wanted);
        }
        let tightens = wanted.required && !was.required;
        if tightens && !self.has_value(pair, wanted) {
            self.without_value(pair.wanted, wanted, false);
        }
        let filled = tightens && wanted.backfill && !self.terms.empty.contains(pair.name);
        // What is filled first is demanded behind it.
        let now = Column { required: wanted.required && !filled, ..wanted.clone() };
        let differs =
            (was.ty, was.required, &was.references, was.hidden) != (now.ty, now.required, &now.references, now.hidden);
        if differs {
            self.alter(pair.name, was, &now, kept_indexes(pair, &was.name), kept_search(pair, &was.name));
        }
        if filled || (was.hidden && wanted.backfill) {
            self.fill(pair, &now, wanted, false);
        }
        if was.package != wanted.package {
            let (table, column) = (pair.name.to_owned(), Some(wanted.name.clone()));
            let (from, to) = (was.package.clone(), wanted.package.clone());
            self.steps.altered.push(Step::Own { table, column, from, to });
        }
        if was.options != wanted.options {
            self.options(pair, was, wanted);
        }
    }

    /// Another picklist: options that are gone have another name, or a successor.
    fn options(&mut self, pair: &Pair<'_>, was: &Column, wanted: &Column) {
        let (had, has) = (was.options.clone().unwrap_or_default(), wanted.options.clone().unwrap_or_default());
        let (mut renamed, mut replaced, mut vanished) = (Vec::new(), Vec::new(), Vec::new());
        if let (Some(field), Some(_)) = (self.field(pair.wanted, wanted), &wanted.options) {
            for gone in had.difference(&has) {
                let choices = field.choices().unwrap_or_default();
                let successor = choices.iter().find(|choice| choice.former.contains(gone));
                let replacement = field.past.replace.iter().find(|(option, _)| option == gone);
                match (successor, replacement) {
                    (Some(choice), _) if had.contains(&choice.name) => {
                        replaced.push((gone.clone(), Some(choice.name.clone())))
                    }
                    (Some(choice), _) => renamed.push((gone.clone(), choice.name.clone())),
                    (None, Some((_, by))) => replaced.push((gone.clone(), by.clone())),
                    (None, None) => vanished.push(gone.clone()),
                }
            }
        }
        for option in vanished {
            self.option_vanished(pair.wanted, wanted, &option);
        }
        self.set_options(pair.name, was, wanted, renamed, replaced);
    }

    fn set_options(
        &mut self,
        table: &str,
        from: &Column,
        to: &Column,
        renamed: Vec<(String, String)>,
        replaced: Vec<(String, Option<String>)>,
    ) {
        if from.options == to.options {
            return;
        }
        let (table, from, to) = (table.to_owned(), from.clone(), to.clone());
        self.steps.altered.push(Step::SetOptions { table, from, to, renamed, replaced });
    }

    pub(super) fn alter(
        &mut self,
        table: &str,
        from: &Column,
        to: &Column,
        indexes: BTreeMap<String, Index>,
        search: Option<Search>,
    ) {
        let (table, from, to) = (table.to_owned(), from.clone(), to.clone());
        self.steps.altered.push(Step::AlterColumn { table, from, to, indexes, search });
    }
}

/// The columns of a junction table, which are named after modules: the tenant, the own and the other side, in this order.
fn links(pair: &mut Pair<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for (from, wanted) in pair.was.columns.clone().into_iter().zip(&pair.wanted.columns) {
        if from.name != wanted.name {
            pair.was.rename_column(&from, wanted);
            let (table, module, to) = (pair.name.to_owned(), pair.was.module.clone(), wanted.name.clone());
            steps.push(Step::RenameColumn { table, module, from, to, field: None });
        }
    }
    steps
}

/// Whether a column holds the module that a link leads to.
fn is_type(table: &Table, column: &Column) -> bool {
    let same = |other: &&Column| other.field.is_some() && other.field == column.field;
    column.ty == ColumnType::Text && table.columns.iter().filter(same).count() == 2
}

/// Whether every value that the column has is also a value of the new type.
fn is_widening(from: &Column, to: &Column, hidden: bool) -> bool {
    let same_target = match (&from.references, &to.references) {
        (Some(a), Some(b)) => a.table == b.table,
        // The links of a column that was hidden are looked at again.
        (None, Some(_)) => hidden,
        (None, None) => true,
        (Some(_), None) => false,
    };
    let no_new_picklist = from.options.is_some() || to.options.is_none() || hidden;
    let type_fits = match (from.ty, to.ty) {
        (ColumnType::Integer, ColumnType::Decimal(_) | ColumnType::BigInt) => true,
        (ColumnType::Decimal(a), ColumnType::Decimal(b)) => a <= b,
        (a, b) => a == b,
    };
    same_target && no_new_picklist && type_fits
}

/// The search that stays as it is and looks at the column.
fn kept_search(pair: &Pair<'_>, column: &str) -> Option<Search> {
    let kept = pair.was.search.as_ref().filter(|search| pair.wanted.search.as_ref() == Some(search));
    kept.filter(|search| search.columns.contains_key(column)).cloned()
}

/// The indexes over the column that stay as they are, by the names that they will have.
fn kept_indexes(pair: &Pair<'_>, column: &str) -> BTreeMap<String, Index> {
    let concerns =
        |index: &Index| index.columns.iter().any(|name| name == column) || index.where_null.as_deref() == Some(column);
    let there: BTreeSet<Vec<u8>> = pair.was.indexes.values().map(key).collect();
    let kept = pair.wanted.indexes.iter().filter(|(_, index)| there.contains(&key(index)) && concerns(index));
    kept.map(|(name, index)| (name.clone(), index.clone())).collect()
}

fn key(index: &Index) -> Vec<u8> {
    format!("{index:?}").into_bytes()
}
