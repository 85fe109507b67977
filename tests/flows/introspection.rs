//! Introspection beside data, fragments, directives, and the documents that must be refused cheaply.

use crate::support::{App, Backend, Guest, Served, backends};
use axum::http::StatusCode;
use kontor_gateway::{engine::Introspection, http::Options};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schema_describes_itself_in_any_document() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let query = "query($t: String!) {
        schema: __schema { queryType { name } mutationType { ...T } }
        __type(name: $t) { ...T fields { name type { kind name ofType { name } } } }
        me { email ... on Node { id } }
    }
    fragment T on __Type { name kind }";
    let data = app.data(&user, query, json!({"t": "PageInfo"})).await;
    assert_eq!(
        data["schema"],
        json!({"queryType": {"name": "Query"}, "mutationType": {"name": "Mutation", "kind": "OBJECT"}})
    );
    assert_eq!(data["__type"]["fields"].as_array().unwrap().len(), 4);
    assert_eq!(data["me"]["email"], "admin@acme.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fragment_bomb_is_refused_at_once() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let mut query = "{ accounts { nodes { ...F0 } } }".to_owned();
    for n in 0..30 {
        query.push_str(&format!(" fragment F{n} on Account {{ parent {{ ...F{0} }} b: parent {{ ...F{0} }} }}", n + 1));
    }
    query.push_str(" fragment F30 on Account { id }");
    assert_eq!(app.code(&user, &query, json!({})).await, "COST_LIMIT_EXCEEDED");
    let circle = "{ accounts { nodes { ...A } } } fragment A on Account { parent { ...B } } fragment B on Account { parent { ...A } }";
    assert_eq!(app.code(&user, circle, json!({})).await, "BAD_USER_INPUT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_roles_that_may_are_told_of_the_schema() {
    for backend in backends() {
        let introspection = Introspection::Roles(["admin".to_owned()].into());
        let app = App::with_introspection(backend, introspection).await;
        let served = Served::over(app, Options::default()).await;
        let (schema, ty) = ("{ __schema { queryType { name } } }", "{ __type(name: \"Account\") { name } }");
        let mixed = "{ me { id } ...F } fragment F on Query { t: __type(name: \"Account\") { name } }";
        let guest = Guest::of(&served.app);
        let (token, _) =
            served.app.engine.keys().issue(served.user.id, served.user.org, "sales_rep", uuid::Uuid::nil());
        let seller = Guest::of(&served.app).with_token(&token);
        for query in [schema, ty, mixed] {
            assert_eq!(served.ask(json!({"query": query})).await.status, StatusCode::OK, "{backend:?}");
            assert_eq!(seller.code(query, json!({})).await, "FORBIDDEN");
            assert_eq!(guest.code(query, json!({})).await, "UNAUTHENTICATED");
        }
        let told = seller.data("{ __typename me { __typename id } }").await;
        assert_eq!((&told["__typename"], &told["me"]["__typename"]), (&json!("Query"), &json!("User")));
        // Mistakes tell no names either.
        let mistake = "{ acounts { totalCount } }";
        let message = |answer: &serde_json::Value| answer["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message(&served.ask(json!({"query": mistake})).await.json()).contains("accounts"));
        let told = message(&seller.ask(mistake, json!({})).await);
        assert!(told.contains("acounts") && !told.contains("accounts"), "{told}");
    }
    let app = App::with_introspection(Backend::Sqlite, Introspection::Roles([].into())).await;
    let user = app.user("acme").await;
    assert_eq!(app.code(&user, "{ __schema { queryType { name } } }", json!({})).await, "FORBIDDEN");
}
