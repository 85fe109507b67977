//! The platform's own tables (organizations, users, tokens, audit, events, the ledger), made step by step.
//!
//! Reading order: [`Migrator`], then the migrations by date. A migration is raw SQL, one file per database, so that
//! what runs is what was reviewed. Tables of modules are not here: they are made from the catalog.
//!
//! This crate imports no entity and no catalog. A migration is frozen once it has been released: entities and modules
//! go on changing, and what a migration did years ago must not change with them.

mod m20261121_000001_platform;
mod m20261121_000002_time_zone;
mod m20261121_000003_search;
mod m20261121_000004_writing;
mod m20261121_000005_feeds;
mod m20261121_000006_partitions;
mod m20261121_000007_notifications;
mod m20261121_000008_identity;
mod m20261121_000009_tenancy;
mod m20261121_000010_shares;
mod m20261121_000011_usages;
mod m20261121_000012_versions;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::{MigrationTrait, async_trait};

/// Brings a database to the newest platform tables: `Migrator::up(&connection, None)`.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_platform::Migration),
            Box::new(m20261121_000002_time_zone::Migration),
            Box::new(m20261121_000003_search::Migration),
            Box::new(m20261121_000004_writing::Migration),
            Box::new(m20261121_000005_feeds::Migration),
            Box::new(m20261121_000006_partitions::Migration),
            Box::new(m20261121_000007_notifications::Migration),
            Box::new(m20261121_000008_identity::Migration),
            Box::new(m20261121_000009_tenancy::Migration),
            Box::new(m20261121_000010_shares::Migration),
            Box::new(m20261121_000011_usages::Migration),
            Box::new(m20261121_000012_versions::Migration),
        ]
    }
}
