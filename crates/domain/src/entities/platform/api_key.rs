//! A key with which a program signs in.

use super::{Role, Secret};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A key with which a program signs in.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// What it is for.
    pub name: String,
    /// Hash of the key; the key itself is not kept.
    pub hash: Secret,
    /// What it begins with.
    pub prefix: Option<String>,
    /// What the program may do.
    pub role: Role,
    /// What of the role it may use; none is all of it.
    pub scope: Option<Json>,
    /// Worth nothing from then on; none lasts until it is deleted.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
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
