//! Answers as server-sent events.

use crate::support::{Served, backends};
use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt as _;
use kontor_gateway::http::Options;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt as _;

const EVENTS: &str = "text/event-stream";
const FEED: &str = "subscription { accountEvents { cursor kind after } }";

pub(super) async fn open(served: &Served, body: Value, last_event: Option<&str>) -> Response<Body> {
    let mut request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, EVENTS)
        .header(header::AUTHORIZATION, served.bearer("admin"));
    if let Some(id) = last_event {
        request = request.header("last-event-id", id);
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    served.transport.clone().oneshot(request).await.unwrap()
}

/// The next event of a stream: its id and its data.
async fn next(response: &mut Response<Body>) -> Option<(String, Value)> {
    let frame = tokio::time::timeout(Duration::from_secs(60), response.body_mut().frame());
    let bytes = frame.await.expect("there is an event")?.unwrap().into_data().unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let ["event: next", id, data, ""] = &lines[..] else { panic!("not an event: {text}") };
    let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
    Some((id.strip_prefix("id: ").unwrap().to_owned(), data))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_on_behind_the_last_event_and_ends_with_the_server() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let create = async |name: &str| {
            let query = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
            served.app.data(&served.user, query, json!({"n": name})).await;
        };
        let mut stream = open(&served, json!({"query": FEED}), None).await;
        assert_eq!(stream.status(), StatusCode::OK);
        assert!(stream.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with(EVENTS));
        create("One").await;
        let (id, data) = next(&mut stream).await.unwrap();
        assert_eq!(data["data"]["accountEvents"]["after"]["name"], "One", "{backend:?}");
        assert_eq!(data["data"]["accountEvents"]["cursor"], json!(id));
        drop(stream);
        create("Two").await;

        let mut stream = open(&served, json!({"query": FEED}), Some(&id)).await;
        create("Three").await;
        for name in ["Two", "Three"] {
            assert_eq!(next(&mut stream).await.unwrap().1["data"]["accountEvents"]["after"]["name"], name);
        }
        served.app.engine.stop_feeds();
        assert!(next(&mut stream).await.is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_can_be_answered_as_a_stream_and_what_is_wrong_is_refused() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let answer = open(&served, json!({"query": "{ __typename }"}), None).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        let text = std::str::from_utf8(&text).unwrap();
        assert!(text.starts_with("event: next\ndata: {\"data\":{\"__typename\":\"Query\"}"), "{text}");
        assert!(text.ends_with("}\n\nevent: complete\ndata:\n\n"), "{text}");

        let nonsense = open(&served, json!({"query": "subscription { nothing }"}), None).await;
        assert_eq!(nonsense.status(), StatusCode::BAD_REQUEST);
        let lost = open(&served, json!({"query": FEED}), Some("nonsense")).await;
        assert_eq!(lost.status(), StatusCode::BAD_REQUEST);
        let plain = served.ask(json!({"query": FEED})).await;
        assert_eq!((plain.status, plain.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
        assert!(plain.text().contains(EVENTS));

        let nobody = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        let nobody = nobody.header(header::ACCEPT, EVENTS).body(Body::from(json!({"query": FEED}).to_string()));
        let refused = served.send(nobody.unwrap()).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "UNAUTHENTICATED"));
    }
}
