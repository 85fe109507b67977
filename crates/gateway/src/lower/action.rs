//! What the root fields of an operation do, ready to run.

use super::{feed::Feed, given::Given, operand::OperandSource, process::Call, watch::Watch};
use async_graphql::parser::types::Field;
use kontor_domain::{
    mutation::Assignment,
    plan::{Plan, Selection},
    query::Operand,
};
use kontor_metadata::model::{Action as Right, ModuleId};

/// An operation, ready to run.
pub struct Prepared {
    /// Whether it is a mutation: one transaction, all or nothing.
    pub mutation: bool,
    /// Whether it is a subscription: one root field, answered again and again.
    pub subscription: bool,
    /// Whether it is only tried: nothing of it stays.
    pub dry_run: bool,
    /// Whether what it reads is another for each caller of a role.
    pub of_user: bool,
    /// Its root fields.
    pub roots: Vec<Root>,
    /// Values that its plans want, by number.
    pub operands: Vec<OperandSource>,
    /// Whether a plan or any of them depends on the time zone of the caller's organization.
    pub wants_zone: bool,
    /// What it costs at most, as a part of the `extensions` of the answer: `"cost":{…}`.
    pub cost: Vec<u8>,
    /// What is charged for it.
    pub points: u64,
    /// What it takes of memory, about.
    pub bytes: u64,
}

/// A root field.
pub struct Root {
    /// Response key.
    pub key: String,
    /// `{"key":` or `,"key":`
    pub prefix: Vec<u8>,
    /// Where it stands in the document.
    pub pos: async_graphql::Pos,
    /// Whether its failure makes all data null.
    pub required: bool,
    /// What to do.
    pub action: Action,
}

/// What a root field does.
pub enum Action {
    /// Writes JSON that is always the same.
    Constant(String),
    /// Refuses to read the records of a module.
    Forbidden(ModuleId),
    /// Asks async-graphql about the schema.
    Introspection(Box<Field>),
    /// Reads records.
    Read {
        /// The plan.
        plan: Plan,
        /// For one record: its module's name, since none is an error then.
        one: Option<String>,
    },
    /// Tells where feeds begin now.
    EventCursor,
    /// Does something else, and tells of it.
    Process(Box<Call>),
    /// Tells of changes as they happen.
    Feed(Box<Feed>),
    /// Tells of groups of records whenever they have changed.
    Watch(Box<Watch>),
    /// Writes records, and tells of them.
    Write(Box<Write>),
}

/// A change of records of one module, and what is told of them.
pub struct Write {
    /// The module.
    pub module: ModuleId,
    /// Whether it is the caller's own affair, whatever rights it has on the module.
    pub of_caller: bool,
    /// What happens to them.
    pub change: Change,
    /// What to answer.
    pub told: Told,
}

/// What happens to records.
pub enum Change {
    /// New ones.
    Create(Given),
    /// New values.
    Update {
        /// Which.
        which: Which,
        /// The version that it must have.
        version: Option<Operand>,
        /// The values.
        input: Given,
    },
    /// Others are made of it.
    Convert {
        /// Which.
        which: Which,
        /// The version that it must have.
        version: Option<Operand>,
        /// What it becomes.
        input: Option<Given>,
    },
    /// New values where a record has a unique key of them, else new records.
    Upsert {
        /// The values.
        inputs: Given,
        /// Names of unique keys, where they are given.
        keys: Option<Given>,
    },
    /// Their end.
    Delete {
        /// Which.
        which: Which,
        /// The version that it must have.
        version: Option<Operand>,
    },
    /// Their return.
    Restore(Which),
    /// Their end for good.
    Purge(Which),
    /// These values, whatever the request says.
    Set {
        /// Which.
        which: Which,
        /// The values.
        values: Vec<Assignment>,
    },
    /// That a record is shared.
    Share {
        /// Which, and with whom.
        sharing: Sharing,
        /// How far.
        level: Operand,
    },
    /// That a record is shared no more.
    Unshare {
        /// Which, and with whom.
        sharing: Sharing,
        /// The record of that.
        which: Which,
    },
    /// That the caller follows a record.
    Follow {
        /// Id of the record.
        record: Operand,
        /// Reads its [`MODULE`].
        target: Plan,
    },
}

/// A record and whom it is shared with.
pub struct Sharing {
    /// Id of the record.
    pub record: Operand,
    /// Reads its [`MODULE`].
    pub target: Plan,
    /// Id of a user or a team.
    pub with: Operand,
    /// Reads which of the two, as [`MODULE`].
    pub receiver: Plan,
}

impl Change {
    /// The right that it takes.
    pub fn right(&self) -> Right {
        match self {
            Self::Create(_) | Self::Upsert { .. } | Self::Follow { .. } | Self::Share { .. } => Right::Create,
            Self::Update { .. } | Self::Set { .. } | Self::Convert { .. } => Right::Update,
            Self::Delete { .. } | Self::Restore(_) | Self::Purge(_) | Self::Unshare { .. } => Right::Delete,
        }
    }

    /// Whether it is of all records that a filter finds.
    pub fn is_of_many(&self) -> bool {
        match self {
            Self::Update { which, .. }
            | Self::Delete { which, .. }
            | Self::Set { which, .. }
            | Self::Unshare { which, .. }
            | Self::Convert { which, .. }
            | Self::Restore(which)
            | Self::Purge(which) => matches!(which, Which::All(_)),
            Self::Create(_) | Self::Upsert { .. } | Self::Follow { .. } | Self::Share { .. } => false,
        }
    }
}

/// Key under which a plan tells the module of a record that is to be followed or shared.
pub const MODULE: &str = "module";

/// Which records are changed.
pub enum Which {
    /// The one with this id.
    One(Operand),
    /// Those that a filter finds.
    All(Selection),
}

/// What is told of written records.
pub enum Told {
    /// The one record, read by a plan whose operand is its id.
    One(Plan, Operand),
    /// Records of a conversion: each under its key, read by a plan whose operand is its id.
    Converted(Vec<(String, ConvertedOutput)>),
    /// Each of some records, read by a plan whose operand are their ids.
    Each(Plan, Operand),
    /// The id of the one record.
    Id,
    /// Whether there were any.
    Any,
    /// Their number, perhaps their ids.
    Bulk(Vec<(String, BulkOutput)>),
}

/// A part of what is told of a conversion.
pub enum ConvertedOutput {
    /// JSON that is always the same.
    Constant(String),
    /// A record, by its place among those that were written.
    Record(usize, Plan, Operand),
}

/// A part of what is told of a change by filter.
pub enum BulkOutput {
    /// JSON that is always the same.
    Constant(String),
    /// The number of records.
    Affected,
    /// Their ids.
    Ids,
}
