use super::{
    Access, Connection, ConnectionId, Consent, Conversion, Field, FieldId, FieldType, Origin, Retention, Text, Trait,
    Traits, Via, Weight,
};
use crate::expr::Formula;

/// Index into [`super::Catalog::modules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ModuleId(pub u16);

/// A kind of record: a table, a GraphQL type, a set of rights.
#[derive(Debug, Clone)]
pub struct Module {
    /// Index into the catalog.
    pub id: ModuleId,
    /// PascalCase and the GraphQL type name, `Opportunity`.
    pub name: String,
    /// PascalCase plural, `Opportunities`.
    pub plural: String,
    /// GraphQL field for one record, `opportunity`.
    pub gql_one: String,
    /// GraphQL field for many records, `opportunities`.
    pub gql_many: String,
    /// Index of its package in the catalog.
    pub package: usize,
    /// What people call one record.
    pub label: Text,
    /// What people call many.
    pub plural_label: Text,
    /// What it is for.
    pub help: Text,
    /// Its table is made by a hand-written migration and not by the catalog.
    pub system: bool,
    /// Which root fields exist.
    pub operations: Operations,
    /// Table name, `opportunities`.
    pub table: String,
    /// Column that holds the organisation: `org`, but `id` for the organisations themselves.
    pub tenant: String,
    /// The field that stands for the record in pickers, feeds and search.
    pub title: FieldId,
    /// What it can do.
    pub traits: Traits,
    /// For a child module (quote lines): the required relation to its parent.
    pub parent: Option<FieldId>,
    /// For a child module: which changes of its parent it keeps.
    pub history: Option<History>,
    /// Default order: position for ordered children, else empty.
    pub ordered_by: Option<FieldId>,
    /// How the fields are grouped on a form.
    pub blocks: Vec<Block>,
    /// Every field, `id` first, then the author's in order, then those that traits and the platform add.
    pub fields: Vec<Field>,
    /// Computed fields that are stored, each behind those that its expression uses.
    pub computed: Vec<FieldId>,
    /// Every to-many side.
    pub connections: Vec<Connection>,
    /// Indexes and unique keys, primary key excepted.
    pub indexes: Vec<Index>,
    /// Checks over the whole record.
    pub rules: Vec<Rule>,
    /// Rights per role.
    pub access: Vec<Access>,
    /// How lists and boards show it.
    pub views: Views,
    /// Named events.
    pub events: Vec<Event>,
    /// Consents that its records give.
    pub consents: Vec<Consent>,
    /// What its records can become.
    pub conversion: Option<Conversion>,
    /// How long its records are kept.
    pub retention: Vec<Retention>,
    /// Former names.
    pub former: Vec<String>,
    /// Names of fields that are gone for good.
    pub removed: Vec<String>,
    /// The keys that its author has written, each with its place.
    pub written: Vec<(String, Origin)>,
    /// Where it was written.
    pub origin: Origin,
}

impl Module {
    /// The field with this identifier.
    #[must_use]
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[usize::from(id.0)]
    }

    /// The field with this snake_case name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The field that the links in a junction table are written in, if this side has it.
    #[must_use]
    pub fn link_field(&self, junction: &str) -> Option<&Field> {
        let is_in = |of: &&Connection| matches!(&of.via, Via::Junction { table, .. } if table == junction);
        let mut fields = self.connections.iter().filter(is_in).filter_map(|connection| self.find(&connection.name));
        fields.find(|field| matches!(field.ty, FieldType::Many { .. }))
    }

    /// The connection with this identifier.
    #[must_use]
    pub fn connection(&self, id: ConnectionId) -> &Connection {
        &self.connections[usize::from(id.0)]
    }

    /// Whether it has the trait.
    #[must_use]
    pub fn has(&self, t: Trait) -> bool {
        self.traits.has(t)
    }

    /// Fields that full-text search looks at, with their weights.
    pub fn searched(&self) -> impl Iterator<Item = (&Field, Weight)> {
        self.fields.iter().filter_map(|f| f.search.map(|weight| (f, weight)))
    }

    /// Whether full-text search looks at any of its fields.
    #[must_use]
    pub fn is_searched(&self) -> bool {
        self.searched().next().is_some()
    }

    /// Whether a field tells of a consent: the audit log shows what it was, which proves the consent.
    #[must_use]
    pub fn is_of_consent(&self, field: FieldId) -> bool {
        self.consents.iter().any(|consent| [consent.given, consent.at, consent.source].contains(&field))
    }

    /// Fields that are a foreign key to one other module.
    pub fn relations(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|f| matches!(f.ty, FieldType::Relation { .. }))
    }
}

/// Which of the generated root fields a module has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent switches, named as in the YAML")]
pub struct Operations {
    /// `account`, `accounts`.
    pub read: bool,
    /// `createAccount`.
    pub create: bool,
    /// `updateAccount`.
    pub update: bool,
    /// `deleteAccount`.
    pub delete: bool,
}

/// What a child module keeps of its parent: a record whenever one of its fields has changed. Fields are the child's own,
/// but for the first.
#[derive(Debug, Clone)]
pub struct History {
    /// The parent's field.
    pub of: FieldId,
    /// Has its value before; nothing of a new parent.
    pub before: Option<FieldId>,
    /// Has its value after.
    pub after: Option<FieldId>,
    /// Has the moment of the change.
    pub at: Option<FieldId>,
    /// Has the user who has made it.
    pub by: Option<FieldId>,
    /// Has the seconds that the value before was held for.
    pub seconds: Option<FieldId>,
}

/// A titled group of fields.
#[derive(Debug, Clone)]
pub struct Block {
    /// snake_case.
    pub name: String,
    /// Its title.
    pub label: Text,
    /// In order.
    pub fields: Vec<FieldId>,
    /// Where it was written.
    pub origin: Origin,
}

/// An index of the module's table; the tenant column always leads and is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Unique in the database's schema, at most 63 bytes.
    pub name: String,
    /// In order.
    pub fields: Vec<FieldId>,
    /// Unique per organisation among rows not deleted.
    pub unique: bool,
}

/// A check over the whole record.
#[derive(Debug, Clone)]
pub struct Rule {
    /// snake_case, unique in the module.
    pub name: String,
    /// Must be true; null is not.
    pub check: Formula,
    /// The field that a violation is shown at.
    pub at: Option<FieldId>,
    /// What the user is told.
    pub message: Text,
    /// Where it was written.
    pub origin: Origin,
}

/// How lists and boards show a module.
#[derive(Debug, Clone, Default)]
pub struct Views {
    /// Columns of the list; connections and to-one relations are named like fields.
    pub list: Vec<String>,
    /// Field whose values are the columns of the board.
    pub board_by: Option<FieldId>,
    /// Field summed per column of the board.
    pub board_sum: Option<FieldId>,
}

/// A named event of a module.
#[derive(Debug, Clone)]
pub struct Event {
    /// snake_case.
    pub name: String,
    /// When it happens.
    pub when: Formula,
    /// Where it was written.
    pub origin: Origin,
}
