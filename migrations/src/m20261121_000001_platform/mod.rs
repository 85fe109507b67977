//! Every table that is there before the first module is.
//!
//! Each column of a system module in `config/packages/core/modules` (those with `system: true`) stands in these tables
//! under the field's column name; a test of the domain crate compares the two. What is in the tables and not in the
//! modules: `org` (the tenant), `sequence` of `record_events`, and the tables that no module describes (`user_teams`,
//! `refresh_tokens`, `taggings`, `counters`, `metadata_versions`).

use sea_orm_migration::prelude::{ConnectionTrait, DbErr, MigrationName, MigrationTrait, SchemaManager, async_trait};
use sea_orm_migration::sea_orm::DbBackend;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261121_000001_platform"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// All or nothing on SQLite too, whose migrations run without a transaction otherwise.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match manager.get_database_backend() {
            DbBackend::Postgres => include_str!("postgres.sql"),
            DbBackend::Sqlite => include_str!("sqlite.sql"),
            other => return Err(DbErr::BackendNotSupported { db: other.as_str(), ctx: "platform tables" }),
        };
        manager.get_connection().execute_unprepared(sql).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Migrator, MigratorTrait};
    use sea_orm_migration::sea_orm::{
        ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
    };

    /// One connection, since every connection to `:memory:` is a database of its own.
    async fn migrated() -> DatabaseConnection {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1);
        let db = Database::connect(options).await.unwrap();
        Migrator::up(&db, None).await.unwrap();
        db
    }

    async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    #[tokio::test]
    async fn makes_every_table_once() {
        let db = migrated().await;
        Migrator::up(&db, None).await.unwrap();
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
        let expected = "admission api_keys audit_logs cleared_links counters event_consumers follows idempotency_keys \
                        metadata_versions notifications one_time_tokens organizations pruned_events record_events \
                        recovery_codes refresh_tokens reminders seaql_migrations sessions shares sign_in_attempts taggings teams usages \
                        user_identities user_teams users";
        assert_eq!(texts(&db, sql).await.join(" "), expected);
    }

    #[tokio::test]
    async fn every_foreign_key_column_has_an_index_that_the_tenant_leads() {
        let db = migrated().await;
        let sql = r#"SELECT t.name || '.' || f."from" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
            WHERE t.type = 'table' AND t.name <> 'organizations' AND f."from" <> 'org' AND NOT EXISTS (
                SELECT 1 FROM pragma_index_list(t.name) i
                JOIN pragma_index_info(i.name) a ON a.seqno = 0 AND a.name = 'org'
                JOIN pragma_index_info(i.name) b ON b.seqno = 1 AND b.name = f."from")"#;
        assert_eq!(texts(&db, sql).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn an_address_is_taken_whatever_its_case_until_its_user_is_deleted() {
        let db = migrated().await;
        let at = "2026-11-21T04:19:38.123456Z";
        let user = |id: u8, email: &str| {
            format!(
                "INSERT INTO users (id, org, email, created_at, updated_at)
                 VALUES (x'{id:032x}', x'01', '{email}', '{at}', '{at}')"
            )
        };
        let organization = "INSERT INTO organizations (id, name, slug, created_at, updated_at)";
        db.execute_unprepared(&format!("{organization} VALUES (x'01', 'Acme', 'acme', '{at}', '{at}')")).await.unwrap();
        db.execute_unprepared(&user(1, "ada@acme.example")).await.unwrap();
        let error = db.execute_unprepared(&user(2, "Ada@Acme.Example")).await.unwrap_err();
        assert!(error.to_string().contains("users_email_key"), "{error}");
        db.execute_unprepared(&format!("UPDATE users SET deleted_at = '{at}'")).await.unwrap();
        db.execute_unprepared(&user(2, "Ada@Acme.Example")).await.unwrap();
    }

    #[tokio::test]
    async fn moments_of_another_form_are_refused() {
        let db = migrated().await;
        let insert = |at: &str| {
            format!(
                "INSERT INTO metadata_versions (version, applied_at, hash, ledger, kontor_version)
                 VALUES (1, '{at}', '', '{{}}', '0.1.0')"
            )
        };
        assert!(db.execute_unprepared(&insert("2026-11-21T04:19:38+00:00")).await.is_err());
        assert!(db.execute_unprepared(&insert("2026-11-21T04:19:38.123456Z")).await.is_ok());
    }
}
