//! The transport: methods, media types, status codes, limits.

use crate::support::{Backend, RESPONSE, Served, post};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use kontor_gateway::http::Options;
use tower::ServiceExt as _;

async fn served() -> Served {
    Served::new(Backend::Sqlite, Options { body_limit: 100_000, ..Options::default() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_answered_as_the_specification_says() {
    let served = served().await;
    let cases: [(&str, StatusCode, &str); 9] = [
        (r#"{"query":"{ __typename }"}"#, StatusCode::OK, "Query"),
        ("{not json", StatusCode::BAD_REQUEST, "not JSON"),
        ("[]", StatusCode::BAD_REQUEST, "batches"),
        (r#"{"query":42}"#, StatusCode::BAD_REQUEST, "string"),
        (r#"{"qeury":"{ a }"}"#, StatusCode::BAD_REQUEST, "missing"),
        (r#"{"query":"{ a }","variables":[]}"#, StatusCode::BAD_REQUEST, "object"),
        (r#"{"query":"{ a"}"#, StatusCode::BAD_REQUEST, "Syntax error"),
        (r#"{"query":"{ a }"}"#, StatusCode::BAD_REQUEST, "Unknown field"),
        (r#"{"query":"{ __typename }","operationName":"x"}"#, StatusCode::BAD_REQUEST, "no operation"),
    ];
    for (body, status, expected) in cases {
        let answer = served.send(post().body(Body::from(body)).unwrap()).await;
        let (found, text) = (answer.status, answer.text());
        assert_eq!(found, status, "{body}: {text}");
        assert!(text.contains(expected), "{body}: {text}");
        assert!(answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with(RESPONSE));
        assert!(answer.headers.contains_key("x-request-id"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_get_reads_and_never_writes() {
    let served = served().await;
    let get = |query: &str| {
        Request::get(format!("/graphql?query={query}")).header(header::ACCEPT, RESPONSE).body(Body::empty()).unwrap()
    };
    let answer = served.send(get("%7B__typename%7D")).await;
    let (status, text) = (answer.status, answer.text());
    assert_eq!(status, StatusCode::OK);
    assert!(text.starts_with("{\"data\":{\"__typename\":\"Query\"}"), "{text}");
    let answer = served.send(get("mutation%7B__typename%7D")).await;
    let (status, text) = (answer.status, answer.text());
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{text}");
    assert_eq!(answer.headers[header::ALLOW], "POST");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_media_types_and_tokens_are_checked() {
    let served = served().await;
    let long = format!(r#"{{"query":"{{ a(x: \"{}\") }}"}}"#, "x".repeat(10_000_000));
    let answer = served.send(post().body(Body::from(long)).unwrap()).await;
    let (status, text) = (answer.status, answer.text());
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text.contains("100000 bytes"), "{text}");
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
    assert_eq!(served.send(request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/html")
        .body(Body::from("{}"))
        .unwrap();
    assert_eq!(served.send(request).await.status, StatusCode::NOT_ACCEPTABLE);

    let body = || Body::from(r#"{"query":"{ me { email } }"}"#);
    let signed = |bearer: &str| post().header(header::AUTHORIZATION, bearer).body(body()).unwrap();
    let answer = served.send(signed(&served.bearer("admin"))).await;
    let (status, text) = (answer.status, answer.text());
    assert_eq!(status, StatusCode::OK);
    assert!(text.starts_with("{\"data\":{\"me\":{\"email\":\"admin@acme.example\"}}"), "{text}");
    let answer = served.send(signed("Bearer wrong")).await;
    let (status, text) = (answer.status, answer.text());
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(text.contains("UNAUTHENTICATED"), "{text}");
    for path in ["/healthz", "/readyz"] {
        let status = served.send(Request::get(path).body(Body::empty()).unwrap()).await.status;
        assert_eq!(status, StatusCode::OK, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_compressed_for_who_takes_it() {
    let served = served().await;
    let query = || Body::from(r#"{"query":"{ __schema { types { name description } } }"}"#);
    for (accepted, expected) in [("gzip", Some("gzip")), ("br, gzip", Some("br")), ("identity", None)] {
        let request = post().header(header::ACCEPT_ENCODING, accepted).body(query()).unwrap();
        let response = served.transport.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let encoding = response.headers().get(header::CONTENT_ENCODING).map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(encoding.as_deref(), expected);
        let length = response.into_body().collect().await.unwrap().to_bytes().len();
        assert_eq!(length < 15_000, expected.is_some(), "{accepted}: {length} bytes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_are_in_the_language_asked_for() {
    let served = served().await;
    for (language, expected) in [("de-AT, en;q=0.5", "Firma"), ("en", "Account"), ("fr", "Account")] {
        let body = Body::from(r#"{"query":"{ module(name: Account) { label } }"}"#);
        let request = post().header(header::ACCEPT_LANGUAGE, language).body(body).unwrap();
        let answer = served.send(request).await.json();
        assert_eq!(answer["data"]["module"]["label"], expected, "{language}");
    }
}
