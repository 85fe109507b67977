//! What a caller wants written: values of records, and of the records that are written with them.

use super::message::Violation;
use crate::value::Value;
use kontor_metadata::model::{ConnectionId, FieldId, ModuleId};
use uuid::Uuid;

/// A step into the arguments of a mutation: `inputs`, 3, `lineItems`, 0, `quantity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of an object.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

/// Values of one record, and what is written along with it.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Where it stands among the arguments: what every violation's path begins with.
    pub path: Vec<Step>,
    /// Values of the record's own fields. What is not named is untouched, null clears.
    pub values: Vec<Assignment>,
    /// New records that to-one relations of this one shall lead to.
    pub related: Vec<(FieldId, Input)>,
    /// Changes of what connections lead to.
    pub connected: Vec<(ConnectionId, Links)>,
    /// What could not even be read as a value of its field.
    pub unreadable: Vec<Violation>,
}

/// Changes of what a connection of a record leads to.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// New records.
    pub create: Vec<Input>,
    /// Records that are linked.
    pub link: Vec<Uuid>,
    /// Records that are linked no more.
    pub unlink: Vec<Uuid>,
}

/// What is said of one record that another becomes.
#[derive(Debug, Clone)]
pub struct Becoming {
    /// Where it stands among the arguments.
    pub path: Vec<Step>,
    /// What it is.
    pub what: Becomes,
}

/// One record that another becomes.
#[derive(Debug, Clone)]
pub enum Becomes {
    /// The one that it is linked to already, else a new one if it has values for what such a record needs, else none.
    AsFits,
    /// A new one: with these values, and those that come from the record.
    New(Box<Input>),
    /// One that is there.
    There(Uuid),
    /// None.
    Nothing,
    /// What is said of it cannot be read.
    Unreadable(Violation),
}

/// A value for a column of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The field.
    pub field: FieldId,
    /// For a polymorphic relation: whether this is the module name rather than the id.
    pub is_type: bool,
    /// The value; null clears.
    pub value: Value,
}

/// A change of records of one module: one root field of a mutation.
#[derive(Debug, Clone)]
pub struct Change {
    /// The module.
    pub module: ModuleId,
    /// What happens to them.
    pub action: Action,
}

/// What happens to records.
#[derive(Debug, Clone)]
pub enum Action {
    /// New records, one per input.
    Create(Vec<Input>),
    /// New values for records, the same for all.
    Update {
        /// Which: each is there, or the change is refused.
        ids: Vec<Uuid>,
        /// The version that each must have.
        expected_version: Option<i64>,
        /// The values.
        input: Box<Input>,
    },
    /// A record becomes others.
    Convert {
        /// Which.
        id: Uuid,
        /// The version that it must have.
        expected_version: Option<i64>,
        /// What is said of each record that may come of it, in the order of the module's conversion.
        becoming: Vec<Becoming>,
    },
    /// New values for the records that have the same unique key, new records where there are none.
    Upsert {
        /// Values, one input per record.
        inputs: Vec<Input>,
        /// Unique keys by which a record is found, as indexes into the module's `indexes`; empty for every key that an
        /// input has all values of.
        keys: Vec<usize>,
    },
    /// An end that can be undone where the module has soft delete, else one for good.
    Delete {
        /// Which.
        ids: Vec<Uuid>,
        /// The version that each must have.
        expected_version: Option<i64>,
    },
    /// Deleted records come back, with all that was deleted with them.
    Restore {
        /// Which.
        ids: Vec<Uuid>,
    },
    /// Records, deleted or not, are removed for good.
    Purge {
        /// Which.
        ids: Vec<Uuid>,
    },
}
