//! The transport: methods, media types, status codes, limits.

use crate::support::{App, Backend, User};
use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt as _;
use kontor_gateway::{
    auth::Caller,
    http::{Limits, router},
};
use tower::ServiceExt as _;

const RESPONSE: &str = "application/graphql-response+json";

async fn served() -> (App, User, Router) {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let router = router(app.engine.clone(), Limits { body: 100_000 });
    (app, user, router)
}

fn post() -> axum::http::request::Builder {
    Request::post("/graphql").header(header::CONTENT_TYPE, "application/json").header(header::ACCEPT, RESPONSE)
}

async fn send(router: &Router, request: Request<Body>) -> (StatusCode, String, Response<()>) {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, String::from_utf8(bytes.to_vec()).unwrap(), Response::from_parts(parts, ()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_answered_as_the_specification_says() {
    let (_app, _user, router) = served().await;
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
        let (found, text, response) = send(&router, post().body(Body::from(body)).unwrap()).await;
        assert_eq!(found, status, "{body}: {text}");
        assert!(text.contains(expected), "{body}: {text}");
        assert!(response.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with(RESPONSE));
        assert!(response.headers().contains_key("x-request-id"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_get_reads_and_never_writes() {
    let (_app, _user, router) = served().await;
    let get = |query: &str| {
        Request::get(format!("/graphql?query={query}")).header(header::ACCEPT, RESPONSE).body(Body::empty()).unwrap()
    };
    let (status, text, _) = send(&router, get("%7B__typename%7D")).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "{\"data\":{\"__typename\":\"Query\"}}"));
    let (status, text, response) = send(&router, get("mutation%7B__typename%7D")).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{text}");
    assert_eq!(response.headers()[header::ALLOW], "POST");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_media_types_and_tokens_are_checked() {
    let (app, user, router) = served().await;
    let long = format!(r#"{{"query":"{{ a(x: \"{}\") }}"}}"#, "x".repeat(10_000_000));
    let (status, text, _) = send(&router, post().body(Body::from(long)).unwrap()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text.contains("100000 bytes"), "{text}");
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
    assert_eq!(send(&router, request).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/html")
        .body(Body::from("{}"))
        .unwrap();
    assert_eq!(send(&router, request).await.0, StatusCode::NOT_ACCEPTABLE);

    let body = || Body::from(r#"{"query":"{ me { email } }"}"#);
    let (token, _) = app.engine.keys().issue(&Caller { user: user.id, org: user.org, role: "admin".to_owned() });
    let signed = |token: &str| post().header(header::AUTHORIZATION, format!("Bearer {token}")).body(body()).unwrap();
    let (status, text, _) = send(&router, signed(&token)).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "{\"data\":{\"me\":{\"email\":\"admin@acme.example\"}}}"));
    let (status, text, _) = send(&router, signed("wrong")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(text.contains("UNAUTHENTICATED"), "{text}");
    for path in ["/healthz", "/readyz"] {
        let (status, ..) = send(&router, Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_are_compressed_for_who_takes_it() {
    let (_app, _user, router) = served().await;
    let query = || Body::from(r#"{"query":"{ __schema { types { name description } } }"}"#);
    for (accepted, expected) in [("gzip", Some("gzip")), ("br, gzip", Some("br")), ("identity", None)] {
        let request = post().header(header::ACCEPT_ENCODING, accepted).body(query()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let encoding = response.headers().get(header::CONTENT_ENCODING).map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(encoding.as_deref(), expected);
        let length = response.into_body().collect().await.unwrap().to_bytes().len();
        assert_eq!(length < 15_000, expected.is_some(), "{accepted}: {length} bytes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_are_in_the_language_asked_for() {
    let (_app, _user, router) = served().await;
    for (language, expected) in [("de-AT, en;q=0.5", "Firma"), ("en", "Account"), ("fr", "Account")] {
        let body = Body::from(r#"{"query":"{ module(name: Account) { label } }"}"#);
        let request = post().header(header::ACCEPT_LANGUAGE, language).body(body).unwrap();
        let (_, text, _) = send(&router, request).await;
        assert_eq!(text, format!(r#"{{"data":{{"module":{{"label":"{expected}"}}}}}}"#), "{language}");
    }
}
