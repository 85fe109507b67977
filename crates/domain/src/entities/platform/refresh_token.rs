//! A long-lived token that buys short-lived access tokens.

use super::Secret;
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A long-lived token that buys short-lived access tokens.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refresh_tokens")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// Hash of the token; the token itself is not kept.
    pub token_hash: Secret,
    /// The session, the same for all tokens that descend from one sign-in: when an old one is used again, it ends.
    pub family: Uuid,
    /// Worth nothing from then on.
    pub expires_at: DateTime<Utc>,
    /// When it was replaced or taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// When it was exchanged for its successor.
    pub used_at: Option<DateTime<Utc>>,
    /// What its successor was derived with.
    pub salt: Option<Secret>,
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
    /// Whose it is.
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::UserId",
        to = "super::user::Column::Id",
        on_delete = "Cascade"
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
