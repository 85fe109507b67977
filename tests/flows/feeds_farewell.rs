//! How the server takes leave of sockets: of all when it stops, of one whose token has ended, of one that is too slow. The
//! clock is put on, so that nobody has to wait for it.

use super::feeds_socket::Listening;
use crate::support::{Backend, backends};
use kontor_gateway::auth::Keys;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, pause, resume, sleep};

#[tokio::test]
async fn a_server_that_stops_sends_sockets_away_one_after_the_other() {
    const SOCKETS: usize = 60;
    for backend in backends() {
        let server = Listening::new(backend).await;
        let mut sockets = Vec::new();
        for _ in 0..SOCKETS {
            sockets.push(server.ready().await);
        }
        pause();
        let begun = Instant::now();
        server.app.engine.stop_feeds();
        let closing =
            sockets.into_iter().map(|mut socket| tokio::spawn(async move { (socket.code().await, begun.elapsed()) }));
        let mut times = Vec::new();
        for closed in closing.collect::<Vec<_>>() {
            let (code, time) = closed.await.unwrap();
            assert_eq!(code, 1012);
            times.push(time);
        }
        server.app.engine.feeds_ended().await;
        resume();
        times.sort();
        // Each takes its chance within three seconds; that so many keep together is next to impossible.
        assert!(times[SOCKETS - 1] - times[0] > Duration::from_secs(1), "{backend:?} {times:?}");
        assert!(times[SOCKETS - 1] < Duration::from_secs(4), "{times:?}");
        let together = times.windows(SOCKETS / 2).map(|half| half[half.len() - 1] - half[0]).min().unwrap();
        assert!(together > Duration::from_millis(300), "{times:?}");
    }
}

#[tokio::test]
async fn a_token_that_has_ended_is_told_of_before_its_socket_is_closed() {
    for backend in backends() {
        let server = Listening::new(backend).await;
        // Good for as long as the clocks of servers may differ.
        let keys = Keys::from_seeds(&[[7; 32]], Duration::ZERO);
        let token = keys.issue(server.user.id, server.user.org, "admin", uuid::Uuid::nil()).0;
        let mut socket = server.open().await;
        socket.say(json!({"type": "connection_init", "payload": {"token": token}})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        while server.app.engine.keys().verify(&token).is_some() {
            sleep(Duration::from_millis(50)).await;
        }
        pause();
        let warning = socket.hear().await;
        assert_eq!(warning["type"], "ping", "{backend:?} {warning}");
        assert!(warning["payload"]["reason"].as_str().unwrap().contains("token"), "{warning}");
        assert_eq!(socket.code().await, 4403);
        resume();
    }
}

/// On SQLite, which answers at once: otherwise the clock would run on while the database is at work.
#[tokio::test]
async fn a_socket_that_takes_nothing_is_told_where_to_go_on() {
    const EVENTS: usize = 120;
    let server = Listening::new(Backend::Sqlite).await;
    let feed = server.feed().await;
    let mut socket = server.ready().await;
    socket.subscribe("slow", &feed).await;
    socket.subscribe("begun", "{ __typename }").await;
    assert_eq!(
        (socket.hear().await["id"].clone(), socket.hear().await["type"].clone()),
        (json!("begun"), json!("complete"))
    );
    pause();
    // More than the system keeps for a socket.
    let query = "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { id } }";
    let text = "x".repeat(100_000);
    let inputs: Vec<_> = (0..EVENTS).map(|n| json!({"name": n.to_string(), "description": text})).collect();
    server.app.data(&server.user, query, json!({"i": inputs})).await;
    // While anything can be done, no time passes. The last frame has a second.
    sleep(Duration::from_millis(30_200)).await;
    resume();
    let mut told = Vec::new();
    let (code, reason) = loop {
        match socket.hear_or_end().await {
            Ok(message) => told.push(message["payload"]["data"]["accountEvents"].clone()),
            Err(closed) => break closed,
        }
    };
    assert_eq!(code, 4290);
    assert!(told.len() < EVENTS);
    let last = told.last().unwrap();
    assert!(reason.ends_with(last["cursor"].as_str().unwrap()), "{reason}");

    let mut socket = server.ready().await;
    let resumed = format!("subscription {{ accountEvents(after: {}) {{ cursor after }} }}", last["cursor"]);
    socket.subscribe("again", &resumed).await;
    for n in told.len()..EVENTS {
        assert_eq!(socket.name("again").await, n.to_string());
    }
}
