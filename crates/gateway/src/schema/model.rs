//! The GraphQL schema as data: what the SDL is printed from, variables are coerced by, and selections are lowered with.

use indexmap::IndexMap;
use kontor_metadata::model::{ConnectionId, FieldId, ModuleId};
use rustc_hash::{FxHashMap, FxHashSet};

/// The directive on mutations that are only tried.
pub const DRY_RUN: &str = "dryRun";
/// What it does.
pub const DRY_RUN_DESCRIPTION: &str = "Runs the mutation and answers as if it had happened, but undoes it all.";

/// All types, by name.
#[derive(Debug, Default)]
pub struct TypeTable {
    /// Output types.
    pub objects: FxHashMap<String, ObjectType>,
    /// Names of the members of each union and interface.
    pub abstracts: FxHashMap<String, Vec<String>>,
    /// Unions in order of their definition (interfaces are in `abstracts` only).
    pub unions: Vec<(String, String)>,
    /// Input objects.
    pub inputs: FxHashMap<String, InputObjectType>,
    /// Enums.
    pub enums: FxHashMap<String, EnumType>,
    /// Names of the scalars that the other types use.
    pub scalars: FxHashSet<String>,
}

/// A reference to a type, with at most one list around it: no field of this API is a list of lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// Name of the type.
    pub name: String,
    /// Whether it is a list, and then whether its elements are never null.
    pub list: Option<bool>,
    /// Whether it is never null.
    pub required: bool,
}

impl Ref {
    /// `Name`
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), list: None, required: false }
    }

    /// `Name!`
    pub fn required(name: impl Into<String>) -> Self {
        Self { required: true, ..Self::new(name) }
    }

    /// `[Name!]`
    pub fn list(name: impl Into<String>) -> Self {
        Self { list: Some(true), ..Self::new(name) }
    }

    /// `[Name!]!`
    pub fn required_list(name: impl Into<String>) -> Self {
        Self { required: true, ..Self::list(name) }
    }

    /// `Name` or `Name!`
    pub fn maybe(name: impl Into<String>, required: bool) -> Self {
        Self { required, ..Self::new(name) }
    }

    /// The type of one element.
    pub fn element(&self) -> Self {
        Self { name: self.name.clone(), list: None, required: self.list == Some(true) }
    }
}

impl std::fmt::Display for Ref {
    /// As in SDL.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.list {
            Some(required) => write!(f, "[{}{}]", self.name, if required { "!" } else { "" })?,
            None => f.write_str(&self.name)?,
        }
        f.write_str(if self.required { "!" } else { "" })
    }
}

/// An object type.
#[derive(Debug)]
pub struct ObjectType {
    /// For people.
    pub description: String,
    /// Names of interfaces.
    pub implements: Vec<String>,
    /// In order of definition.
    pub fields: IndexMap<String, OutputField>,
}

/// A field of an object.
#[derive(Debug)]
pub struct OutputField {
    /// Its type.
    pub ty: Ref,
    /// Its arguments.
    pub arguments: Vec<(String, InputField)>,
    /// For people.
    pub description: String,
    /// Why not to use it any more.
    pub deprecated: Option<String>,
    /// What it means.
    pub bind: Bind,
}

/// What a field of an object means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bind {
    /// One record by id.
    One(ModuleId),
    /// One record by id, of any module.
    Node,
    /// Many records.
    Many(ModuleId),
    /// All modules, as the metadata describe them.
    Modules,
    /// One module, as the metadata describe it.
    Module,
    /// A key of such a description.
    Described,
    /// What was done to records, newest first.
    AuditLog(ModuleId),
    /// Full-text search over modules.
    Search,
    /// A key of a hit of it.
    Hit(HitField),
    /// The signed-in user.
    Me,
    /// Where feeds begin now.
    EventCursor,
    /// Something that is done rather than written: sign-ins, sessions, passwords, keys.
    Process(Process),
    /// Write records.
    Write(ModuleId, WriteBind),
    /// A part of what is told of a change by filter.
    Bulk(BulkPart),
    /// A record of a conversion: the one that was converted, or one that it has become, by its place.
    Converted(ModuleId, Option<usize>),
    /// A stored field; the id of a relation.
    Column(FieldId),
    /// The module name of a polymorphic relation.
    TypeOf(FieldId),
    /// Where a file is.
    FileAddress,
    /// The record that a relation points to.
    Related(FieldId),
    /// The record that a polymorphic relation points to.
    RelatedAny(FieldId),
    /// The records of a connection.
    Connection(ConnectionId),
    /// A part of a connection, an edge, `pageInfo`.
    Page(PagePart),
    /// A key of what a process answers.
    Answer,
    /// Some records by their ids, of any modules.
    Nodes,
    /// Groups of records.
    Aggregate(ModuleId),
    /// Groups of the records of a connection.
    ConnectionAggregate(ConnectionId),
    /// A part of a group.
    Group(GroupBind),
    /// Changes of records as they happen.
    Events(ModuleId),
    /// Groups of records, again whenever they have changed.
    AggregateEvents(ModuleId),
    /// What happens around records, as it happens.
    ActivityFeed,
    /// Messages to the caller, as they come.
    Inbox(ModuleId),
    /// A part of a change.
    Event(EventPart),
}

/// What a root field of a mutation does to records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteBind {
    /// Creates one.
    Create,
    /// Creates some.
    CreateMany,
    /// Changes one.
    Update,
    /// Changes those that a filter finds.
    UpdateMany,
    /// Changes one, or creates it.
    Upsert,
    /// Changes or creates each of some.
    UpsertMany,
    /// Makes others of one.
    Convert,
    /// Deletes one.
    Delete,
    /// Deletes those that a filter finds.
    DeleteMany,
    /// Brings one back.
    Restore,
    /// Brings those back that a filter finds.
    RestoreMany,
    /// Removes one for good.
    Purge,
    /// Makes the caller follow a record.
    Follow,
    /// Makes the caller follow a record no more.
    Unfollow,
    /// Shares a record.
    Share,
    /// Shares a record no more.
    Unshare,
    /// Marks messages to the caller as read.
    Read,
    /// Marks messages to the caller as not read.
    Unread,
    /// Marks all messages to the caller as read.
    AllRead,
}

/// Parts of what is told of a change by filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkPart {
    /// `affected`
    Affected,
    /// `ids`
    Ids,
}

/// Parts of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBind {
    /// `keys`
    Keys,
    /// `group`
    Key,
    /// `count`
    Count,
    /// What is computed of each field.
    Each(Calculation),
}

/// What is computed of the values of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calculation {
    /// `countValues`
    CountValues,
    /// `countDistinct`
    CountDistinct,
    /// `sum`
    Sum,
    /// `avg`
    Avg,
    /// `min`
    Min,
    /// `max`
    Max,
}

/// Parts of connections, edges and `pageInfo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePart {
    /// `edges`
    Edges,
    /// `nodes`
    Nodes,
    /// `pageInfo`
    PageInfo,
    /// `totalCount`
    TotalCount,
    /// `cursor`
    Cursor,
    /// `node`
    Node,
    /// `hasNextPage`
    HasNextPage,
    /// `hasPreviousPage`
    HasPreviousPage,
    /// `startCursor`
    StartCursor,
    /// `endCursor`
    EndCursor,
}

/// Parts of a change of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventPart {
    /// `cursor`
    Cursor,
    /// `kind`
    Kind,
    /// `transition`
    Transition,
    /// `recordId`
    RecordId,
    /// `module`
    Module,
    /// `changedFields`
    ChangedFields,
    /// `events`
    Named,
    /// `before`
    Before,
    /// `after`
    After,
    /// `record`
    Record,
    /// `transactionId`
    TransactionId,
    /// `occurredAt`
    OccurredAt,
    /// `actorId`
    ActorId,
    /// `actor`
    Actor,
}

/// Keys of a hit of full-text search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitField {
    /// `module`
    Module,
    /// `id`
    Id,
    /// `title`
    Title,
    /// `rank`
    Rank,
    /// `record`
    Record,
}

/// What is done by a root field that reads or writes no records by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// `login`
    Login,
    /// `refreshToken`
    RefreshToken,
    /// `logout`
    Logout,
    /// `reloadMetadata`
    ReloadMetadata,
    /// `logoutEverywhere`
    LogoutEverywhere,
    /// `endSession`
    EndSession,
    /// `mySessions`
    MySessions,
    /// `changePassword`
    ChangePassword,
    /// `requestPasswordReset`
    RequestPasswordReset,
    /// `resetPassword`
    ResetPassword,
    /// `inviteUser`
    InviteUser,
    /// `changeUserRole`
    ChangeUserRole,
    /// `deactivateUser`
    DeactivateUser,
    /// `reactivateUser`
    ReactivateUser,
    /// `acceptInvitation`
    AcceptInvitation,
    /// `enrolTotp`
    EnrolTotp,
    /// `confirmTotp`
    ConfirmTotp,
    /// `disableTotp`
    DisableTotp,
    /// `resetTotp`
    ResetTotp,
    /// `finishSignIn`
    FinishSignIn,
    /// `createApiKey`
    CreateApiKey,
    /// `revokeApiKey`
    RevokeApiKey,
    /// `explainAccess`
    ExplainAccess,
    /// `exportPersonalData`
    ExportPersonalData,
    /// `eraseContact`
    Erase(ModuleId),
}

/// An input object type.
#[derive(Debug)]
pub struct InputObjectType {
    /// For people.
    pub description: String,
    /// Exactly one key must be given (`@oneOf`).
    pub one_of: bool,
    /// The module whose filter, order or input it is.
    pub module: Option<ModuleId>,
    /// Holds values of records: they are read when a mutation is executed, and decide nothing over its plan.
    pub values: bool,
    /// In order of definition.
    pub fields: IndexMap<String, InputField>,
}

/// A field of an input object, or an argument.
#[derive(Debug, Clone)]
pub struct InputField {
    /// Its type.
    pub ty: Ref,
    /// For people.
    pub description: String,
    /// Value where none is given: an enum value.
    pub default: Option<&'static str>,
    /// What it means, within a filter, order or record input.
    pub bind: InputBind,
}

/// What a key of an input object means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputBind {
    /// Named by its key alone: arguments, operators, `and`, `or`, `not`.
    Name,
    /// A stored field.
    Field(FieldId),
    /// The module name of a polymorphic relation.
    TypeOf(FieldId),
    /// An upload, whose place is kept in this field.
    Upload(FieldId),
    /// The record that a relation is to lead to: new, or there already.
    Link(FieldId),
    /// Records that a connection is to lead to, and such that it shall not any more.
    Links(ConnectionId),
    /// A condition on, or an order by, the record that a relation points to.
    Related(FieldId),
    /// A condition on the records of a connection.
    Connection(ConnectionId),
    /// What is computed of each field of a group.
    Each(Calculation),
    /// A condition on the tags of a record, by this field of them.
    Tagged(FieldId),
}

/// An enum type.
#[derive(Debug)]
pub struct EnumType {
    /// For people.
    pub description: String,
    /// GraphQL name, stored name, description, why deprecated.
    pub values: Vec<EnumValue>,
}

/// A value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// In GraphQL, `COLD_CALL`.
    pub name: String,
    /// In the database, `cold_call`.
    pub stored: String,
    /// For people.
    pub description: String,
    /// No longer offered.
    pub deprecated: bool,
}
