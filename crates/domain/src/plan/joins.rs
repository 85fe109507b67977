//! To-one relations in the rows of the records that have them: joined, they cost a fraction of a level of their own.

use super::{
    levels::{Builder, Draft},
    sql::quote,
};
use crate::{
    column::{ColumnType, Dialect},
    query::Deleted,
};
use kontor_metadata::model::Module;

/// Most relations joined to one level, others become levels. Planners weigh few joins well, and SQLite joins 64 tables at most.
const MOST_JOINS: usize = 8;

/// A record that columns are read from: that of a level's row, or one that is joined to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) level: usize,
    join: Option<usize>,
}

impl From<usize> for Place {
    fn from(level: usize) -> Self {
        Self { level, join: None }
    }
}

/// A column of the rows of a level.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) expression: String,
    pub(super) ty: ColumnType,
    /// The join that it is read from, if it is not the level's own.
    join: Option<usize>,
}

impl Column {
    /// One of the level's own.
    pub(super) fn own(expression: impl Into<String>, ty: ColumnType) -> Self {
        Self { expression: expression.into(), ty, join: None }
    }

    pub(super) fn is_own(&self) -> bool {
        self.join.is_none()
    }
}

/// A record joined to the rows of a level.
#[derive(Debug)]
pub(super) struct Join {
    alias: String,
    table: String,
    /// That it is the record whose id is in the column `link`.
    condition: String,
    link: usize,
}

impl<'a> Builder<'a> {
    /// The record whose id is in the column `link`, joined to the rows that the column is in; `None` where enough are
    /// joined already.
    pub(super) fn join(&mut self, from: Place, link: usize, module: &Module) -> Option<Place> {
        let draft = &self.drafts[from.level];
        if let Some(known) = draft.joins.iter().position(|join| join.link == link) {
            return Some(Place { join: Some(known), ..from });
        }
        if draft.joins.len() == MOST_JOINS {
            return None;
        }
        let id = match (self.dialect, from.join) {
            (_, None) => format!("x.c{link}"),
            (Dialect::Postgres, Some(join)) => format!("{}.c{link}", draft.joins[join].alias),
            (Dialect::Sqlite, Some(_)) => draft.columns[link].expression.clone(),
        };
        let mut params = self.take_params(from.level);
        let alias = self.conditions.alias();
        let scope = self.conditions.scope(&mut params, module, &alias, Deleted::Exclude);
        self.put_params(from.level, params);
        let condition = format!("{alias}.\"id\" = {id} AND {scope}");
        let joins = &mut self.drafts[from.level].joins;
        joins.push(Join { alias, table: quote(&module.table), condition, link });
        Some(Place { join: Some(joins.len() - 1), ..from })
    }

    /// The index of a column of a record, added where it is not read yet.
    pub(super) fn column_of(&mut self, place: impl Into<Place>, name: &str, ty: ColumnType) -> usize {
        let place = place.into();
        let expression = format!("{}.{}", self.alias_of(place), quote(name));
        self.column_at(place, expression, ty)
    }

    /// The alias of the record's table.
    pub(super) fn alias_of(&self, place: Place) -> &str {
        let draft = &self.drafts[place.level];
        place.join.map_or(&draft.alias, |join| &draft.joins[join].alias)
    }

    /// The same for any expression over a record.
    pub(super) fn column_at(&mut self, Place { level, join }: Place, expression: String, ty: ColumnType) -> usize {
        let draft = &mut self.drafts[level];
        draft.columns.iter().position(|c| c.expression == expression).unwrap_or_else(|| {
            draft.columns.push(Column { expression, ty, join });
            draft.columns.len() - 1
        })
    }
}

/// The rows of a level, in order, with what is joined to them. PostgreSQL gets lateral joins to one row at most, which
/// it can do in no other order than that of the rows; SQLite never does others.
pub(super) fn render(dialect: Dialect, draft: &Draft, rows: &str) -> String {
    let name = |(n, column): (usize, &Column)| match (dialect, column.join) {
        (_, None) => format!("x.c{n} c{n}"),
        (Dialect::Postgres, Some(join)) => format!("{}.c{n} c{n}", draft.joins[join].alias),
        (Dialect::Sqlite, Some(_)) => format!("{} c{n}", column.expression),
    };
    let columns: Vec<_> = draft.columns.iter().enumerate().map(name).collect();
    let mut sql = format!("SELECT {} FROM ({rows}) x", columns.join(", "));
    for (number, Join { alias, table, condition, .. }) in draft.joins.iter().enumerate() {
        sql.push_str(&match dialect {
            Dialect::Postgres => {
                let of = draft.columns.iter().enumerate().filter(|(_, c)| c.join == Some(number));
                let columns: Vec<_> = of.map(|(n, c)| format!("{} c{n}", c.expression)).collect();
                let columns = columns.join(", ");
                format!(
                    " LEFT JOIN LATERAL (SELECT {columns} FROM {table} {alias} WHERE {condition} LIMIT 1) {alias} ON TRUE"
                )
            }
            Dialect::Sqlite => format!(" LEFT JOIN {table} {alias} ON {condition}"),
        });
    }
    sql
}
