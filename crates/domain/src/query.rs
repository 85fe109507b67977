//! Reading, as intent: what is asked for, free of GraphQL and of SQL. The gateway makes it, [`crate::plan`] compiles it.
//!
//! Operands are numbered: the intent holds places, the values come with each request, so that one plan serves them all.

pub mod aggregate;

use aggregate::Aggregation;
use kontor_metadata::model::{ConnectionId, FieldId, ModuleId};

/// Number of a value that comes with the request, an index into the values given to [`crate::store::Store::read`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operand(pub u32);

/// One root field.
#[derive(Debug, Clone)]
pub enum Query {
    /// One record by id; JSON `null` when there is none that the caller may see.
    One {
        /// A UUID.
        id: Operand,
        /// Whether a deleted record is found too (restore, and the answer to a delete).
        deleted: Deleted,
        /// What to write of it.
        object: Object,
    },
    /// One record by id, whichever of some modules it is of; JSON `null` as above.
    AnyOf {
        /// A UUID.
        id: Operand,
        /// What to write of it, by module.
        cases: Vec<Object>,
    },
    /// Many records.
    Many(List),
    /// The records with some ids, in the order of the ids, null for each that there is none for.
    Each {
        /// A list of UUIDs.
        ids: Operand,
        /// What to write of a record, by module.
        cases: Vec<Object>,
    },
    /// Groups of records.
    Groups(Aggregation),
    /// The records of some modules that a full-text query finds, best first.
    Search(Hits),
}

/// What full-text search over modules finds, and what to write of it.
#[derive(Debug, Clone)]
pub struct Hits {
    /// What is looked for: a text that [`crate::search::query::Query::parse`] reads.
    pub query: Operand,
    /// Modules with searched fields.
    pub modules: Vec<ModuleId>,
    /// At most this many.
    pub size: u32,
    /// Keys of a hit, in order.
    pub parts: Vec<(String, HitPart)>,
}

/// A key of a hit.
#[derive(Debug, Clone)]
pub enum HitPart {
    /// JSON text.
    Constant(String),
    /// Name of the module.
    Module,
    /// Id of the record.
    Id,
    /// The text that stands for the record.
    Title,
    /// How well it matches, see [`crate::search::level`].
    Rank,
    /// The record; one object per module.
    Record(Vec<Object>),
}

/// What to write of a record, in order.
#[derive(Debug, Clone)]
pub struct Object {
    /// Module of the record.
    pub module: ModuleId,
    /// Keys and values.
    pub fields: Vec<Output>,
}

/// A key of a JSON object and where its value comes from.
#[derive(Debug, Clone)]
pub struct Output {
    /// Response key.
    pub key: String,
    /// Its value.
    pub value: OutputValue,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub enum OutputValue {
    /// The same for every record (`__typename`): JSON text.
    Constant(String),
    /// A stored field; the id of a relation.
    Field(FieldId),
    /// Name of the module that a polymorphic relation points to.
    TypeOf(FieldId),
    /// Where a file is: behind this text and the record's id if it was uploaded, else what the record says.
    FileAddress(String),
    /// The record that a relation points to, or null.
    One {
        /// The relation.
        relation: FieldId,
        /// What to write of it.
        object: Object,
    },
    /// The record that a polymorphic relation points to, or null; one object per module asked for.
    AnyOf {
        /// The relation.
        relation: FieldId,
        /// What to write, by module.
        cases: Vec<Object>,
    },
    /// The records of a connection.
    Many {
        /// The connection.
        connection: ConnectionId,
        /// Which and what of them.
        list: List,
    },
    /// Groups of the records of a connection.
    Groups {
        /// The connection.
        connection: ConnectionId,
        /// Which groups, and what of them.
        groups: Aggregation,
    },
}

/// Many records: which, in what order, how many, and what to write of them.
#[derive(Debug, Clone)]
pub struct List {
    /// Module of the records; for a connection to anything, the module of none: see [`ListPart::NodesAnyOf`].
    pub module: ModuleId,
    /// Condition.
    pub filter: Option<Filter>,
    /// Order; `id` is always added as the last tiebreaker.
    pub order: Vec<Order>,
    /// Which page.
    pub page: Page,
    /// Whether deleted records count.
    pub deleted: Deleted,
    /// Keys of the connection object, in order.
    pub parts: Vec<(String, ListPart)>,
}

/// A key of a connection object.
#[derive(Debug, Clone)]
pub enum ListPart {
    /// JSON text.
    Constant(String),
    /// The records.
    Nodes(Object),
    /// The records of a connection to anything, one object per module asked for.
    NodesAnyOf(Vec<Object>),
    /// Records with their cursors.
    Edges(Vec<(String, EdgePart)>),
    /// Whether and where there is more.
    PageInfo(Vec<(String, PageInfoPart)>),
    /// Number of records on all pages.
    TotalCount,
}

/// A key of an edge.
#[derive(Debug, Clone)]
pub enum EdgePart {
    /// JSON text.
    Constant(String),
    /// The position of the record in this order.
    Cursor,
    /// The record.
    Node(Object),
    /// The record of a connection to anything.
    NodeAnyOf(Vec<Object>),
}

/// A key of `pageInfo`.
#[derive(Debug, Clone)]
pub enum PageInfoPart {
    /// JSON text.
    Constant(String),
    /// Whether records follow.
    HasNextPage,
    /// Whether records precede.
    HasPreviousPage,
    /// Cursor of the first record, or null.
    StartCursor,
    /// Cursor of the last record, or null.
    EndCursor,
}

/// Which part of the list. Sizes are literal, since a bound LIMIT is planned as a tenth of the table.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// At most this many records, 0 to 1,000.
    pub size: u32,
    /// The last records rather than the first.
    pub backward: bool,
    /// Only behind this position: one operand per order key, `None` where the key is null there.
    pub after: Option<Vec<Option<Operand>>>,
    /// Only before this position.
    pub before: Option<Vec<Option<Operand>>>,
    /// Records to skip.
    pub offset: Option<Operand>,
}

/// Whether deleted records count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deleted {
    /// Only those that are not deleted.
    #[default]
    Exclude,
    /// All.
    Include,
    /// Only those that are deleted.
    Only,
}

/// One order key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Relations from the module to the field's module; empty for an own field.
    pub path: Vec<FieldId>,
    /// The field.
    pub field: FieldId,
    /// Largest first.
    pub descending: bool,
    /// Null before everything else.
    pub nulls_first: bool,
}

/// A condition on a record.
#[derive(Debug, Clone)]
pub enum Filter {
    /// All of them; true when there is none.
    All(Vec<Filter>),
    /// Any of them; false when there is none.
    Any(Vec<Filter>),
    /// Not.
    Not(Box<Filter>),
    /// A test of an own field.
    Field(FieldId, Test),
    /// A test of the module name of a polymorphic relation.
    TypeOf(FieldId, Test),
    /// Whose id the field holds: a user's, or a team's.
    In(FieldId, Circle),
    /// The record is shared with the caller or one of the caller's teams, so that this may be done to it.
    Shared(Sharing),
    /// The record that a relation points to exists and meets the condition.
    One(FieldId, Box<Filter>),
    /// The record that a polymorphic relation points to is of this module, and the caller may read it, deleted or not.
    Readable(FieldId, ModuleId),
    /// Found by a full-text query, a text that [`crate::search::query::Query::parse`] reads; for modules with searched
    /// fields.
    Search(Operand),
    /// A condition on the records of a connection.
    Many(ConnectionId, Quantifier, Box<Filter>),
}

/// How far a record is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// It may be read.
    Read,
    /// It may be changed too.
    Write,
}

/// Whom rights reach, seen from the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circle {
    /// The caller.
    Caller,
    /// The caller, who is in one of the caller's teams, and who reports to the caller, through others too.
    Colleagues,
    /// The teams that the caller is in or leads.
    Teams,
}

/// How many of the records of a connection must meet a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one.
    Some,
    /// All; true when there is none.
    Every,
    /// None.
    None,
}

/// A test of a value. Comparisons with null are unknown, as in SQL.
#[derive(Debug, Clone, Copy)]
pub enum Test {
    /// Equal.
    Eq(Operand),
    /// Not equal.
    Ne(Operand),
    /// Less.
    Lt(Operand),
    /// Less or equal.
    Lte(Operand),
    /// Greater.
    Gt(Operand),
    /// Greater or equal.
    Gte(Operand),
    /// One of a list.
    In(Operand),
    /// None of a list.
    NotIn(Operand),
    /// Null, or not null.
    IsNull(bool),
    /// Text that matches a pattern.
    Like {
        /// The pattern or the text.
        operand: Operand,
        /// How the operand is to be taken.
        form: LikeForm,
        /// Whether letter case is ignored.
        insensitive: bool,
    },
    /// A set that contains the option.
    Has(Operand),
    /// A set that contains any of the options.
    HasAny(Operand),
    /// A set that contains all of the options.
    HasAll(Operand),
    /// A set that is empty, or not.
    IsEmpty(bool),
    /// JSON that holds this value at this path (a list of texts); numbers are equal by value.
    JsonIs {
        /// Keys and indexes.
        path: Operand,
        /// JSON.
        value: Operand,
    },
    /// JSON that has something at this path, or not.
    JsonHas {
        /// Keys and indexes.
        path: Operand,
        /// Whether there is to be something.
        wanted: bool,
    },
}

/// How the operand of a text test is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LikeForm {
    /// A pattern with `%`, `_` and `\`.
    Pattern,
    /// A text that occurs anywhere.
    Contains,
    /// A text at the start.
    StartsWith,
    /// A text at the end.
    EndsWith,
}
