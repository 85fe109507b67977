//! Requests that come twice: Idempotency-Key.

use crate::support::{Received, Served, backends, post};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use kontor_domain::{column::ColumnType, context::Whose, store::Args, value::Value as Stored};
use kontor_gateway::http::Options;
use serde_json::{Value, json};

const CREATE: &str = "mutation($n: String!, $c: HexColorCode) { createTag(input: {name: $n, color: $c}) { id name } }";

async fn send(served: &Served, key: &str, query: &str, variables: Value) -> Received {
    let request = post().header(header::AUTHORIZATION, served.bearer("admin")).header("idempotency-key", key);
    let body = json!({"query": query, "variables": variables});
    served.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn tags(served: &Served) -> Value {
    served.app.data(&served.user, "{ tags { totalCount } }", json!({})).await["tags"]["totalCount"].clone()
}

fn is_replayed(answer: &Received) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_has_the_first_answer() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let first = send(&served, "\"k1\"", CREATE, json!({"n": "a", "c": null})).await;
        assert_eq!((first.status, is_replayed(&first)), (StatusCode::OK, false), "{}", first.text());
        // The order of keys says nothing, nor do the quotes of the header.
        let again = send(&served, "k1", CREATE, json!({"c": null, "n": "a"})).await;
        assert_eq!((again.text(), is_replayed(&again)), (first.text(), true), "{backend:?}");
        assert_eq!(tags(&served).await, 1);

        let other = send(&served, "k1", CREATE, json!({"n": "b"})).await;
        assert_eq!((other.status, other.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED"));
        let another = send(&served, "k2", CREATE, json!({"n": "b"})).await;
        assert!(another.json()["data"]["createTag"]["id"].is_string(), "{}", another.text());
        for wrong in [String::new(), "\"\"".to_owned(), "x".repeat(256)] {
            let refused = send(&served, &wrong, CREATE, json!({"n": "c"})).await;
            assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
        }
        assert_eq!(tags(&served).await, 2);
    }
}

/// What failed may be tried again, and what was only tried is not kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_has_happened_is_answered_again() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let refused = send(&served, "k", CREATE, json!({"n": "a", "c": "red"})).await;
        assert_eq!(refused.code(), "VALIDATION_FAILED", "{backend:?}");
        let dry = CREATE.replacen(") {", ") @dryRun {", 1);
        let tried = send(&served, "k", &dry, json!({"n": "a"})).await;
        assert_eq!(tried.json()["errors"], Value::Null, "{}", tried.text());
        let query = send(&served, "k", "{ tags { totalCount } }", json!({})).await;
        assert_eq!(query.json()["data"]["tags"]["totalCount"], 0);
        let done = send(&served, "k", CREATE, json!({"n": "a"})).await;
        assert!(done.json()["data"]["createTag"]["id"].is_string() && !is_replayed(&done), "{}", done.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_come_at_once_happen_once() {
    for backend in backends() {
        let served = std::sync::Arc::new(Served::new(backend, Options::default()).await);
        let requests = (0..6).map(|_| {
            let served = served.clone();
            tokio::spawn(async move { send(&served, "k", CREATE, json!({"n": "a"})).await })
        });
        let mut answers = Vec::new();
        for request in requests.collect::<Vec<_>>() {
            answers.push(request.await.unwrap());
        }
        assert!(answers.iter().all(|answer| answer.text() == answers[0].text()), "{backend:?} {answers:?}");
        assert_eq!(answers.iter().filter(|answer| is_replayed(answer)).count(), 5);
        assert_eq!(tags(&served).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_kept_for_a_day() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let age = async |hours: i64| {
            let at = Stored::Timestamp(kontor_domain::calendar::now() - hours * 3_600_000_000);
            let mut transaction = served.app.engine.store().begin(Whose::Platform).await.unwrap();
            let mut args = Args::new(transaction.dialect());
            let sql = format!("UPDATE idempotency_keys SET created_at = {}", args.add(ColumnType::Timestamp, &at));
            assert_eq!(transaction.execute(&sql, &args).await.unwrap(), 1);
            transaction.commit().await.unwrap();
        };
        send(&served, "k", CREATE, json!({"n": "a"})).await;
        age(23).await;
        assert_eq!(served.app.engine.sweep_answers().await.unwrap(), 0);
        assert!(is_replayed(&send(&served, "k", CREATE, json!({"n": "a"})).await), "{backend:?}");
        age(25).await;
        // From then on the key stands for whatever comes next.
        let next = send(&served, "k", CREATE, json!({"n": "b"})).await;
        assert!(!is_replayed(&next) && next.json()["errors"] == Value::Null, "{}", next.text());
        assert!(is_replayed(&send(&served, "k", CREATE, json!({"n": "b"})).await));
        age(25).await;
        assert_eq!(served.app.engine.sweep_answers().await.unwrap(), 1);
    }
}
