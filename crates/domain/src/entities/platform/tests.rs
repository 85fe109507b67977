use super::*;
use crate::column::{ColumnType, Dialect};
use crate::entities::Canonical;
use chrono::{DateTime, Utc};
use kontor_metadata::model::Field;
use kontor_migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectOptions, ConnectionTrait, Database, DatabaseConnection,
    DbBackend, EntityTrait, IntoActiveModel, ModelTrait, QueryFilter, Statement,
};
use serde_json::json;
use std::{collections::BTreeMap, path::Path};
use uuid::Uuid;

/// One connection, since every connection to `:memory:` is a database of its own.
async fn migrated() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    db
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn organization(now: DateTime<Utc>) -> organization::Model {
    organization::Model {
        id: Uuid::now_v7(),
        name: "Nordlicht GmbH".to_owned(),
        slug: "nordlicht".to_owned(),
        logo_url: None,
        plan: Some(organization::Plan::Pro),
        is_active: true,
        timezone: "Europe/Berlin".to_owned(),
        settings: Some(json!({"languages": ["de", "en"]})),
        created_at: now,
        updated_at: now,
        created_by_id: None,
        updated_by_id: None,
        version: 1,
        deleted_at: None,
    }
}

fn user(org: Uuid, now: DateTime<Utc>) -> user::Model {
    user::Model {
        id: Uuid::now_v7(),
        org,
        email: "ada@nordlicht.example".to_owned(),
        username: None,
        password_hash: Some(Secret("$argon2id$".to_owned())),
        role: Role::ReadOnly,
        is_active: true,
        is_staff: false,
        is_superuser: false,
        mfa_enabled: false,
        mfa_secret: None,
        last_login_at: Some(at("2026-11-21T04:19:38.5Z")),
        first_name: Some("Ada".to_owned()),
        last_name: Some("Ångström".to_owned()),
        phone: None,
        avatar_url: None,
        job_title: None,
        department: None,
        timezone: Some("Europe/Berlin".to_owned()),
        locale: Some("de-DE".to_owned()),
        team_id: None,
        manager_id: None,
        created_at: now,
        updated_at: now,
        created_by_id: None,
        updated_by_id: None,
        version: 1,
        deleted_at: None,
    }
}

/// Inserts the row, reads it back and expects the same.
macro_rules! round_trip {
    ($db:expr, $module:ident, $row:expr) => {{
        let row: $module::Model = $row;
        $module::Entity::insert(row.clone().into_active_model()).exec_without_returning($db).await.unwrap();
        let read = $module::Entity::find().all($db).await.unwrap();
        assert_eq!(read, std::slice::from_ref(&row));
        row
    }};
}

#[tokio::test]
async fn every_entity_reads_what_it_wrote() {
    let database = migrated().await;
    let db = &Canonical(&database);
    let now = at("2026-11-21T04:19:38.123456Z");

    let organization = round_trip!(db, organization, organization(now));
    let org = organization.id;
    let user = round_trip!(db, user, user(org, now));
    let team = round_trip!(
        db,
        team,
        team::Model {
            id: Uuid::now_v7(),
            org,
            name: "Vertrieb Nord".to_owned(),
            description: None,
            lead_id: Some(user.id),
            created_at: now,
            updated_at: now,
            created_by_id: Some(user.id),
            updated_by_id: Some(user.id),
            version: 1,
            deleted_at: None,
        }
    );
    round_trip!(db, user_team, user_team::Model { org, user_id: user.id, team_id: team.id });
    round_trip!(
        db,
        refresh_token,
        refresh_token::Model {
            id: Uuid::now_v7(),
            org,
            user_id: user.id,
            token_hash: Secret("00ff".to_owned()),
            family: Uuid::now_v7(),
            expires_at: at("2026-12-21T00:00:00Z"),
            revoked_at: None,
            created_at: now,
            used_at: Some(now),
            salt: Some(Secret("11ee".to_owned())),
        }
    );
    round_trip!(
        db,
        api_key,
        api_key::Model {
            id: Uuid::now_v7(),
            org,
            name: "Warehouse".to_owned(),
            hash: Secret("ff00".to_owned()),
            prefix: Some("kntr_abcdefgh".to_owned()),
            scope: Some(json!([{"actions": ["READ"]}])),
            role: Role::SuperAdmin,
            expires_at: None,
            last_used_at: None,
            created_at: now,
            updated_at: now,
            created_by_id: None,
            updated_by_id: None,
            version: 1,
            deleted_at: None,
        }
    );
    round_trip!(
        db,
        audit_log,
        audit_log::Model {
            id: Uuid::now_v7(),
            org,
            user_id: Some(user.id),
            action: "update".to_owned(),
            record_type: Some("Team".to_owned()),
            record_id: Some(team.id),
            changes: Some(json!({"name": ["Nord", "Vertrieb Nord"]})),
            version: Some(3),
            transaction: Some("1".to_owned()),
            api_key_id: None,
            ip_address: Some("2001:db8::1".to_owned()),
            created_at: now,
        }
    );
    round_trip!(
        db,
        notification,
        notification::Model {
            id: Uuid::now_v7(),
            org,
            user_id: user.id,
            message: "You were mentioned".to_owned(),
            link: Some("/teams".to_owned()),
            is_read: false,
            kind: Some("mention".to_owned()),
            record_type: Some("Team".to_owned()),
            record_id: Some(team.id),
            created_at: now,
            updated_at: now,
            created_by_id: None,
            updated_by_id: None,
            version: 1,
            deleted_at: None,
        }
    );
    round_trip!(
        db,
        follow,
        follow::Model {
            id: Uuid::now_v7(),
            org,
            user_id: user.id,
            record_type: "Team".to_owned(),
            record_id: team.id,
            created_at: now,
        }
    );
    round_trip!(
        db,
        share,
        share::Model {
            id: Uuid::now_v7(),
            org,
            record_type: "Account".to_owned(),
            record_id: Uuid::now_v7(),
            user_id: None,
            team_id: Some(team.id),
            level: share::Level::Write,
            created_at: now,
            created_by_id: Some(user.id),
        }
    );
    round_trip!(
        db,
        tagging,
        tagging::Model { org, tag_id: Uuid::now_v7(), record_type: "Account".to_owned(), record_id: Uuid::now_v7() }
    );
    round_trip!(
        db,
        counter,
        counter::Model {
            org,
            module: "Quote".to_owned(),
            field: "quote_number".to_owned(),
            period: "2026".to_owned(),
            value: 41
        }
    );
    round_trip!(
        db,
        metadata_version,
        metadata_version::Model {
            version: 1,
            applied_at: now,
            hash: "00".to_owned(),
            ledger: "{}".to_owned(),
            kontor_version: "0.1.0".to_owned(),
            sources: Some("[]".to_owned()),
            undo: None,
            restores: Some(1),
        }
    );

    assert_eq!(user.find_related(team::Entity).all(db).await.unwrap(), std::slice::from_ref(&team));
    assert_eq!(team.find_related(user::Entity).all(db).await.unwrap(), [user]);
}

#[tokio::test]
async fn the_database_numbers_the_events() {
    let database = migrated().await;
    let db = &Canonical(&database);
    let now = at("2026-11-21T04:19:38Z");
    let organization = organization(now).into_active_model().insert(db).await.unwrap();
    for expected in 1..=2 {
        let event = record_event::ActiveModel {
            id: Set(Uuid::now_v7()),
            org: Set(organization.id),
            transaction: Set("1".to_owned()),
            record_type: Set("Organization".to_owned()),
            record_id: Set(organization.id),
            kind: Set("UPDATED".to_owned()),
            changed_fields: Set(Some(json!(["name"]))),
            events: Set(Some(json!(["won"]))),
            before: Set(None),
            after: Set(None),
            actor_id: Set(None),
            occurred_at: Set(now),
            ..Default::default()
        };
        assert_eq!(event.insert(db).await.unwrap().sequence, expected);
    }
}

#[tokio::test]
async fn moments_are_stored_with_six_digits_and_compared_so() {
    let database = migrated().await;
    let db = &Canonical(&database);
    let whole_second = at("2026-11-21T04:19:38Z");
    organization(whole_second).into_active_model().insert(db).await.unwrap();

    let found = organization::Entity::find().filter(organization::Column::CreatedAt.lte(whole_second));
    assert_eq!(found.all(db).await.unwrap().len(), 1);
    let sql = "SELECT created_at FROM organizations";
    if database.get_database_backend() == DbBackend::Sqlite {
        let row = database.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<String>(0).unwrap(), "2026-11-21T04:19:38.000000Z");
    }
}

/// Type and whether it is never null, by column.
async fn columns(db: &DatabaseConnection, table: &str) -> BTreeMap<String, (String, bool)> {
    let sql = format!("SELECT name, type, \"notnull\" FROM pragma_table_info('{table}')");
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap();
    let get = |row: &sea_orm::QueryResult| {
        (row.try_get_by_index(0).unwrap(), (row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap()))
    };
    rows.iter().map(get).collect()
}

fn expected(field: &Field) -> Vec<(String, (String, bool))> {
    let Some(ty) = ColumnType::of(field) else { return Vec::new() };
    let own = (field.column.clone(), (ty.sql(Dialect::Sqlite), field.required));
    let of_type = field.type_column().map(|name| (name, ("TEXT".to_owned(), field.required)));
    of_type.into_iter().chain([own]).collect()
}

#[tokio::test]
async fn the_tables_have_every_column_of_the_system_modules() {
    let db = migrated().await;
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/packages");
    let loaded = kontor_metadata::load(&packages).unwrap_or_else(|report| panic!("{}", report.render_text(false)));
    let system: Vec<_> = loaded.catalog.modules.iter().filter(|module| module.system).collect();
    assert!(system.len() >= 7);
    for module in system {
        let found = columns(&db, &module.table).await;
        for (column, expected) in module.fields.iter().flat_map(expected) {
            assert_eq!(found.get(&column), Some(&expected), "{}.{column}", module.table);
        }
        assert!(found.contains_key(&module.tenant), "{} has no tenant", module.table);
    }
}
