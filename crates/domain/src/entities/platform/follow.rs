//! That a user is told of changes of a record.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// That a user is told of changes of a record.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follows")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// Who is told.
    pub user_id: Uuid,
    /// Module name of the record.
    pub record_type: String,
    /// The record.
    pub record_id: Uuid,
    /// Since when.
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
    /// Who is told.
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::UserId",
        to = "super::user::Column::Id",
        on_delete = "Cascade"
    )]
    User,
}

impl ActiveModelBehavior for ActiveModel {}
