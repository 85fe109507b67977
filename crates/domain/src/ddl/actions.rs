//! Steps as what is executed: statements, and what the program computes between them.

use super::{
    foreign_keys, misfits, names,
    plan::{Plan, Step},
    postgres, quarantine, rename,
    schema::{Column, Index},
    search,
    sql::{add_column, create_index, create_table, quote},
    sqlite, tenancy,
};
use crate::column::Dialect;

/// One thing to execute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A statement.
    Sql(String),
    /// The values of a field for records that have none.
    Backfill {
        /// Name of the module.
        module: String,
        /// Name of the field.
        field: String,
    },
    /// Refuses to go on when there are rows without a value.
    Demand {
        /// Table name.
        table: String,
        /// Column name.
        column: String,
    },
    /// Refuses to go on when records share what is unique from then on.
    Distinct {
        /// Table name.
        table: String,
        /// The index to come.
        index: Index,
    },
    /// Refuses to go on when there are values that the column cannot hold.
    Fit {
        /// Table name.
        table: String,
        /// Column name.
        column: String,
        /// What holds for them, as SQL.
        condition: String,
    },
    /// Every stored value that follows from others.
    Recompute,
}

impl Plan {
    /// What to execute in one transaction, in this order, by step, and what is left behind all of them; `version` is that
    /// which it makes.
    ///
    /// PostgreSQL's foreign keys follow when all tables and columns are there, since modules may refer to each other in
    /// circles; SQLite has them in the tables, where they may refer forward. PostgreSQL builds indexes that are not
    /// unique later, beside what goes on.
    #[must_use]
    pub fn actions(&self, dialect: Dialect, version: i64) -> Vec<Vec<Action>> {
        let mut actions = Actions { dialect, version, done: Vec::new(), waiting: Vec::new(), recomputed: false };
        let mut by_step = Vec::with_capacity(self.steps.len() + 1);
        for (number, step) in self.steps.iter().enumerate() {
            actions.step(number, step);
            by_step.push(std::mem::take(&mut actions.done));
        }
        actions.flush();
        by_step.push(actions.done);
        by_step
    }

    /// The statements among what is executed, for people.
    #[must_use]
    pub fn statements(&self, dialect: Dialect, version: i64) -> Vec<String> {
        let sql = |action| if let Action::Sql(sql) = action { Some(sql) } else { None };
        let mut statements: Vec<String> =
            self.actions(dialect, version).into_iter().flatten().filter_map(sql).collect();
        statements.extend(self.concurrent(dialect));
        statements
    }

    /// The indexes that PostgreSQL builds when the transaction has ended.
    fn concurrent(&self, dialect: Dialect) -> impl Iterator<Item = String> {
        self.steps.iter().filter_map(move |step| match step {
            Step::CreateIndex { name, table, index } if dialect == Dialect::Postgres && !index.unique => {
                postgres::concurrently(name, table, index)
            }
            _ => None,
        })
    }
}

/// The name of the table in which a step puts things away.
pub(super) fn quarantine_name(version: i64, step: usize) -> String {
    format!("kontor_quarantine_{version}_{step}")
}

struct Actions<'p> {
    dialect: Dialect,
    version: i64,
    done: Vec<Action>,
    /// Steps whose foreign keys and indexes follow when all tables are there.
    waiting: Vec<&'p Step>,
    /// Once is enough for all of them.
    recomputed: bool,
}

impl<'p> Actions<'p> {
    fn sql(&mut self, statements: impl IntoIterator<Item = String>) {
        self.done.extend(statements.into_iter().map(Action::Sql));
    }

    fn step(&mut self, number: usize, step: &'p Step) {
        let dialect = self.dialect;
        let version = self.version;
        let away = || quarantine_name(version, number);
        match step {
            Step::DropIndex { name, .. } => self.sql([format!("DROP INDEX IF EXISTS {}", quote(name))]),
            Step::DropSearch { table, .. } => self.sql(search::drop(table, dialect)),
            Step::RenameTable { from, to, table, search, .. } => {
                self.sql(rename::table(from, to, table, search.as_ref(), dialect));
            }
            Step::RenameColumn { table, module, from, to, field } => {
                self.sql(rename::column(table, module, from, (to, field.as_ref()), dialect));
            }
            Step::RenameIndex { table, from, to, index } => self.sql(rename::index(table, from, to, index, dialect)),
            Step::RenameModule { from, to, columns } => self.sql(rename::module(from, to, columns, dialect)),
            Step::CreateTable { name, table } => {
                self.sql([create_table(name, table, dialect)]);
                self.waiting.push(step);
            }
            Step::AddColumn { table, column } => {
                self.sql(add_column(table, column, dialect));
                self.waiting.push(step);
            }
            Step::AlterColumn { table, from, to, .. } => {
                let tightens = to.required && !from.required;
                self.fits(table, step);
                let away = (tightens && to.fill.is_some()).then(away);
                let kept = away.as_ref().map(|name| quarantine::without_value(name, table, from));
                self.sql(kept.iter().flat_map(|kept| kept.put_away(dialect)));
                if tightens && to.fill.is_none() {
                    self.done.push(Action::Demand { table: table.clone(), column: to.name.clone() });
                }
                self.alter(table, from, to, step);
                self.sql(kept.iter().flat_map(quarantine::Quarantine::look_again));
                self.waiting.push(step);
            }
            Step::SetOptions { table, from, to, renamed, replaced } => {
                self.fits(table, step);
                let kept = (!replaced.is_empty()).then(|| quarantine::replaced(&away(), table, from, replaced));
                self.sql(kept.iter().flat_map(|kept| kept.put_away(dialect)));
                self.sql(super::options::set(table, from, to, renamed, replaced, dialect));
                self.sql(kept.iter().flat_map(quarantine::Quarantine::look_again));
            }
            Step::Backfill { table, module, field, was } => {
                self.flush();
                let kept = was.as_ref().map(|was| quarantine::without_value(&away(), table, was));
                self.sql(kept.iter().flat_map(|kept| kept.put_away(dialect)));
                self.done.push(Action::Backfill { module: module.clone(), field: field.clone() });
                self.sql(kept.iter().flat_map(quarantine::Quarantine::look_again));
            }
            Step::DropColumn { table, column, copied } => {
                self.flush();
                let kept = copied.then(|| quarantine::values(&away(), table, column));
                self.sql(kept.iter().flat_map(|kept| kept.put_away(dialect)));
                self.sql([format!("ALTER TABLE {} DROP COLUMN {}", quote(table), quote(&column.name))]);
            }
            Step::DropTable { name, table } => {
                self.flush();
                self.sql(quarantine::rows(&away(), name, table).put_away(dialect));
                if table.search.is_some() && dialect == Dialect::Sqlite {
                    self.sql(search::drop(name, dialect));
                }
                let others = if dialect == Dialect::Postgres { " CASCADE" } else { "" };
                self.sql([format!("DROP TABLE {}{others}", quote(name))]);
            }
            Step::Restore(restore) => {
                self.flush();
                self.sql(restore.statements(dialect));
            }
            Step::CreateIndex { name, table, index } => {
                self.flush();
                if index.unique {
                    self.done.push(Action::Distinct { table: table.clone(), index: index.clone() });
                }
                if index.unique || dialect == Dialect::Sqlite {
                    self.sql(create_index(name, table, index, dialect));
                }
            }
            Step::CreateSearch { table, search } => {
                self.flush();
                self.sql(search::create(table, search, dialect));
            }
            Step::Recompute { .. } => {
                self.flush();
                if !std::mem::replace(&mut self.recomputed, true) {
                    self.done.push(Action::Recompute);
                }
            }
            Step::Secure { tables, role } => {
                self.flush();
                self.sql(tables.iter().flat_map(|secured| tenancy::secure(secured, role)));
            }
            Step::HideTable { .. } | Step::ShowTable { .. } | Step::Own { .. } => {}
        }
    }

    /// Values are looked at where a column can hold fewer of them, which an undone change brings about.
    fn fits(&mut self, table: &str, step: &Step) {
        let found = misfits::of(step, self.dialect);
        self.done.extend(found.map(|(column, condition)| Action::Fit { table: table.to_owned(), column, condition }));
    }

    fn alter(&mut self, table: &str, from: &Column, to: &Column, step: &Step) {
        match (self.dialect, step) {
            (Dialect::Sqlite, Step::AlterColumn { indexes, search, .. }) => {
                self.sql(sqlite::alter_column(table, from, to, indexes, search.as_ref()));
            }
            _ => self.sql(postgres::alter_column(table, from, to)),
        }
    }

    /// Foreign keys, then the indexes and the search of new tables.
    fn flush(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        if self.dialect == Dialect::Postgres {
            self.sql(foreign_keys::of(&waiting));
        }
        for step in waiting {
            let Step::CreateTable { name, table } = step else { continue };
            let dialect = self.dialect;
            self.sql(table.indexes.iter().filter_map(|(index, what)| create_index(index, name, what, dialect)));
            self.sql(table.search.iter().flat_map(|search| search::create(name, search, dialect)));
        }
    }
}

/// The name of the primary key's index, where PostgreSQL has not shortened it.
pub(super) fn primary_key(table: &str) -> Option<String> {
    let name = format!("{table}_pkey");
    (name.len() <= names::MAX).then_some(name)
}
