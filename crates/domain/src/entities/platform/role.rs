//! Roles of users and API keys.

use sea_orm::entity::prelude::*;

/// What a user or a program may do, refined by the `access` of each module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Role {
    /// Runs the installation.
    SuperAdmin,
    /// Runs the organization.
    Admin,
    /// Leads a team.
    Manager,
    /// Sells.
    SalesRep,
    /// Runs campaigns.
    Marketing,
    /// Looks on.
    #[sea_orm(string_value = "readonly")]
    ReadOnly,
}
