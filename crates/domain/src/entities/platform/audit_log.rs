//! Who did what and when; rows are only ever added.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Who did what and when; rows are only ever added.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_logs")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// Who; none for the program itself.
    pub user_id: Option<Uuid>,
    /// What, `update` or `login`.
    pub action: String,
    /// Module name of the record, `Account`.
    pub record_type: Option<String>,
    /// The record, which may be gone.
    pub record_id: Option<Uuid>,
    /// Per field the value before and after.
    pub changes: Option<Json>,
    /// The version of the record that the change made.
    pub version: Option<i32>,
    /// The same for everything that was done together.
    pub transaction: Option<String>,
    /// Where the request came from.
    pub ip_address: Option<String>,
    /// The API key that it came with.
    pub api_key_id: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
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
        from = "Column::UserId",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    User,
}

impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::User.def()
    }
}

impl Related<super::organization::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organization.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
