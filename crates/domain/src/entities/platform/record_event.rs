//! A change of a record, written in the transaction of the change.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A change of a record, written in the transaction of the change.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "record_events")]
pub struct Model {
    /// The order of the log, given by the database.
    #[sea_orm(primary_key)]
    pub sequence: i64,
    /// UUID v7.
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// The same for all events of one transaction.
    pub transaction: String,
    /// Module name of the record, `Account`.
    pub record_type: String,
    /// The record.
    pub record_id: Uuid,
    /// `CREATED`, `UPDATED`, `DELETED`, `RESTORED` or `PURGED`.
    pub kind: String,
    /// Names of the changed fields.
    pub changed_fields: Option<Json>,
    /// Names of the module's own events that the change was.
    pub events: Option<Json>,
    /// The record before the change.
    pub before: Option<Json>,
    /// The record after the change.
    pub after: Option<Json>,
    /// Who; none for the program itself.
    pub actor_id: Option<Uuid>,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

/// What it refers to.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The tenant.
    #[sea_orm(
        belongs_to = "super::organization::Entity",
        from = "Column::Org",
        to = "super::organization::Column::Id",
        on_delete = "Cascade"
    )]
    Organization,
    /// Who.
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::ActorId",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    Actor,
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Actor.def()
    }
}

impl Related<super::organization::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organization.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
