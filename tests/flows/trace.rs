//! What administrators are told of a request.

use crate::support::{Received, Served, backends, post};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use kontor_gateway::http::Options;
use serde_json::{Value, json};

async fn ask(served: &Served, role: &str, wanted: &str, body: Value) -> Received {
    let request = post().header(header::AUTHORIZATION, served.bearer(role)).header("x-kontor-trace", wanted);
    served.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_see_the_statements_and_their_times() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let create = "mutation($n: String!) { createAccount(input: {name: $n}) { id contacts { nodes { id } } } }";
        let body = json!({"query": create, "variables": {"n": "a secret name"}});
        for cached in [false, true] {
            let answer = ask(&served, "super_admin", "sql", body.clone()).await;
            assert!(!answer.text().contains("a secret name"), "{answer:?}");
            let answer = answer.json();
            assert!(answer["extensions"]["cost"].is_object());
            let trace = &answer["extensions"]["trace"];
            assert_eq!((&trace["document"]["cached"], &trace["plan"]["cached"]), (&json!(cached), &json!(cached)));
            assert_eq!(trace["document"]["parseMicros"].is_u64(), !cached);
            assert_eq!(trace["document"]["validateMicros"].is_u64(), !cached);
            assert!(trace["plan"]["micros"].is_u64());
            let statements = trace["statements"].as_array().unwrap();
            let insert = statements.iter().find(|s| s["sql"].as_str().unwrap().contains("INSERT INTO")).unwrap();
            assert_eq!((&insert["rows"], &insert["runs"]), (&json!(1), &json!(1)), "{backend:?}");
            let spent: u64 = statements.iter().map(|s| s["micros"].as_u64().unwrap()).sum();
            assert!(spent > 0 && statements.last().unwrap()["sql"].as_str().unwrap().contains("SELECT"), "{trace}");
        }
        let list = json!({"query": "{ accounts { nodes { name } } }"});
        let answer = ask(&served, "admin", "sql", list).await.json();
        let statements = answer["extensions"]["trace"]["statements"].as_array().unwrap();
        assert_eq!((statements.len(), &statements[0]["rows"]), (1, &json!(2)), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_sees_anything() {
    let query = json!({"query": "{ accounts { totalCount } }"});
    let served = Served::new(crate::support::Backend::Sqlite, Options::default()).await;
    for role in ["manager", "sales_rep", "readonly", "Admin"] {
        let answer = ask(&served, role, "sql", query.clone()).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"), "{role}");
    }
    // Nor does a key that an administrator has left a part of the role only.
    let key =
        "mutation { createApiKey(name: \"Part\", role: ADMIN, scope: [{module: Account, actions: [READ]}]) { key } }";
    let key = served.ask(json!({"query": key})).await.json()["data"]["createApiKey"]["key"].clone();
    let bearer = format!("Bearer {}", key.as_str().unwrap());
    let confined = post().header(header::AUTHORIZATION, bearer).header("x-kontor-trace", "sql");
    let answer = served.send(confined.body(Body::from(query.to_string())).unwrap()).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    let anonymous = post().header("x-kontor-trace", "sql").body(Body::from(query.to_string())).unwrap();
    assert_eq!(served.send(anonymous).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&served, "admin", "everything", query.clone()).await.status, StatusCode::BAD_REQUEST);
    let plain = served.ask(query.clone()).await.json();
    assert_eq!(plain["extensions"]["trace"], Value::Null);

    let off = Served::new(crate::support::Backend::Sqlite, Options { trace: false, ..Options::default() }).await;
    let answer = ask(&off, "admin", "sql", query).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
}
