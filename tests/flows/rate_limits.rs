//! How often anybody may ask: over HTTP, as a stream, and over sockets.

use super::feeds_socket::Listening;
use crate::support::{App, Backend, Guest, Received, Served, backends, post};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use kontor_gateway::{
    http::Options,
    rates::{Rate, Rates},
};
use serde_json::{Value, json};

/// So many points at once; the next comes when no test waits any more.
fn rate(burst: u32) -> Option<Rate> {
    Some(Rate { per_minute: 1.try_into().unwrap(), burst: burst.try_into().unwrap() })
}

async fn served(backend: Backend, rates: Rates) -> Served {
    Served::over(App::with_rates(backend, rates).await, Options::default()).await
}

#[track_caller]
fn refused(answer: &Received, name: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    let extensions = answer.json()["errors"][0]["extensions"].clone();
    let seconds: u64 = answer.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!(seconds > 0 && extensions["retryAfter"] == json!(seconds), "{extensions}");
    assert_eq!((&extensions["limit"]["name"], &extensions["limit"]["perMinute"]), (&json!(name), &json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_has_a_bucket_whatever_it_asks_by() {
    for backend in backends() {
        let served = served(backend, Rates::new(rate(4), None, None)).await;
        let colleague = served.app.colleague(&served.user, "ada.lovelace").await;
        for _ in 0..2 {
            assert_eq!(served.ask(json!({"query": "{ me { id } }"})).await.status, StatusCode::OK);
        }
        // What cannot be executed costs its point too.
        assert_eq!(served.ask(json!({"query": "{ nothing }"})).await.status, StatusCode::BAD_REQUEST);
        let get = Request::get("/graphql?query=%7B__typename%7D").header(header::AUTHORIZATION, served.bearer("admin"));
        assert_eq!(served.send(get.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
        refused(&served.ask(json!({"query": "{ me { id } }"})).await, "user");
        // Another role is not another user; another media type is no way around it.
        for accept in ["application/json", "text/event-stream"] {
            let request = Request::post("/graphql")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::ACCEPT, accept)
                .header(header::AUTHORIZATION, served.bearer("sales_rep"));
            let feed = json!({"query": "subscription { accountEvents { cursor } }"}).to_string();
            refused(&served.send(request.body(Body::from(feed)).unwrap()).await, "user");
        }
        let file = Request::get(format!("/files/{}", served.user.id));
        let file = file.header(header::AUTHORIZATION, served.bearer("admin")).body(Body::empty()).unwrap();
        refused(&served.send(file).await, "user");
        // Others are not in the way of each other, and who is not signed in has no limit here.
        let (token, _) = served.app.engine.keys().issue(colleague.id, colleague.org, "admin", uuid::Uuid::nil());
        let other = post().header(header::AUTHORIZATION, format!("Bearer {token}"));
        let body = || Body::from(json!({"query": "{ __typename }"}).to_string());
        assert_eq!(served.send(other.body(body()).unwrap()).await.status, StatusCode::OK);
        assert_eq!(served.post(json!({"query": "{ __typename }"})).await.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_yields_much_costs_much() {
    for backend in backends() {
        let served = served(backend, Rates::new(rate(30), None, None)).await;
        let big = json!({"query": "{ accounts(first: 1000) { nodes { id } } }"});
        let told = served.ask(big.clone()).await.json();
        let points = told["extensions"]["cost"]["points"].as_u64().unwrap();
        assert_eq!(points, 11, "{told}");
        assert_eq!(served.ask(big.clone()).await.status, StatusCode::OK);
        refused(&served.ask(big).await, "user");
        // The point for asking is gone, and what is left is enough for little.
        assert_eq!(served.ask(json!({"query": "{ me { id } }"})).await.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_long_or_describes_much_costs_much() {
    let served = served(Backend::Sqlite, Rates::new(rate(12), None, None)).await;
    // Twenty KiB that nobody has sent before: five points more.
    let long = |n: usize| json!({"query": format!("{{ __typename }} # {n} {}", "x".repeat(20 << 10))});
    assert_eq!(served.ask(long(1)).await.status, StatusCode::OK);
    // It is known now.
    assert_eq!(served.ask(long(1)).await.status, StatusCode::OK);
    refused(&served.ask(long(2)).await, "user");
    let total = json!({"query": "{ a: accounts(first: 1) { totalCount } accountsAggregate(first: 1) { count } }"});
    let served = self::served(Backend::Sqlite, Rates::new(rate(40), None, None)).await;
    let told = served.ask(total.clone()).await.json();
    assert_eq!(told["extensions"]["cost"]["points"], 21, "{told}");
    refused(&served.ask(total).await, "user");
    let described = |fields: &str| json!({"query": format!("{{ __schema {{ types {{ fields {{ {fields} }} }} }} }}")});
    let served = self::served(Backend::Sqlite, Rates::new(rate(1_000), None, None)).await;
    let points = async |query| served.ask(query).await.json()["extensions"]["cost"]["points"].as_u64().unwrap();
    assert!(points(described("name args { name type { name } }")).await > points(described("name")).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_costs_its_requests_before_they_are_looked_at() {
    for backend in backends() {
        let app = App::with_rates(backend, Rates::new(rate(4), None, None)).await;
        let served = Served::over(app, Options { batch: 10, ..Options::default() }).await;
        // Nothing of them is a request, and three points are gone.
        assert_eq!(served.ask(json!([1, 2, 3])).await.status, StatusCode::OK);
        let query = json!({"query": "{ __typename }"});
        refused(&served.ask(json!([query, query])).await, "user");
        assert_eq!(served.ask(json!([query])).await.json()[0]["data"]["__typename"], "Query", "{backend:?}");
        refused(&served.ask(query).await, "user");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn api_keys_and_addresses_have_buckets_of_their_own() {
    for backend in backends() {
        let served = served(backend, Rates::new(None, rate(2), rate(3))).await;
        let create = "mutation { createApiKey(name: \"Import\", role: SALES_REP) { key } }";
        let created = served.ask(json!({"query": create})).await.json();
        let key = created["data"]["createApiKey"]["key"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned();
        served.app.engine.learn_admission().await.unwrap();
        let ask = async || {
            let request = post().header(header::AUTHORIZATION, format!("Bearer {key}"));
            served.send(request.body(Body::from(json!({"query": "{ __typename }"}).to_string())).unwrap()).await
        };
        assert_eq!((ask().await.status, ask().await.status), (StatusCode::OK, StatusCode::OK), "{backend:?}");
        refused(&ask().await, "key");
        // Its owner asks on.
        assert_eq!(served.ask(json!({"query": "{ __typename }"})).await.status, StatusCode::OK);

        let guest = Guest::of(&served.app).at("2001:db8:1:2::1".parse().unwrap());
        let neighbour = Guest::of(&served.app).at("2001:db8:1:2:ffff::9".parse().unwrap());
        for _ in 0..3 {
            guest.data("{ __typename }").await;
        }
        assert_eq!(neighbour.code("{ __typename }", json!({})).await, "RATE_LIMITED");
        Guest::of(&served.app).at("2001:db8:1:3::1".parse().unwrap()).data("{ __typename }").await;
        assert_eq!(served.app.engine.rates().kept(), 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_of_a_socket_count() {
    for backend in backends() {
        let server = Listening::over(App::with_rates(backend, Rates::new(rate(3), None, None)).await).await;
        let mut socket = server.ready().await;
        for id in ["1", "2"] {
            socket.subscribe(id, "{ __typename }").await;
            assert_eq!(socket.hear().await["payload"]["data"]["__typename"], "Query");
            assert_eq!(socket.hear().await, json!({"type": "complete", "id": id}));
        }
        let feed = server.feed().await;
        socket.subscribe("feed", &feed).await;
        socket.subscribe("late", "{ __typename }").await;
        let refused = socket.hear().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("late")), "{refused}");
        let extensions = &refused["payload"][0]["extensions"];
        assert_eq!(extensions["code"], "RATE_LIMITED");
        assert!(extensions["retryAfter"].as_u64() > Some(0));
        // Another socket is not another user. What was begun goes on.
        let mut other = server.ready().await;
        other.subscribe("1", &feed).await;
        assert_eq!(other.hear().await["payload"][0]["extensions"]["code"], "RATE_LIMITED");
        let create = "mutation { createAccount(input: {name: \"One\"}) { id } }";
        let refused = server.app.ask(&server.user, create, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "RATE_LIMITED");
        assert_eq!(refused.get("data"), None::<&Value>);
    }
}
