use super::{FieldId, ModuleId, Text};

/// Index into [`super::Module::connections`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u16);

/// A to-many side of a relation, as seen from the module that has it.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Index into the module's connections.
    pub id: ConnectionId,
    /// snake_case, `line_items`.
    pub name: String,
    /// GraphQL name, `lineItems`.
    pub gql: String,
    /// What people call it.
    pub label: Text,
    /// What it is for, where the name does not say it.
    pub help: Text,
    /// Modules of the nodes: one, but for links to anything (`Tag.records`), whose nodes are a union.
    pub targets: Vec<ModuleId>,
    /// How a node belongs to the record.
    pub via: Via,
}

/// How the rows of a connection are found.
#[derive(Debug, Clone)]
pub enum Via {
    /// `target.<field> = this.id`.
    ForeignKey {
        /// The relation on the target module.
        field: FieldId,
    },
    /// `target.<field>_type = 'ThisModule' and target.<field>_id = this.id`.
    Polymorphic {
        /// The polymorphic relation on the target module.
        field: FieldId,
    },
    /// Through a junction table; columns `org`, `own`, `other` (UUID) and, where one side is polymorphic, its type.
    Junction {
        /// Table name.
        table: String,
        /// Column that holds this record's id.
        own: String,
        /// Column that holds this module's name, where the junction links anything.
        own_type: Option<String>,
        /// Column that holds the node's id.
        other: String,
        /// Column that holds the node's module name, where the nodes are a union.
        other_type: Option<String>,
    },
}
