//! Documents by their SHA-256: learnt from clients, or the only ones there are.

use crate::support::{Backend, RESPONSE, Served};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use kontor_gateway::{
    http::Options,
    persisted::{DocumentHash, Documents, Persisted},
};
use serde_json::{Value, json};

const QUERY: &str = "query Own { __typename }";

async fn served(persisted: Persisted) -> Served {
    Served::new(Backend::Sqlite, Options { persisted, ..Options::default() }).await
}

fn hash(text: &str) -> String {
    DocumentHash::of(text).hex()
}

/// What Apollo Client and urql send along.
fn extensions(text: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash(text)}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_sent_once() {
    let served = served(Persisted::automatic(Documents::new())).await;
    let by_hash = json!({"operationName": "Own", "variables": {}, "extensions": extensions(QUERY)});
    let unknown = served.post(by_hash.clone()).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let expected = json!([{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]);
    assert_eq!(unknown.json()["errors"], expected);
    let registered = served.post(json!({"query": QUERY, "extensions": extensions(QUERY)})).await;
    assert_eq!(registered.json()["data"], json!({"__typename": "Query"}));
    let known = served.post(by_hash).await;
    assert_eq!((known.status, &known.json()["data"]), (StatusCode::OK, &json!({"__typename": "Query"})));
    let by_id = served.post(json!({"documentId": format!("sha256:{}", hash(QUERY))})).await;
    assert_eq!(by_id.json()["data"], json!({"__typename": "Query"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_works_by_get_and_for_clients_of_old() {
    let served = served(Persisted::automatic(Documents::new())).await;
    let get = |parameters: String, accept: &str| {
        Request::get(format!("/graphql?{parameters}")).header(header::ACCEPT, accept).body(Body::empty()).unwrap()
    };
    let encoded = extensions(QUERY).to_string().replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
    let unknown = served.send(get(format!("extensions={encoded}"), "application/json")).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (StatusCode::OK, "PERSISTED_QUERY_NOT_FOUND"));
    let both = format!("query={}&extensions={encoded}", QUERY.replace(' ', "%20").replace('{', "%7B"));
    assert_eq!(served.send(get(both.replace('}', "%7D"), RESPONSE)).await.status, StatusCode::OK);
    let known = served.send(get(format!("extensions={encoded}"), RESPONSE)).await;
    assert_eq!(known.json()["data"], json!({"__typename": "Query"}));
    let by_id = served.send(get(format!("documentId=sha256:{}", hash(QUERY)), RESPONSE)).await;
    assert_eq!(by_id.json()["data"], json!({"__typename": "Query"}));

    let mutation = "mutation { __typename }";
    served.post(json!({"query": mutation, "extensions": extensions(mutation)})).await;
    let refused = served.send(get(format!("documentId={}", hash(mutation)), RESPONSE)).await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_learnt_that_is_no_valid_document_of_its_hash() {
    let served = served(Persisted::automatic(Documents::new())).await;
    let wrong = served.post(json!({"query": "{ me { email } }", "extensions": extensions(QUERY)})).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    for invalid in ["{ nothing }", "{"] {
        served.post(json!({"query": invalid, "extensions": extensions(invalid)})).await;
        let again = served.post(json!({"extensions": extensions(invalid)})).await;
        assert_eq!(again.code(), "PERSISTED_QUERY_NOT_FOUND");
    }
    for malformed in [
        json!({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": hash(QUERY)}}}),
        json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}}),
        json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "é".repeat(32)}}}),
        json!({"extensions": {"persistedQuery": 1}}),
        json!({"documentId": "sha256:abc"}),
        json!({"documentId": 1}),
        json!({"documentId": "name", "query": QUERY}),
        json!({"extensions": {}}),
    ] {
        let answer = served.post(malformed.clone()).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"), "{malformed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_listed_is_executed() {
    let listed: Documents = [("own".to_owned(), QUERY.into()), (hash(QUERY), QUERY.into())].into();
    let served = served(Persisted::AllowList(listed)).await;
    for allowed in [
        json!({"documentId": "own"}),
        json!({"documentId": hash(QUERY)}),
        json!({"extensions": extensions(QUERY)}),
        json!({"query": QUERY}),
    ] {
        assert_eq!(served.ask(allowed).await.json()["data"], json!({"__typename": "Query"}));
    }
    for other in ["{ __typename }", "{ __schema { types { name } } }", "{ me { email } }", "query Own { __typename } "]
    {
        let answer = served.ask(json!({"query": other, "extensions": extensions(other)})).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "QUERY_NOT_IN_SAFELIST"));
        assert_eq!(served.ask(json!({"query": other})).await.code(), "QUERY_NOT_IN_SAFELIST");
        assert_eq!(served.ask(json!({"extensions": extensions(other)})).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_hashes_says_so() {
    let served = served(Persisted::Off).await;
    let refused = served.post(json!({"query": QUERY, "extensions": extensions(QUERY)})).await;
    let expected =
        json!([{"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}]);
    assert_eq!(refused.json()["errors"], expected);
    assert_eq!(served.post(json!({"query": QUERY})).await.status, StatusCode::OK);
}
