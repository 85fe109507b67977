//! That a user or a team sees or changes a record which its rights would not reach.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// That a user or a team sees or changes a record which its rights would not reach.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shares")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// Module name of the record.
    pub record_type: String,
    /// The record.
    pub record_id: Uuid,
    /// With whom; none where it is a team.
    pub user_id: Option<Uuid>,
    /// With which team; none where it is a user.
    pub team_id: Option<Uuid>,
    /// How far.
    pub level: Level,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Who did it; none for the program itself.
    pub created_by_id: Option<Uuid>,
}

/// How far a record is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Level {
    /// It is seen.
    Read,
    /// It is changed too.
    Write,
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
    /// With whom.
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::UserId",
        to = "super::user::Column::Id",
        on_delete = "Cascade"
    )]
    User,
    /// With which team.
    #[sea_orm(
        belongs_to = "super::team::Entity",
        from = "Column::TeamId",
        to = "super::team::Column::Id",
        on_delete = "Cascade"
    )]
    Team,
}

impl ActiveModelBehavior for ActiveModel {}
