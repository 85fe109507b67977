//! Introspection beside data, fragments, directives, and the documents that must be refused cheaply.

use crate::support::{App, Backend};
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
