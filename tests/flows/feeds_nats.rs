//! Feeds whose events come by NATS JetStream: faster for many gateways, and as sure as the log.

use super::feeds::{next, subscribe};
use crate::support::{App, Backend, Random, User, backends};
use kontor_domain::{
    events::{self, Cursor},
    store::{Location, Settings, Store},
};
use kontor_gateway::{
    auth::Keys,
    engine::Engine,
    feeds::{Nats, NatsSettings},
};
use kontor_tests::{Proxy, Stream, nats_server};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

const CREATE: &str = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
const FEED: &str = "subscription($a: EventCursor) { accountEvents(after: $a) { cursor recordId after } }";

/// A gateway of the database of an [`App`], with a network of its own to NATS.
struct Gateway {
    engine: Arc<Engine>,
    network: Proxy,
    /// While it takes part in the election.
    relay: JoinSet<()>,
}

impl Gateway {
    async fn new(app: &App, stream: &Stream) -> Self {
        Self::over(Proxy::to(nats_server()).await, app, stream).await
    }

    async fn over(network: Proxy, app: &App, stream: &Stream) -> Self {
        let store = Store::open(Settings::new(app.database.location.clone())).await.unwrap();
        let settings = NatsSettings {
            servers: vec![format!("nats://{}", network.address)],
            credentials: None,
            certificates: None,
            stream: Some(stream.name.clone()),
            replicas: 1,
            max_bytes: 1 << 24,
            max_age: Duration::from_secs(600),
        };
        let nats = Nats::connect(&settings, "test").await.unwrap();
        let keys = Keys::from_seeds(&[[7; 32]], Duration::from_secs(600));
        let engine = Engine::new(app.catalog.clone(), Arc::new(store), keys).unwrap().with_nats(nats);
        Self { engine: Arc::new(engine), network, relay: JoinSet::new() }
    }

    fn relay(&mut self) {
        self.relay.spawn(self.engine.relay_events());
    }
}

async fn app() -> Option<(App, User, Stream)> {
    let stream = Stream::new()?;
    if !backends().contains(&Backend::Postgres) {
        return None;
    }
    let app = App::new(Backend::Postgres).await;
    let user = app.user("acme").await;
    Some((app, user, stream))
}

async fn create(app: &App, user: &User, name: &str) {
    app.data(user, CREATE, json!({"n": name})).await;
}

/// Waits until NATS has been given so many messages.
async fn passed_on(stream: &Stream, count: u64) {
    let waiting = async {
        while stream.last_sequence() < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("events are passed on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_by_nats_and_what_does_not_fit_comes_from_the_log() {
    let Some((app, user, stream)) = app().await else { return };
    let (mut one, two) = (Gateway::new(&app, &stream).await, Gateway::new(&app, &stream).await);
    one.relay();
    let mut feed = subscribe(&two.engine, &user, FEED, json!({})).await.unwrap();
    create(&app, &user, "One").await;
    let first = next(&mut feed).await;
    assert_eq!(first["after"]["name"], "One");
    passed_on(&stream, 1).await;

    // Messages that follow nothing, or come a second time, are no news.
    drop(one);
    let place = |cursor: &Value| cursor["cursor"].as_str().unwrap().to_owned();
    let elsewhere = "MS45OTk5OTk5OS4x";
    let message = |name: &str| {
        let after = json!({"id": user.id, "name": name, "deletedAt": null});
        let event = json!({"org": user.org, "operation": "1", "module": "Account", "record": user.id, "kind": "UPDATED",
            "before": after, "after": after, "occurred_at": 1});
        event.to_string().into_bytes()
    };
    stream.publish(&[("Kontor-Previous", elsewhere), ("Nats-Msg-Id", "MS45OTk5OTk5OS4y")], &message("Strange"));
    stream.publish(
        &[("Kontor-Previous", elsewhere), ("Nats-Msg-Id", &format!("{}\r\nX: y", place(&first)))],
        &message("Again"),
    );
    stream.publish(&[], b"nonsense");
    create(&app, &user, "Two").await;
    let second = next(&mut feed).await;
    assert_eq!(second["after"]["name"], "Two", "it is in the log");

    // What follows the last event is believed: it has come by NATS and nowhere else.
    let last = place(&second);
    let last_but_one: Cursor = last.parse().unwrap();
    let forged = next_place(last_but_one);
    stream.publish(&[("Kontor-Previous", &last), ("Nats-Msg-Id", &forged)], &message("Forged"));
    let third = next(&mut feed).await;
    assert_eq!((&third["after"]["name"], &third["cursor"]), (&json!("Forged"), &json!(forged)));
}

/// A place of the same transaction that no event has.
fn next_place(cursor: Cursor) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor.to_string()).unwrap()).unwrap();
    URL_SAFE_NO_PAD.encode(format!("{plain}0"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_starts_without_nats() {
    let Some((app, user, stream)) = app().await else { return };
    let network = Proxy::to(nats_server()).await;
    network.cut();
    let mut gateway = Gateway::over(network, &app, &stream).await;
    gateway.relay();
    let mut feed = subscribe(&gateway.engine, &user, FEED, json!({})).await.unwrap();
    create(&app, &user, "One").await;
    assert_eq!(next(&mut feed).await["after"]["name"], "One");
    gateway.network.mend();
    when_all_is_well(&app, &user, &stream).await;
}

/// Waits until events are passed on.
async fn when_all_is_well(app: &App, user: &User, stream: &Stream) {
    let before = stream.last_sequence();
    let waiting = async {
        while stream.last_sequence() <= before {
            create(app, user, "At last").await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("events are passed on");
}

/// Writers write while networks are cut, the stream is deleted, the relaying gateway goes and PostgreSQL ends connections:
/// what subscribers of every gateway are told is the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_happens_to_nats_feeds_are_the_log() {
    const CHANGES: usize = 120;
    let Some((app, user, stream)) = app().await else { return };
    let Location::Postgres(url) = &app.database.location else { unreachable!("PostgreSQL was asked for") };
    let start = events::last(app.engine.store()).await.unwrap();
    let mut gateways = Vec::new();
    for _ in 0..3 {
        let mut gateway = Gateway::new(&app, &stream).await;
        gateway.relay();
        gateways.push(gateway);
    }
    let reading = gateways.iter().map(|gateway| {
        let (engine, user) = (gateway.engine.clone(), user.clone());
        let after = start.to_string();
        tokio::spawn(async move {
            let mut feed = subscribe(&engine, &user, FEED, json!({"a": after})).await.unwrap();
            let mut told = Vec::new();
            while told.len() < CHANGES {
                let event = next(&mut feed).await;
                told.push((event["cursor"].clone(), event["recordId"].clone()));
            }
            told
        })
    });
    let reading: Vec<_> = reading.collect();
    let mut random = Random::new(11);
    for change in 0..CHANGES {
        create(&app, &user, &change.to_string()).await;
        let gateway = random.below(3);
        match change % 12 {
            3 => gateways[gateway].network.cut(),
            6 => gateways.iter().for_each(|gateway| gateway.network.mend()),
            9 => {
                gateways[gateway].relay.abort_all();
                gateways[gateway].relay();
            }
            11 if change > 60 => stream.delete(),
            10 => super::reconnect::terminate_connections(url).await,
            _ => {}
        }
    }
    let mut log = Vec::new();
    let mut at = start;
    while log.len() < CHANGES {
        for event in events::read(app.engine.store(), at, 1_000).await.unwrap() {
            at = event.cursor;
            log.push((json!(event.cursor.to_string()), json!(event.record)));
        }
    }
    for told in reading {
        assert_eq!(told.await.unwrap(), log);
    }
    gateways.iter().for_each(|gateway| gateway.network.mend());
    when_all_is_well(&app, &user, &stream).await;
}
