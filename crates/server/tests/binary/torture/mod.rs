//! Feeds under everything that can happen to a fleet of servers: subscribers that come and go, servers that are killed,
//! connections that end. What each subscriber is told is the log, as its filter leaves it.
//!
//! `KONTOR_TORTURE_SECONDS`, `KONTOR_TORTURE_SUBSCRIBERS` and `KONTOR_TORTURE_WRITERS` make it harder.

mod log;
mod subscriber;
mod writer;

use crate::support::{Backend, Output, Place, Served, backends};
use kontor_tests::{Proxy, Random, Scratch, Stream, nats_server};
use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Servers of the fleet.
const SERVERS: usize = 3;
/// Time in which subscribers come to the end when nothing is written any more.
const PATIENCE: Duration = Duration::from_secs(90);
/// Name of the last record, which every filter lets through.
const END: &str = "END";

/// Where the servers are, and how to get in.
pub(super) struct Fleet {
    addresses: RwLock<Vec<String>>,
    token: String,
}

impl Fleet {
    /// The address of one of the servers, which may be gone.
    fn any(&self, random: &mut Random) -> String {
        random.pick(&self.addresses.read().unwrap()).clone()
    }
}

/// A size from the environment.
fn size(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_of_a_fleet_are_the_log() {
    if backends().contains(&Backend::Postgres) {
        run(None).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_of_a_fleet_with_nats_are_the_log() {
    if let (true, Some(stream)) = (backends().contains(&Backend::Postgres), Stream::new()) {
        run(Some(stream)).await;
    }
}

async fn run(stream: Option<Stream>) {
    let place = Arc::new(Place::new());
    let network = Proxy::to(nats_server()).await;
    let mut settings = "[database]\nconnections = 4\n".to_owned();
    if let Some(stream) = &stream {
        let nats = format!("url = \"nats://{}\"\nstream = \"{}\"", network.address, stream.name);
        settings.push_str(&format!("[events]\nbus = \"nats\"\n[events.nats]\n{nats}\n"));
    }
    place.write("config/kontor.toml", &settings);
    let database = Scratch::new();
    let args = ["user", "create", "--email", "ada@example.com", "--org", "acme", "--database", &database.url];
    Output::of(place.command(&args).env("KONTOR_USER_PASSWORD", "correct horse")).success();
    let mut servers = Vec::new();
    for _ in 0..SERVERS {
        servers.push(serve(&place, &database).await);
    }
    let token = servers[0].token("ada@example.com", "correct horse");
    let addresses = RwLock::new(servers.iter().map(|server| server.address.clone()).collect());
    let fleet = Arc::new(Fleet { addresses, token });

    let subscribers: Vec<_> = (0..size("KONTOR_TORTURE_SUBSCRIBERS", 200))
        .map(|n| tokio::spawn(subscriber::follow(fleet.clone(), log::Filter::of(n), n)))
        .collect();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..size("KONTOR_TORTURE_WRITERS", 20))
        .map(|n| {
            let (fleet, stop) = (fleet.clone(), stop.clone());
            std::thread::spawn(move || writer::write(&fleet, n, &stop))
        })
        .collect();
    let end = Instant::now() + Duration::from_secs(size("KONTOR_TORTURE_SECONDS", 15) as u64);
    let mut random = Random::new(17);
    let mut turn = 0;
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(300)).await;
        match turn % 8 {
            1 => {
                let victim = random.below(SERVERS);
                let new = serve(&place, &database);
                servers.push(new.await);
                let killed = servers.swap_remove(victim);
                fleet.addresses.write().unwrap()[victim] = servers[victim].address.clone();
                killed.kill();
            }
            3 => terminate_connections(&database),
            5 => network.cut(),
            6 => network.mend(),
            7 => stream.iter().for_each(Stream::delete),
            _ => {}
        }
        turn += 1;
    }
    network.mend();
    stop.store(true, Ordering::Relaxed);
    let written: usize = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
    writer::create(&fleet, END);

    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut all = Vec::new();
    for (n, subscriber) in subscribers.into_iter().enumerate() {
        let told = tokio::time::timeout_at(deadline, subscriber).await;
        all.push(told.unwrap_or_else(|_| panic!("subscriber {n} is not told the end")).unwrap());
    }
    let log = log::read(&database);
    assert!(written > 0 && log.len() >= written, "{} events of {written} changes", log.len());
    let mut delivered = 0;
    for (n, told) in all.into_iter().enumerate() {
        let expected = log::expected(&log, log::Filter::of(n));
        let differs = told.iter().zip(&expected).position(|(told, expected)| told != expected);
        assert!(
            told == expected,
            "subscriber {n}: {} events instead of {}, other from {differs:?} on: {:?}",
            told.len(),
            expected.len(),
            differs.map(|at| (&told[at], &expected[at]))
        );
        delivered += told.len();
    }
    // When all is well events go by NATS again.
    while stream.as_ref().is_some_and(|stream| stream.last_sequence() == 0) {
        assert!(tokio::time::Instant::now() < deadline, "events are not passed on to NATS");
        writer::create(&fleet, "After the end");
    }
    // Seen with `--nocapture`: how hard it was.
    eprintln!("{turn} turns, {written} changes, {} events, {delivered} deliveries", log.len());
}

async fn serve(place: &Arc<Place>, database: &Scratch) -> Served {
    let (place, url) = (place.clone(), database.url.clone());
    tokio::task::spawn_blocking(move || Served::start(&place, &["--database", &url])).await.unwrap()
}

/// Ends all connections to the database, as its restart would.
fn terminate_connections(database: &Scratch) {
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}
