//! A package by an outside author: dropping its folder in and starting again gives table, API and relation.

use crate::support::{App, Database, backends};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shipments_are_dropped_in_beside_existing_data() {
    for backend in backends() {
        let database = Database::new(backend);
        let app = App::over(database, &["config/packages"]).await;
        let user = app.user("acme").await;
        let create = "mutation { createAccount(input: {name: \"Acme\"}) { id } }";
        let account = app.data(&user, create, json!({})).await["createAccount"]["id"].clone();
        let unknown = app.ask(&user, "{ shipments { totalCount } }", json!({})).await;
        assert!(unknown["errors"][0]["message"].as_str().unwrap().contains("shipments"));

        let App { engine, database, .. } = app;
        drop(engine);
        let app = App::over(database, &["config/packages", "examples/packages"]).await;
        let create = "mutation($a: ID!) { createShipment(input: {accountId: $a, weight: \"12.5\"}) { id version weight account { name } } }";
        let shipment = app.data(&user, create, json!({"a": account})).await["createShipment"].clone();
        assert_eq!(shipment["account"]["name"], "Acme");
        assert_eq!(shipment["weight"], "12.500");
        let back = "{ accounts { nodes { name shipments { totalCount nodes { id } } } } }";
        let data = app.data(&user, back, json!({})).await;
        assert_eq!(data["accounts"]["nodes"][0]["shipments"]["nodes"][0]["id"], shipment["id"]);
        let again = app.engine.store().apply(&app.catalog).await.unwrap();
        assert_eq!(again.changes, Vec::<String>::new(), "{backend:?}");
    }
}
