//! The last number given by an autonumber field.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// The last number given by an autonumber field.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counters")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub org: Uuid,
    /// Module name, `Quote`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub module: String,
    /// Field name, `quote_number`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub field: String,
    /// The year or month that numbers are counted in, `2026`; empty where they never start over.
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// The last number given.
    pub value: i64,
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
}

impl Related<super::organization::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organization.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
