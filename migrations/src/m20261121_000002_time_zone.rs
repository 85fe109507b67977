//! Organizations get a time zone: "today" is a day there.

use sea_orm_migration::prelude::{ConnectionTrait, DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::DbBackend;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261121_000002_time_zone"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let ty = match manager.get_database_backend() {
            DbBackend::Postgres => "text COLLATE \"C\"",
            _ => "TEXT",
        };
        let sql = format!("ALTER TABLE \"organizations\" ADD COLUMN \"timezone\" {ty} NOT NULL DEFAULT 'UTC'");
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }
}
