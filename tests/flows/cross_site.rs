//! Pages of other sites: which may read answers, and that none can do anything by a simple request.

use crate::support::{Backend, Received, Served};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use kontor_gateway::http::{Options, Origins};

const ORIGIN: &str = "https://app.example.com";

async fn served(origins: &[&str]) -> Served {
    let list: Vec<_> = origins.iter().map(|o| (*o).to_owned()).collect();
    let origins = Origins::parse(&list).unwrap();
    Served::new(Backend::Sqlite, Options { origins, ..Options::default() }).await
}

async fn preflight(served: &Served, origin: &str) -> Received {
    let request = Request::builder().method(Method::OPTIONS).uri("/graphql").header(header::ORIGIN, origin);
    let request = request
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type,idempotency-key");
    served.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn named_origins_may_use_the_api() {
    let served = served(&[ORIGIN, "http://localhost:5173"]).await;
    let allowed = preflight(&served, ORIGIN).await;
    assert_eq!(allowed.status, StatusCode::OK);
    assert_eq!(allowed.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], ORIGIN);
    let headers = allowed.headers[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
    for header in ["authorization", "content-type", "accept-language", "idempotency-key", "graphql-preflight"] {
        assert!(headers.contains(header), "{header} is missing in {headers}");
    }
    assert_eq!(allowed.headers[header::ACCESS_CONTROL_MAX_AGE], "3600");
    assert!(!allowed.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
    let other = preflight(&served, "https://evil.example").await;
    assert!(!other.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "{other:?}");

    // Refusals are readable too, else a page could not tell its user why.
    for (path, status) in [("/graphql?query=%7B__typename%7D", StatusCode::OK), ("/graphql", StatusCode::BAD_REQUEST)] {
        let request = Request::get(path).header(header::ORIGIN, ORIGIN).body(Body::empty()).unwrap();
        let answer = served.send(request).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], ORIGIN);
        let shown = answer.headers[header::ACCESS_CONTROL_EXPOSE_HEADERS].to_str().unwrap();
        assert!(shown.contains("x-request-id"), "{shown}");
        let varies = answer.headers.get_all(header::VARY).iter().any(|v| v.to_str().unwrap().contains("origin"));
        assert!(varies, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_origin_is_allowed_unless_named_and_all_by_a_star() {
    let closed = preflight(&served(&[]).await, ORIGIN).await;
    assert_eq!(closed.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(!closed.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    let open = preflight(&served(&["*"]).await, ORIGIN).await;
    assert_eq!(open.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert!(!open.headers.contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_needs_no_preflight_executes_nothing() {
    let served = served(&[]).await;
    let body =
        r#"{"query":"mutation { login(email: \"admin@acme.example\", password: \"correct horse\") { accessToken } }"}"#;
    for simple in
        [Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("text/plain; application/json"), None]
    {
        let request = Request::post("/graphql").header(header::ORIGIN, "https://evil.example");
        let request = simple.into_iter().fold(request, |request, simple| request.header(header::CONTENT_TYPE, simple));
        let answer = served.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{simple:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_tells_browsers_what_it_is_not_for() {
    let served = served(&[]).await;
    let secured = |answer: &Received| {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.headers[name], value, "{answer:?}");
        }
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!answer.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert!(!answer.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    };
    for (path, status) in [
        ("/graphql?query=%7B__typename%7D", StatusCode::OK),
        ("/graphql", StatusCode::BAD_REQUEST),
        ("/healthz", StatusCode::OK),
        ("/.well-known/jwks.json", StatusCode::OK),
        ("/files/x", StatusCode::UNAUTHORIZED),
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/", StatusCode::NOT_FOUND),
    ] {
        let request = Request::get(path).header(header::ORIGIN, ORIGIN).body(Body::empty()).unwrap();
        let answer = served.send(request).await;
        assert_eq!(answer.status, status, "{path}");
        secured(&answer);
    }
    secured(&preflight(&served, ORIGIN).await);
    let tls = Served::new(Backend::Sqlite, Options { tls: true, ..Options::default() }).await;
    let answer = tls.send(Request::get("/healthz").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
}
