//! A message of the program to one user.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A message of the program to one user.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// Whom it is for.
    pub user_id: Uuid,
    /// The text.
    pub message: String,
    /// Where a click leads: an address, or a path in the application.
    pub link: Option<String>,
    /// Whether the user has seen it.
    pub is_read: bool,
    /// What it is about, `mention`.
    pub kind: Option<String>,
    /// Module name of the record it is about.
    pub record_type: Option<String>,
    /// The record it is about, which may be gone.
    pub record_id: Option<Uuid>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Who created it; none for what the program made itself.
    pub created_by_id: Option<Uuid>,
    /// Who last changed it.
    pub updated_by_id: Option<Uuid>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When it was deleted; a deleted row is kept but no longer seen.
    pub deleted_at: Option<DateTime<Utc>>,
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
    /// Whom it is for.
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::UserId",
        to = "super::user::Column::Id",
        on_delete = "Cascade"
    )]
    User,
    /// Who created it.
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::CreatedById",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    CreatedBy,
    /// Who last changed it.
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::UpdatedById",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    UpdatedBy,
}

impl Related<super::organization::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organization.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
