//! What steps make of tables, without a database.

use super::{
    plan::Step,
    schema::{Column, Schema, Table},
};

impl Schema {
    /// The tables behind these steps. What fields follow from is not among what steps tell.
    #[must_use]
    pub fn after(&self, steps: &[Step]) -> Schema {
        let mut schema = self.clone();
        for step in steps {
            schema.take(step);
        }
        schema
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::CreateTable { name, table } => drop(self.tables.insert(name.clone(), table.clone())),
            Step::DropTable { name, .. } => drop(self.tables.remove(name)),
            Step::RenameTable { from, to, link, .. } => self.rename_table(from, to, link.as_ref()),
            Step::RenameModule { from, to, .. } => {
                for table in self.tables.values_mut().filter(|table| table.module == *from) {
                    table.module.clone_from(to);
                }
            }
            _ => {
                let found = step.table().and_then(|name| self.tables.get_mut(name));
                found.into_iter().for_each(|table| table.take(step));
            }
        }
    }

    fn rename_table(&mut self, from: &str, to: &str, link: Option<&String>) {
        if let Some(mut table) = self.tables.remove(from) {
            table.link = link.cloned();
            self.tables.insert(to.to_owned(), table);
        }
        let references = self.tables.values_mut().flat_map(|table| &mut table.columns);
        for reference in references.filter_map(|column| column.references.as_mut()) {
            if reference.table == from {
                to.clone_into(&mut reference.table);
            }
        }
    }
}

impl Table {
    fn take(&mut self, step: &Step) {
        match step {
            Step::DropIndex { name, .. } => drop(self.indexes.remove(name)),
            Step::CreateIndex { name, index, .. } => drop(self.indexes.insert(name.clone(), index.clone())),
            Step::RenameIndex { from, to, .. } => {
                let index = self.indexes.remove(from);
                self.indexes.extend(index.map(|index| (to.clone(), index)));
            }
            Step::RenameColumn { from, to, field, .. } => {
                let renamed = Column { name: to.clone(), field: field.clone(), ..from.clone() };
                self.rename_column(from, &renamed);
            }
            Step::AddColumn { column, .. } => self.columns.push(column.clone()),
            Step::DropColumn { column, .. } => self.columns.retain(|other| other.name != column.name),
            Step::AlterColumn { to, .. } => self.change(to, |column| {
                let options = column.options.take();
                *column = Column { options, ..to.clone() };
            }),
            Step::SetOptions { to, .. } => self.change(to, |column| column.options.clone_from(&to.options)),
            Step::HideTable { .. } => self.hidden = true,
            Step::ShowTable { .. } => self.hidden = false,
            Step::Own { column: None, to, .. } => self.package = to.clone().unwrap_or_default(),
            Step::Own { column: Some(column), to, .. } => {
                let found = self.columns.iter_mut().find(|other| other.name == *column);
                found.into_iter().for_each(|column| column.package.clone_from(to));
            }
            Step::DropSearch { .. } => self.search = None,
            Step::CreateSearch { search, .. } => self.search = Some(search.clone()),
            _ => {}
        }
    }

    fn change(&mut self, to: &Column, change: impl FnOnce(&mut Column)) {
        self.columns.iter_mut().find(|column| column.name == to.name).map(change);
    }

    /// Gives a column another name, wherever the table knows it.
    pub(super) fn rename_column(&mut self, was: &Column, renamed: &Column) {
        let new = |name: &mut String| {
            if *name == was.name {
                name.clone_from(&renamed.name);
            }
        };
        for column in &mut self.columns {
            if column.name == was.name {
                column.field.clone_from(&renamed.field);
            }
            new(&mut column.name);
        }
        self.key.iter_mut().for_each(new);
        for index in self.indexes.values_mut() {
            index.columns.iter_mut().for_each(new);
            index.where_null.iter_mut().for_each(new);
        }
        if let Some(search) = &mut self.search
            && let Some(weight) = search.columns.remove(&was.name)
        {
            search.columns.insert(renamed.name.clone(), weight);
        }
        if let (Some(old), Some(new)) = (&was.field, &renamed.field)
            && let Some(by) = self.follows.remove(old)
        {
            self.follows.insert(new.clone(), by);
        }
    }
}
