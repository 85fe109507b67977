//! `serve`.

use crate::support::{Answer, Backend, Database, Output, Place, Served, backends};
use serde_json::{Value, json};
use std::{io::Write as _, net::TcpStream};

#[test]
fn the_demo_is_served_from_an_empty_folder() {
    let place = Place::new();
    let served = Served::start(&place, &["--demo"]);
    let greeting = &served.greeting;
    for part in [
        &format!("http://{}/graphql", served.address),
        &format!("http://{}/\n", served.address),
        "data/kontor.db",
        "Sign in   admin@demo.kontor.example / kontor-demo",
        "Next: ",
        "Stop with Ctrl-C",
    ] {
        assert!(greeting.contains(part), "`{part}` is missing in {greeting}");
    }
    assert_eq!((served.get("/healthz").status, served.get("/readyz").status), (200, 200));

    let token = served.token("admin@demo.kontor.example", "kontor-demo");
    let data = served.data(&token, "{ accounts(first: 1) { totalCount nodes { name owner { email } } } }");
    assert!(data["accounts"]["totalCount"].as_i64().unwrap() > 10, "{data}");
    assert!(data["accounts"]["nodes"][0]["name"].is_string(), "{data}");
    served.terminate();
    assert_eq!(served.ended().code(), Some(0));

    // The same again: nothing is added, and the demo users are still offered.
    let served = Served::start(&place, &["--demo"]);
    assert!(served.greeting.contains("admin@demo.kontor.example"), "{}", served.greeting);
    let token = served.token("admin@demo.kontor.example", "kontor-demo");
    assert_eq!(
        served.data(&token, "{ accounts { totalCount } }")["accounts"]["totalCount"],
        data["accounts"]["totalCount"]
    );
}

#[test]
fn the_demo_is_served_from_postgresql() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let place = Place::new();
    let database = Database::new(Backend::Postgres, &place);
    let served = Served::start(&place, &["--demo", "--database", &database.url]);
    assert!(served.greeting.contains("PostgreSQL"), "{}", served.greeting);
    let token = served.token("admin@demo.kontor.example", "kontor-demo");
    let data = served.data(&token, "{ accounts { totalCount } }");
    assert!(data["accounts"]["totalCount"].as_i64().unwrap() > 10, "{data}");
    assert_eq!(served.get("/readyz").status, 200);
    served.terminate();
    assert_eq!(served.ended().code(), Some(0));
    assert_eq!(place.names(), ["data"], "only the signing key is kept in files");
}

#[test]
fn without_a_demo_the_next_step_is_a_user() {
    let place = Place::new();
    let served = Served::start(&place, &[]);
    assert!(served.greeting.contains("Next: create a user with `kontor user create"), "{}", served.greeting);
}

#[test]
fn a_database_in_use_gets_no_demo_and_is_told_so() {
    let place = Place::new();
    let mut command = place.command(&["user", "create", "--email", "ada@example.com"]);
    Output::of(command.env("KONTOR_USER_PASSWORD", "correct horse")).success();
    let served = Served::start(&place, &["--demo"]);
    assert!(served.greeting.contains("holds an organization already"), "{}", served.greeting);
}

#[test]
fn a_port_in_use_is_told_and_no_database_is_made() {
    let first = Place::new();
    let served = Served::start(&first, &[]);
    let second = Place::new();
    let output = second.run(&["serve", "--demo", "--listen", &served.address]);
    output.failure(&[&served.address, "in use", "help: ", "--listen"]);
    assert!(second.names().is_empty(), "{:?}", second.names());
    assert_eq!(served.get("/healthz").status, 200);
}

#[test]
fn a_signal_ends_it_though_a_connection_is_open() {
    let place = Place::new();
    let served = Served::start(&place, &[]);
    let _idle = TcpStream::connect(&served.address).unwrap();
    assert_eq!(served.get("/healthz").status, 200);
    served.terminate();
    assert_eq!(served.ended().code(), Some(0));
}

#[test]
fn a_second_signal_cuts_off_who_does_not_finish() {
    let place = Place::new();
    let served = Served::start(&place, &[]);
    let mut stalled = TcpStream::connect(&served.address).unwrap();
    stalled.write_all(b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n").unwrap();
    assert_eq!(served.get("/healthz").status, 200);
    served.terminate();
    // It listens no more, so it has seen the first signal.
    while TcpStream::connect(&served.address).is_ok() {
        std::thread::yield_now();
    }
    served.terminate();
    assert_eq!(served.ended().code(), Some(0));
}

#[test]
fn requests_that_make_no_sense_are_answered() {
    let place = Place::new();
    let served = Served::start(&place, &["--demo"]);
    let token = served.token("admin@demo.kontor.example", "kontor-demo");
    let ask = |token, query: &str, variables: Value| Answer::graphql(&served.address, token, query, &variables);
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);

    let no_token = ask(None, "{ accounts { totalCount } }", json!({}));
    assert_eq!(code(&no_token).as_deref(), Some("UNAUTHENTICATED"), "{no_token}");
    let wrong_token = ask(Some("eyJ.no.token"), "{ accounts { totalCount } }", json!({}));
    assert_eq!(code(&wrong_token).as_deref(), Some("UNAUTHENTICATED"), "{wrong_token}");
    let bad_id = ask(Some(&token), "query($id: ID!) { account(id: $id) { name } }", json!({"id": "not-a-uuid"}));
    assert!(code(&bad_id).is_some(), "{bad_id}");

    let body = json!({"query": "{ __typename }", "variables": {"x": "x".repeat(10 << 20)}}).to_string();
    // The server may answer and close before all is sent, so the write is allowed to fail.
    let mut stream = TcpStream::connect(&served.address).unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
    let mut status = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 413");
    assert_eq!(Answer::to(&served.address, "POST", "/graphql", Some(&token), "{").status, 400);
    assert_eq!(served.get("/healthz").status, 200);
}
