//! A group of users.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "teams")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// Unique in the organization.
    pub name: String,
    /// What the team does.
    pub description: Option<String>,
    /// Who leads it.
    pub lead_id: Option<Uuid>,
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
    /// Who leads it.
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::LeadId",
        to = "super::user::Column::Id",
        on_delete = "SetNull"
    )]
    Lead,
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

/// The members of a team, through [`super::user_team`].
impl Related<super::user::Entity> for Entity {
    fn to() -> RelationDef {
        super::user_team::Relation::User.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::user_team::Relation::Team.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
