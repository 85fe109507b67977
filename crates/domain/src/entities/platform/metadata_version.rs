//! A version of the modules that was applied to this database; all of them are the ledger.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// A version of the modules that was applied to this database; all of them are the ledger.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "metadata_versions")]
pub struct Model {
    /// From 1, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// When.
    pub applied_at: DateTime<Utc>,
    /// Digest of the ledger, by which two versions are compared.
    pub hash: String,
    /// The schema that was applied, as JSON, byte for byte.
    pub ledger: String,
    /// Version of the program that applied it.
    pub kontor_version: String,
    /// The files that it was made from, as JSON.
    pub sources: Option<String>,
    /// The steps that undo it, as JSON.
    pub undo: Option<String>,
    /// For a version that undoes others: the one whose state it has.
    pub restores: Option<i32>,
}

/// It refers to nothing.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
