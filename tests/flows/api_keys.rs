//! Programs that sign in with keys.

use crate::support::{App, Clock, Guest, User, backends};
use serde_json::{Value, json};

const CREATE: &str = "mutation($scope: [ApiKeyGrant!], $end: DateTime, $role: ApiKeyRole) { createApiKey(name: \"Import\", role: $role, scope: $scope, expiresAt: $end) { key apiKey { id name prefix role scope expiresAt createdBy { id } } } }";

async fn person<'a>(app: &'a App, user: &User, role: &str) -> Guest<'a> {
    let (token, _) = app.engine.keys().issue(user.id, user.org, role, uuid::Uuid::now_v7());
    Guest::of(app).with_token(&token)
}

async fn create(person: &Guest<'_>, variables: Value) -> (String, Value) {
    let answer = person.ask(CREATE, variables).await;
    let created = &answer["data"]["createApiKey"];
    (created["key"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned(), created["apiKey"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_acts_for_its_owner_until_it_is_revoked_on_every_gateway() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let other = app.gateway().await;
        let me = person(&app, &user, "admin").await;
        let (key, kept) = create(&me, json!({"role": "SALES_REP"})).await;
        assert!(key.starts_with("kntr_") && key.len() == 48, "{key}");
        assert_eq!(kept["prefix"], key[..13]);
        assert_eq!((&kept["role"], &kept["scope"]), (&json!("SALES_REP"), &Value::Null));
        assert_eq!(kept["createdBy"]["id"], json!(user.id));
        // The key itself is nowhere.
        assert!(!app.text("SELECT hash FROM api_keys").await.contains(&key[5..]));
        let program = Guest::of(&app).with_token(&key);
        let tag = program.data("mutation { createTag(input: {name: \"hot\"}) { id createdBy { id } } }").await;
        assert_eq!(tag["createTag"]["createdBy"]["id"], json!(user.id));
        let log = "{ auditLog(first: 1) { nodes { action apiKey { id } } } }";
        let entry = app.data(&user, log, json!({})).await["auditLog"]["nodes"][0].clone();
        assert_eq!(entry, json!({"action": "create", "apiKey": {"id": kept["id"]}}));
        assert!(other.keys().verify(&key).is_none());
        other.learn_admission().await.unwrap();
        assert_eq!(other.keys().verify(&key).unwrap().role, "sales_rep");
        assert!(other.keys().verify(&format!("{key}x")).is_none());
        // It is not for what is about a person.
        for personal in ["mutation { logoutEverywhere }", CREATE, "{ mySessions { id } }"] {
            assert_eq!(program.code(personal, json!({})).await, "UNAUTHENTICATED", "{personal}");
        }
        let revoke = format!("mutation {{ revokeApiKey(id: {}) {{ id deletedAt }} }}", kept["id"]);
        assert!(me.data(&revoke).await["revokeApiKey"]["deletedAt"].is_string());
        assert!(app.engine.keys().verify(&key).is_none() && other.keys().verify(&key).is_some());
        other.learn_admission().await.unwrap();
        assert!(other.keys().verify(&key).is_none());
        assert_eq!(me.code(&revoke, json!({})).await, "NOT_FOUND");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_end_and_may_be_confined() {
    for backend in backends() {
        let clock = Clock::new();
        let app = App::with_identity(backend, &clock, |identity| identity).await;
        let user = app.user("acme").await;
        let me = person(&app, &user, "admin").await;
        let day = |days: i64| {
            let at = chrono::DateTime::from_timestamp_micros(clock.now()).unwrap() + chrono::Duration::days(days);
            at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
        };
        assert_eq!(me.code(CREATE, json!({"end": day(-1)})).await, "BAD_USER_INPUT");
        let (short, _) = create(&me, json!({"end": day(1)})).await;
        let scope = json!([{"actions": ["READ"]}, {"module": "Lead", "actions": ["READ"]}]);
        let (reader, kept) = create(&me, json!({"scope": scope})).await;
        assert_eq!((&kept["scope"], &kept["role"]), (&scope, &json!("READONLY")));
        let reader = Guest::of(&app).with_token(&reader);
        reader.data("{ tags { totalCount } }").await;
        assert_eq!(reader.code("mutation { createTag(input: {name: \"hot\"}) { id } }", json!({})).await, "FORBIDDEN");
        assert!(app.engine.keys().verify(&short).is_some());
        clock.advance(86_401);
        assert!(app.engine.keys().verify(&short).is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gives_a_key_more_than_it_has() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let rep = person(&app, &user, "sales_rep").await;
        assert_eq!(rep.code(CREATE, json!({"role": "ADMIN"})).await, "FORBIDDEN");
        assert_eq!(person(&app, &user, "admin").await.code(CREATE, json!({"role": "SUPER_ADMIN"})).await, "FORBIDDEN");
        let (key, kept) = create(&person(&app, &user, "admin").await, json!({"role": "MANAGER"})).await;
        // Its owner is demoted, and could not create it any more.
        app.execute("UPDATE users SET role = 'sales_rep'").await;
        app.execute("UPDATE admission SET version = version + 1").await;
        app.engine.learn_admission().await.unwrap();
        assert!(app.engine.keys().verify(&key).is_none());
        // Others of another organisation do not see it.
        let stranger = app.user("other").await;
        let revoke = format!("mutation {{ revokeApiKey(id: {}) {{ id }} }}", kept["id"]);
        assert_eq!(person(&app, &stranger, "admin").await.code(&revoke, json!({})).await, "NOT_FOUND");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_known_when_a_key_was_used() {
    for backend in backends() {
        let clock = Clock::new();
        let app = App::with_identity(backend, &clock, |identity| identity).await;
        let user = app.user("acme").await;
        let (key, _) = create(&person(&app, &user, "admin").await, json!({})).await;
        let uses = async || {
            app.data(&user, "{ apiKeys { nodes { lastUsedAt } } }", json!({})).await["apiKeys"]["nodes"][0].clone()
        };
        app.statements.lock().unwrap().clear();
        for _ in 0..100 {
            assert!(app.engine.keys().verify(&key).is_some());
        }
        assert!(app.statements.lock().unwrap().is_empty());
        assert_eq!(uses().await["lastUsedAt"], Value::Null);
        assert_eq!(app.engine.note_key_uses().await.unwrap(), 1);
        assert!(uses().await["lastUsedAt"].is_string());
        assert_eq!(app.engine.note_key_uses().await.unwrap(), 0);
    }
}
