//! A tenant.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    /// UUID v7; every other table has it in `org`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Short name for addresses, unique in the installation.
    pub slug: String,
    /// Address of its logo.
    pub logo_url: Option<String>,
    /// What it has booked.
    pub plan: Option<Plan>,
    /// Members of an inactive organization cannot sign in.
    pub is_active: bool,
    /// Name of the time zone that its days are of (IANA time zone database).
    pub timezone: String,
    /// Its preferences.
    pub settings: Option<Json>,
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

impl ActiveModelBehavior for ActiveModel {}

/// What an organization has booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Plan {
    /// The smallest.
    Starter,
    /// For several teams.
    Pro,
    /// Everything.
    Enterprise,
}
