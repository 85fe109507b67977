//! The shape of the answer with everything that can be written in advance already written.

use super::Encoder;

/// A JSON object.
#[derive(Debug)]
pub struct ObjectTemplate {
    /// Its members; each begins with `{` or `,` and its key.
    pub items: Vec<Item>,
}

/// A member of an object.
#[derive(Debug)]
pub enum Item {
    /// Key and value.
    Constant(Box<[u8]>),
    /// A column of the level's row.
    Column {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// Index into the level's columns.
        column: usize,
        /// How it is written.
        encoder: Encoder,
    },
    /// The address of a file.
    FileAddress {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// Column that has a value if the file was uploaded.
        key: usize,
        /// Column of the record's id.
        id: usize,
        /// Column of the address of a file elsewhere.
        elsewhere: usize,
        /// What stands before the id, as in a JSON string.
        base: Box<[u8]>,
    },
    /// A record joined to the row, or null.
    Joined {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// The column of its id, null where there is none.
        id: usize,
        /// What to write of it, from the same row.
        object: ObjectTemplate,
    },
    /// The one row of a child level, or null.
    One {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// The child level.
        level: usize,
        /// What to write of its row.
        object: ObjectTemplate,
    },
    /// The first child level that has a row, or null: a polymorphic relation.
    AnyOf {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// Child levels and what to write of their rows.
        cases: Vec<(usize, ObjectTemplate)>,
    },
    /// A connection.
    List {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// The connection.
        list: Box<ListTemplate>,
    },
    /// A JSON array of columns of the level's row.
    Columns {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// Indexes into the level's columns, and how they are written.
        columns: Vec<(usize, Encoder)>,
    },
    /// An object of the same row.
    Object {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// What to write of it.
        object: ObjectTemplate,
    },
    /// A JSON array of the rows of a child level.
    Groups {
        /// `,"key":`
        prefix: Box<[u8]>,
        /// The child level.
        level: usize,
        /// What to write of each of its rows.
        object: ObjectTemplate,
    },
}

/// An object that is found by its id.
#[derive(Debug)]
pub struct IdentifiedTemplate {
    /// Level of its rows.
    pub level: usize,
    /// The column of that level that holds the id.
    pub id: usize,
    /// What to write of a row.
    pub object: ObjectTemplate,
}

/// A connection object.
#[derive(Debug)]
pub struct ListTemplate {
    /// Level of its rows; none when only the total is asked for.
    pub level: Option<usize>,
    /// Level of its total.
    pub total: Option<usize>,
    /// Records on a page; one more is read to know whether there is more.
    pub size: usize,
    /// The extra record is the first of the rows, not the last.
    pub backward: bool,
    /// What the page's own start already says of the other direction.
    pub more_behind: bool,
    /// How to write a cursor, where one is asked for.
    pub cursor: Option<Cursor>,
    /// Members in order; keys are written with `{` or `,`.
    pub parts: Vec<(Box<[u8]>, ListPartTemplate)>,
}

/// The order keys of a row.
#[derive(Debug)]
pub struct Cursor {
    /// Tells cursors of this order from those of another.
    pub fingerprint: u32,
    /// Columns of the level and their types.
    pub columns: Vec<(usize, crate::column::ColumnType)>,
}

/// A member of a connection object.
#[derive(Debug)]
pub enum ListPartTemplate {
    /// A value.
    Constant(Box<[u8]>),
    /// A JSON array of records.
    Nodes(ObjectTemplate),
    /// A JSON array of records of several modules.
    NodesAnyOf(Vec<(usize, ObjectTemplate)>),
    /// A JSON array of edges.
    Edges(Vec<(Box<[u8]>, EdgeItem)>),
    /// `pageInfo`.
    PageInfo(Vec<(Box<[u8]>, PageInfoItem)>),
    /// A number.
    Total,
}

/// A member of an edge.
#[derive(Debug)]
pub enum EdgeItem {
    /// A value.
    Constant(Box<[u8]>),
    /// The cursor.
    Cursor,
    /// The record.
    Node(ObjectTemplate),
    /// The record, of one of several modules.
    NodeAnyOf(Vec<(usize, ObjectTemplate)>),
}

/// A member of `pageInfo`.
#[derive(Debug)]
pub enum PageInfoItem {
    /// A value.
    Constant(Box<[u8]>),
    /// Whether records follow.
    HasNextPage,
    /// Whether records precede.
    HasPreviousPage,
    /// First cursor.
    StartCursor,
    /// Last cursor.
    EndCursor,
}

/// `{"key":` for the first member, `,"key":` for the others.
pub(super) fn prefix(first: bool, key: &str) -> Box<[u8]> {
    let mut out = vec![if first { b'{' } else { b',' }];
    crate::json::text(&mut out, key.as_bytes());
    out.push(b':');
    out.into()
}
