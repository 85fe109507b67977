//! Upserts: a record that has a unique key of the values changes, else one is made.

use crate::support::{App, backends};
use serde_json::{Value, json};

const ONE: &str = "mutation($i: ProductCreateInput!, $m: [ProductUniqueKey!]) { upsertProduct(input: $i, matchOn: $m) { id name sku version } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upsert_creates_and_then_changes() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let input = json!({"name": "Router", "sku": "R-1", "price": "10.00"});
        let made = app.data(&user, ONE, json!({"i": input})).await["upsertProduct"].clone();
        assert_eq!(made["version"], 1, "{backend:?}");
        let input = json!({"name": "Router 2", "sku": "R-1"});
        let changed = app.data(&user, ONE, json!({"i": input, "m": ["SKU"]})).await["upsertProduct"].clone();
        assert_eq!(changed, json!({"id": made["id"], "name": "Router 2", "sku": "R-1", "version": 2}));
        let wrong = app.ask(&user, ONE, json!({"i": {"name": "x", "sku": "R-1", "price": "1.234"}})).await;
        assert_eq!(wrong["errors"][0]["extensions"]["violations"][0]["path"], json!(["input", "price"]));

        let many = "mutation($i: [ProductCreateInput!]!) { upsertProducts(inputs: $i) { sku name version } }";
        let inputs: Vec<_> = (0..5).map(|n| json!({"name": format!("p{n}"), "sku": format!("R-{n}")})).collect();
        let done = app.data(&user, many, json!({"i": inputs})).await["upsertProducts"].clone();
        let versions: Vec<_> = done.as_array().unwrap().iter().map(|p| p["version"].clone()).collect();
        assert_eq!(versions, [1, 3, 1, 1, 1].map(Value::from), "{done}");
        assert_eq!(done[3], json!({"sku": "R-3", "name": "p3", "version": 1}));
        let count = "{ products { totalCount } }";
        assert_eq!(app.data(&user, count, json!({})).await["products"]["totalCount"], 5);
        // Another organization has records of its own.
        let stranger = app.user("umbrella").await;
        let theirs = app.data(&stranger, ONE, json!({"i": {"name": "theirs", "sku": "R-1"}})).await;
        assert_eq!(theirs["upsertProduct"]["version"], 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_may_be_of_several_fields() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let upsert = "mutation($i: SocialEventCreateInput!) { upsertSocialEvent(input: $i, matchOn: PLATFORM_EXTERNAL_ID) { id text } }";
        let post = |platform: &str, text: &str| {
            json!({"i": {"platform": platform, "externalId": "42", "text": text,
            "occurredAt": "2026-11-21T08:00:00Z"}})
        };
        let platforms =
            app.data(&user, "{ __type(name: \"SocialEventPlatform\") { enumValues { name } } }", json!({})).await;
        let names: Vec<_> =
            platforms["__type"]["enumValues"].as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap()).collect();
        let first = app.data(&user, upsert, post(names[0], "a")).await["upsertSocialEvent"].clone();
        let second = app.data(&user, upsert, post(names[1], "b")).await["upsertSocialEvent"].clone();
        let again = app.data(&user, upsert, post(names[0], "c")).await["upsertSocialEvent"].clone();
        assert_ne!(first["id"], second["id"], "{backend:?}");
        // What is never changed stays as it came first.
        assert_eq!(again, json!({"id": first["id"], "text": "a"}));
    }
}

/// Whoever comes second changes what the first has made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upserts_at_once_make_one_record() {
    for backend in backends() {
        let app = std::sync::Arc::new(App::new(backend).await);
        let user = app.user("acme").await;
        let writers = (0..8).map(|n| {
            let (app, user) = (app.clone(), user.clone());
            let input = json!({"i": {"name": format!("p{n}"), "sku": "R-1"}});
            tokio::spawn(async move { app.data(&user, ONE, input).await["upsertProduct"]["id"].clone() })
        });
        let mut ids = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            ids.push(writer.await.unwrap());
        }
        assert!(ids.iter().all(|id| *id == ids[0]), "{backend:?} {ids:?}");
        let found = app.data(&user, "{ products { nodes { version } } }", json!({})).await;
        assert_eq!(found["products"]["nodes"], json!([{"version": 8}]));
    }
}
