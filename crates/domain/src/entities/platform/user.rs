//! Somebody who signs in.

use super::{Role, Secret};
use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The tenant.
    pub org: Uuid,
    /// Login name, unique in the installation whatever its case.
    pub email: String,
    /// Another name.
    pub username: Option<String>,
    /// argon2id in PHC form; none until a password was set.
    pub password_hash: Option<Secret>,
    /// What the user may do.
    pub role: Role,
    /// An inactive user cannot sign in.
    pub is_active: bool,
    /// Belongs to those who run the installation.
    pub is_staff: bool,
    /// May do everything in every organization.
    pub is_superuser: bool,
    /// Whether a one-time code is asked for.
    pub mfa_enabled: bool,
    /// Encrypted secret of the one-time codes.
    pub mfa_secret: Option<Secret>,
    /// When the user last signed in.
    pub last_login_at: Option<DateTime<Utc>>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Address of a picture.
    pub avatar_url: Option<String>,
    /// Position.
    pub job_title: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// IANA name, `Europe/Berlin`.
    pub timezone: Option<String>,
    /// BCP 47 tag, `de-DE`.
    pub locale: Option<String>,
    /// The primary team; all teams are in [`super::user_team`].
    pub team_id: Option<Uuid>,
    /// Another user.
    pub manager_id: Option<Uuid>,
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
    /// The primary team.
    #[sea_orm(
        belongs_to = "super::team::Entity",
        from = "Column::TeamId",
        to = "super::team::Column::Id",
        on_delete = "SetNull"
    )]
    Team,
    /// Whom the user reports to.
    #[sea_orm(belongs_to = "Entity", from = "Column::ManagerId", to = "Column::Id", on_delete = "SetNull")]
    Manager,
    /// Who created it.
    #[sea_orm(belongs_to = "Entity", from = "Column::CreatedById", to = "Column::Id", on_delete = "SetNull")]
    CreatedBy,
    /// Who last changed it.
    #[sea_orm(belongs_to = "Entity", from = "Column::UpdatedById", to = "Column::Id", on_delete = "SetNull")]
    UpdatedBy,
}

impl Related<super::organization::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organization.def()
    }
}

/// The teams of a user, through [`super::user_team`].
impl Related<super::team::Entity> for Entity {
    fn to() -> RelationDef {
        super::user_team::Relation::Team.def()
    }

    fn via() -> Option<RelationDef> {
        Some(super::user_team::Relation::User.def().rev())
    }
}

impl ActiveModelBehavior for ActiveModel {}
