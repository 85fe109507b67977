//! How much one operation may ask for: each limit with what it says, over HTTP and over a socket.

use super::feeds_socket::Listening;
use crate::support::{App, Backend, Served, backends, post};
use axum::{body::Body, http::StatusCode};
use kontor_gateway::{http::Options, limits::Limits};
use serde_json::{Value, json};
use std::time::Duration;

/// A chain of fragments of which each uses the next twice.
fn fragment_bomb(used: &str) -> String {
    let chain = |n| format!(" fragment F{n} on Account {{ a: parent {{ ...F{0} }} b: parent {{ ...F{0} }} }}", n + 1);
    let chain: String = (0..14).map(chain).collect();
    format!("{{ accounts {{ nodes {{ {used} }} }} }}{chain} fragment F14 on Account {{ id }}")
}

/// What is beyond each limit, by its name: documents that are short enough for the others.
fn bombs() -> Vec<(&'static str, String)> {
    let many = |n: usize, one: &dyn Fn(usize) -> String| (0..n).map(one).collect::<Vec<_>>().join(" ");
    let deep = format!("{{ accounts {{ nodes {{ {} id {} }} }} }}", "parent { ".repeat(19), "}".repeat(19));
    vec![
        ("documentBytes", format!("{{ __typename }} # {}", "x".repeat(200_000))),
        ("tokens", format!("{{ __typename {} }}", "a ".repeat(15_000))),
        ("brackets", format!("{{ accounts(filter: {}", "{not: ".repeat(1_000))),
        ("depth", deep),
        ("fields", fragment_bomb("...F0")),
        ("fields", fragment_bomb("id")),
        ("rootFields", format!("{{ {} }}", many(51, &|n| format!("a{n}: __typename")))),
        ("aliases", format!("{{ me {{ {} }} }}", many(3_000, &|n| format!("a{n}: email")))),
        ("directives", format!("{{ __typename {} }}", "@include(if: true) ".repeat(2_000))),
        ("directives", format!("query {} {{ __typename }}", "@a ".repeat(5_000))),
        ("name", format!("{{ {} }}", "x".repeat(257))),
        ("selections", {
            // None of them is too large by itself, and none but the first is executed.
            let uses = many(900, &|n| format!("query Q{n} {{ accounts {{ nodes {{ ...D0 }} }} }}"));
            let doubled = many(8, &|n| format!("fragment D{n} on Account {{ ...D{0} ...D{0} }}", n + 1));
            format!("{uses} {doubled} fragment D8 on Account {{ id }}")
        }),
        ("selections", {
            let ids = many(3_000, &|n| format!("$v{n}"));
            let fragment =
                format!("fragment F on Account {{ contacts(filter: {{id: {{in: [{ids}]}}}}) {{ totalCount }} }}");
            format!("{} {fragment}", many(300, &|n| format!("query Q{n} {{ accounts {{ nodes {{ ...F }} }} }}")))
        }),
        ("fragments", {
            let chain = |n| format!("fragment F{n} on Query {{ ...F{} }}", n + 1);
            format!("{{ ...F0 }} {} fragment F1000 on Query {{ __typename }}", many(1_000, &chain))
        }),
        ("introspection", {
            let described = many(400, &|n| format!("a{n}: type {{ fields {{ name }} }}"));
            format!("{{ __schema {{ types {{ fields {{ {described} }} }} }} }}")
        }),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_is_refused_with_the_limit_and_what_was_found() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        for (name, query) in bombs() {
            let answer = served.ask(json!({"query": query})).await;
            let error = &answer.json()["errors"][0];
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "COST_LIMIT_EXCEEDED"));
            let limit = &error["extensions"]["limit"];
            assert_eq!(limit["name"], name, "{error}");
            assert!(limit["found"].as_u64() > limit["most"].as_u64(), "{error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(&limit["most"].to_string()) && message.contains(": "), "{message}");
        }
        assert_eq!(served.ask(json!({"query": "{ me { email } }"})).await.status, StatusCode::OK, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_has_the_same_limits() {
    let server = Listening::new(Backend::Sqlite).await;
    let mut socket = server.ready().await;
    for (name, query) in bombs() {
        socket.subscribe(name, &query).await;
        let refused = socket.hear().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!(name)), "{refused}");
        assert_eq!(refused["payload"][0]["extensions"]["limit"]["name"], name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_are_set_and_tools_may_always_ask_for_the_schema() {
    let limits = Limits { depth: 3, root_fields: 1, aliases: 0, directives: 1, records: 60, ..Limits::default() };
    let app = App::with_limits(Backend::Sqlite, Duration::from_secs(3_600), limits).await;
    let user = app.user("acme").await;
    let cases = [
        ("{ accounts { nodes { owner { id } } } }", "depth", 4, 3),
        ("{ me { id } accounts { totalCount } }", "rootFields", 2, 1),
        ("{ a: me { id } }", "aliases", 1, 0),
        ("{ me @include(if: true) { id @skip(if: false) } }", "directives", 2, 1),
    ];
    for (query, name, found, most) in cases {
        let answer = app.ask(&user, query, json!({})).await;
        let limit = json!({"name": name, "most": most, "found": found});
        assert_eq!(answer["errors"][0]["extensions"]["limit"], limit, "{answer}");
    }
    let answer = app.ask(&user, "{ accounts(first: 100) { nodes { id } } }", json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["limit"]["name"], "records", "{answer}");
    app.data(&user, "{ accounts(first: 50) { nodes { id } } }", json!({})).await;
    // Fifteen levels, as tools ask.
    let of_type = "ofType { name ".repeat(9);
    let deep =
        format!("{{ __schema {{ types {{ fields {{ args {{ type {{ {of_type} {} }} }} }} }} }} }}", "}".repeat(9));
    app.data(&user, &deep, json!({})).await;
    let deeper = deep.replacen("ofType", "ofType { ofType", 1).replacen("} }", "} } }", 1);
    let refused = app.ask(&user, &deeper, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["limit"], json!({"name": "depth", "most": 15, "found": 16}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_errors_the_first_are_told_and_the_nearest_names_of_a_few() {
    let served = Served::new(Backend::Sqlite, Options::default()).await;
    let fields: String = (0..2_000).map(|_| "nmae ").collect();
    let unknown = json!({"query": format!("{{ accounts {{ nodes {{ {fields} }} }} }}")});
    let wrong = json!({
        "query": "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { id } }",
        "variables": {"i": vec![json!({"nmae": "x"}); 5_000]},
    });
    let keys: serde_json::Map<_, _> = (0..5_000).map(|n| (format!("nmae{n}"), json!(1))).collect();
    let query = "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }";
    let keys = json!({"query": query, "variables": {"f": keys}});
    for request in [unknown, wrong, keys] {
        let answer = served.ask(request).await.json();
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 101, "{}", errors[0]);
        assert_eq!(errors[100]["message"], "There are more errors: these are the first 100.");
    }
    let answer = served.ask(json!({"query": format!("{{ accounts {{ nodes {{ {fields} }} }} }}")})).await.json();
    let message = |n: usize| answer["errors"][n]["message"].as_str().unwrap();
    assert_eq!(message(0), "Unknown field \"nmae\" on type \"Account\". Did you mean \"name\"?");
    assert_eq!(message(50), "Unknown field \"nmae\" on type \"Account\".");
    let answer = served.ask(json!({"query": "{ accounts(frist: 1) { totalCount } }"})).await.json();
    assert!(answer["errors"][0]["message"].as_str().unwrap().ends_with("Did you mean \"first\"?"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_have_limits_too() {
    let served = Served::new(Backend::Sqlite, Options::default()).await;
    let query = "query($f: AccountFilter) { accounts(filter: $f) { totalCount } }";
    let objects = json!({"query": query, "variables": {"f": {"or": vec![json!({}); 60_000]}}});
    let refused = served.ask(objects).await.json();
    assert_eq!(refused["errors"][0]["extensions"]["limit"]["name"], "objects", "{refused}");
    let long = "x".repeat(1_001);
    for operator in ["like", "icontains", "startsWith"] {
        let pattern = json!({"query": query, "variables": {"f": {"name": {operator: long}}}});
        let refused = served.ask(pattern).await;
        assert_eq!(refused.code(), "BAD_USER_INPUT");
        assert!(refused.text().contains("1000 characters at most, this one has 1001"), "{}", refused.text());
    }
    let equal = json!({"query": query, "variables": {"f": {"name": {"eq": long}}}});
    assert_eq!(served.ask(equal).await.json()["data"]["accounts"]["totalCount"], 0);
    let key = json!({"query": query, "variables": {"f": {"x".repeat(500_000): 1}}});
    let refused = served.ask(key).await;
    assert!(refused.body.len() < 1_000, "{}", refused.body.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_has_a_length_that_memory_bears() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        let create = "mutation($t: String!) { createAccount(input: {name: \"Long\", description: $t}) { id } }";
        let text = "x".repeat(100_000);
        for _ in 0..8 {
            let created = served.ask(json!({"query": create, "variables": {"t": text}})).await.json();
            assert_eq!(created["errors"], Value::Null, "{}", &created.to_string()[..300]);
        }
        let query = |aliases: usize| {
            let fields: String = (0..aliases).map(|n| format!("a{n}: description ")).collect();
            json!({"query": format!("{{ accounts {{ nodes {{ {fields} }} }} me {{ id }} }}")})
        };
        let refused = served.ask(query(100)).await.json();
        let error = &refused["errors"][0]["extensions"];
        assert_eq!(error["limit"], json!({"name": "answer", "most": 64 << 20}), "{backend:?}");
        assert_eq!(error["code"], "COST_LIMIT_EXCEEDED");
        assert!(served.ask(query(2)).await.body.len() > 1_600_000);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_come_as_they_are() {
    let served = Served::new(Backend::Sqlite, Options::default()).await;
    let request = |encoding: &str| {
        let body = Body::from(json!({"query": "{ __typename }"}).to_string());
        post().header("content-encoding", encoding).body(body).unwrap()
    };
    let refused = served.send(request("gzip")).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT"));
    assert_eq!(served.send(request("identity")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_long_is_not_read() {
    let served = Served::new(Backend::Sqlite, Options::default()).await;
    let body = format!("{{\"query\": \"{}\"}}", "x".repeat(2 << 20));
    let announced = post().header("content-length", body.len()).body(Body::from(body.clone())).unwrap();
    let told = post().body(Body::from(body.clone())).unwrap();
    for (request, found) in [(announced, json!(body.len())), (told, Value::Null)] {
        let answer = served.send(request).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT"));
        let limit = json!({"name": "body", "most": 1 << 20, "found": found});
        assert_eq!(answer.json()["errors"][0]["extensions"]["limit"], limit);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_are_off_and_bounded_where_they_are_on() {
    let query = json!({"query": "{ __typename }"});
    let off = Served::new(Backend::Sqlite, Options::default()).await;
    let refused = off.ask(json!(vec![query.clone(); 5_000])).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
    let limit = &refused.json()["errors"][0]["extensions"]["limit"];
    assert_eq!(limit, &json!({"name": "batch", "most": 0, "found": 5_000}));

    let on = Served::new(Backend::Sqlite, Options { batch: 4, ..Options::default() }).await;
    let refused = on.ask(json!(vec![query.clone(); 5])).await;
    let limit = &refused.json()["errors"][0]["extensions"]["limit"];
    assert_eq!(limit, &json!({"name": "batch", "most": 4, "found": 5}));
    assert_eq!(on.ask(json!([])).await.status, StatusCode::BAD_REQUEST);
    let create = "mutation { createTag(input: {name: \"hot\"}) { name } }";
    let tags = json!({"query": "{ tags { totalCount } }"});
    let batch = json!([tags, {"query": create}, {"nothing": 1}, tags]);
    let answers = on.ask(batch).await;
    assert_eq!(answers.status, StatusCode::OK);
    let answers = answers.json();
    assert_eq!(answers[0]["data"]["tags"]["totalCount"], 0);
    assert_eq!(answers[1]["data"]["createTag"]["name"], "hot");
    assert_eq!(answers[2]["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(answers[3]["data"]["tags"]["totalCount"], 1);
    let repeated = post().header("idempotency-key", "k").body(Body::from(json!([tags]).to_string())).unwrap();
    assert_eq!(on.send(repeated).await.status, StatusCode::BAD_REQUEST);
}
