use super::*;
use crate::{
    column::Dialect,
    ddl::{Step, Terms, diff},
    entities::{
        Scaled, Texts,
        core::{account, opportunity, social_event},
    },
};
use kontor_migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait, ModelTrait, Statement,
};
use std::path::Path;

fn shipped() -> Catalog {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/packages");
    kontor_metadata::load(&dir).expect("the shipped packages are valid").catalog
}

/// A database in memory with the platform's tables and those of the shipped modules.
async fn database() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1);
    let db = Database::connect(options).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    let mut plan = diff(&Schema::default(), &shipped(), &Terms::default()).unwrap();
    // These rows are not written by a connection of the store, which alone has the functions of search.
    for step in &mut plan.steps {
        if let Step::CreateTable { table, .. } = step {
            table.search = None;
        }
    }
    for statement in plan.statements(Dialect::Sqlite, 1) {
        db.execute_unprepared(&statement).await.unwrap();
    }
    db
}

#[test]
fn the_entities_are_those_of_the_metadata() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/entities/core");
    let wanted: BTreeMap<_, _> = generate(&shipped()).into_iter().collect();
    let files = std::fs::read_dir(&dir).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let there: BTreeMap<_, _> =
        files.map(|name| (name.clone(), std::fs::read_to_string(dir.join(name)).unwrap())).collect();
    assert!(there.keys().eq(wanted.keys()), "run `kontor generate`: {:?}", there.keys());
    for (name, source) in wanted {
        assert!(there[&name] == source, "core/{name} is not what the metadata gives: run `kontor generate`");
    }
}

#[tokio::test]
async fn rows_become_values() {
    let db = database().await;
    db.execute_unprepared(
        "INSERT INTO organizations (id, name, slug, is_active, created_at, updated_at, version)
         SELECT id, 'Nordlicht', 'nordlicht', 1, at, at, 1
         FROM (SELECT x'00000000000000000000000000000001' AS id, '2026-11-21T04:19:38.123456Z' AS at)",
    )
    .await
    .unwrap();
    db.execute_unprepared(
        "INSERT INTO accounts (id, org, name, company_size, annual_revenue, custom_fields, created_at, updated_at, version)
         SELECT x'00000000000000000000000000000002', id, 'Hansa AG', '5001+', 123456789, '{\"vip\":true}', at, at, 1
         FROM (SELECT id, created_at AS at FROM organizations)",
    )
    .await
    .unwrap();
    db.execute_unprepared(
        "INSERT INTO social_events (id, org, account_id, verb, sentiment, occurred_at, created_at, updated_at, version)
         SELECT x'00000000000000000000000000000003', org, id, 'mentioned', 0.5, created_at, created_at, created_at, 1
         FROM accounts",
    )
    .await
    .unwrap();

    let account = account::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!(account.company_size, Some(account::AccountCompanySize::N5001Plus));
    assert_eq!(account.annual_revenue.map(|number| number.to_string()), Some("1234567.89".to_owned()));
    assert_eq!(account.custom_fields, Some(serde_json::json!({"vip": true})));
    assert_eq!(account.created_at, "2026-11-21T04:19:38.123456Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    assert_eq!(account.deleted_at, None);

    let event = social_event::Entity::find().one(&db).await.unwrap().unwrap();
    assert_eq!(event.sentiment, Some(0.5));
    assert_eq!(event.verb, Some(social_event::SocialEventVerb::Mentioned));
    assert_eq!(event.find_related(account::Entity).one(&db).await.unwrap(), Some(account));

    assert_eq!(opportunity::Entity::find().all(&db).await.unwrap(), []);
}

#[tokio::test]
async fn numbers_and_lists_are_read_from_what_sqlite_has() {
    let db = database().await;
    let sql = "SELECT -1050 AS number, '[\"a\",\"b\"]' AS texts, NULL AS absent";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
    assert_eq!(row.try_get::<Scaled<3>>("", "number").unwrap().to_string(), "-1.050");
    assert_eq!(row.try_get::<Option<Scaled<3>>>("", "absent").unwrap(), None);
    assert_eq!(row.try_get::<Texts>("", "texts").unwrap(), Texts(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(row.try_get::<Option<Texts>>("", "absent").unwrap(), None);
}
