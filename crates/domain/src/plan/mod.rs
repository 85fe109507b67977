//! A compiled query: SQL and an output template, made once per document, rights and catalog and then only bound and run.
//!
//! A plan is a tree of *levels*. A level is a set of rows: the root's records, the records that a relation or
//! connection leads to, or the counts of a list. On PostgreSQL all levels are one statement, whose rows come level by
//! level; on SQLite each level is a prepared statement that is stepped inside its parent's row.

mod aggregate;
mod changes;
mod circle;
mod condition;
mod encoder;
mod expression;
mod joins;
mod levels;
mod order;
mod question;
mod render;
mod rollup;
mod search;
mod selection;
pub(crate) mod sql;
mod template;

pub use aggregate::measured;
pub(crate) use encoder::write_choice;
pub use encoder::{Encoder, Names};
pub use levels::{MOST_IDS, cursor_shape, junction_cursor_shape};
pub use question::{Question, ask, judge};
pub(crate) use rollup::{RolledUp, rolled_up};
pub use selection::{Lock, MOST_DUE, MOST_SELECTED, Selection, select_among, select_due, select_ids, select_permitted};
pub use sql::{Param, Params, Source};
pub use template::{
    Cursor, EdgeItem, IdentifiedTemplate, Item, ListPartTemplate, ListTemplate, ObjectTemplate, PageInfoItem,
};

use crate::{
    column::{ColumnType, Dialect},
    query::{Operand, Query},
    rights::Rights,
};
use kontor_metadata::model::Catalog;

/// A compiled query.
#[derive(Debug)]
pub struct Plan {
    /// Levels, parents before children.
    pub levels: Vec<Level>,
    /// What to write.
    pub root: Root,
    /// The one statement, on PostgreSQL.
    pub statement: Option<Statement>,
    /// Most rows that it can yield, for the choice between running inline and making room for others.
    pub rows_at_most: u64,
}

impl Plan {
    /// Whether it computes with the day that it is, which depends on a time zone.
    #[must_use]
    pub fn wants_today(&self) -> bool {
        self.wants(Source::Today)
    }

    /// Whether what it gives is another for each caller of a role.
    #[must_use]
    pub fn wants_user(&self) -> bool {
        self.wants(Source::User)
    }

    fn wants(&self, source: Source) -> bool {
        let statements = self.statement.iter().chain(self.levels.iter().filter_map(|level| level.statement.as_ref()));
        statements.flat_map(|statement| &statement.params).any(|param| param.source == source)
    }
}

/// SQL text with its parameters.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The text.
    pub sql: std::sync::Arc<str>,
    /// Number n is at n − 1.
    pub params: Vec<Param>,
}

/// What a plan writes.
#[derive(Debug)]
pub enum Root {
    /// The record of level 0, or null.
    One(ObjectTemplate),
    /// The record of the first level that has one, or null.
    AnyOf(Vec<(usize, ObjectTemplate)>),
    /// A connection.
    Many(ListTemplate),
    /// A record or null for each of a list of ids.
    Each(Operand, Vec<IdentifiedTemplate>),
    /// Every row of level 0, as a JSON array.
    All(ObjectTemplate),
}

/// A set of rows.
#[derive(Debug)]
pub struct Level {
    /// The level whose rows these belong to.
    pub parent: Option<usize>,
    /// Types of its columns.
    pub columns: Vec<ColumnType>,
    /// PostgreSQL: position of each column in the rows of the one statement.
    pub slots: Vec<usize>,
    /// SQLite: the level's own statement.
    pub statement: Option<Statement>,
}

/// Compiles a query for one database. Rights and tenancy are applied here and nowhere else.
#[must_use]
pub fn compile(catalog: &Catalog, dialect: Dialect, rights: &Rights, query: &Query) -> Plan {
    levels::Builder::new(dialect, condition::Conditions::new(catalog, rights), false).build(query)
}

/// The same for records that the caller has just written: it is told of them, though it may have given them away.
#[must_use]
pub fn compile_written(catalog: &Catalog, dialect: Dialect, rights: &Rights, query: &Query) -> Plan {
    levels::Builder::new(dialect, condition::Conditions::new(catalog, rights), true).build(query)
}
