//! What attackers send costs a server little: measured by the time that its threads compute, whatever the clock says.

#![cfg(target_os = "linux")]

use crate::support::{Answer, Place, Served};
use serde_json::json;
use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

/// What a refusal may cost. A program that is not optimized takes some five times as long.
const MOST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 100 });
/// Longer than anything here takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);
/// Clients that are slow at once.
const SLOW: usize = 400;

/// Computes what a request is refused with costs, without what the server does by itself meanwhile: the least of a few.
fn least(served: &Served, send: impl Fn(usize) -> u16) -> (Duration, u16) {
    let mut status = 0;
    let costs = (0..3).map(|n| {
        let before = served.computed();
        status = send(n);
        served.computed() - before
    });
    let least = costs.min().unwrap();
    (least, status)
}

#[test]
fn bombs_are_refused_before_they_cost_much() {
    let place = Place::new();
    let served = Served::start(&place, &["--demo"]);
    let token = served.token("admin@demo.kontor.example", "kontor-demo");
    let many = |n: usize, one: &dyn Fn(usize) -> String| (0..n).map(one).collect::<Vec<_>>().join(" ");
    let chain =
        |n: usize| format!("fragment F{n} on Account {{ a: parent {{ ...F{0} }} b: parent {{ ...F{0} }} }}", n + 1);
    let bombs: [(&str, String); 8] = [
        // 700 bytes that would keep the library's validation busy for half a minute.
        ("chained fragments", format!("{{ accounts {{ nodes {{ ...F0 }} }} }} {} fragment F12 on Account {{ id }}", many(12, &chain))),
        ("unused fragments", format!("{{ __typename }} {} fragment F12 on Account {{ id }}", many(12, &chain))),
        ("aliases", format!("{{ me {{ {} }} }}", many(4_000, &|n| format!("a{n}: email")))),
        ("directives", format!("{{ __typename {} }}", "@include(if: true) ".repeat(2_000))),
        ("tokens", format!("{{ {} }}", "a ".repeat(90_000))),
        ("brackets", format!("{{ a(b: {} }}", "[".repeat(100_000))),
        ("introspection", "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }".to_owned()),
        ("pages", "{ accounts(first: 1000) { nodes { contacts(first: 1000) { nodes { activities(first: 1000) { nodes { id } } } } } } }".to_owned()),
    ];
    for (name, query) in bombs {
        // Another text each time: nothing is remembered.
        let (cost, status) = least(&served, |n| {
            let body = json!({"query": format!("{query} # {n}")}).to_string();
            let answer = Answer::to(&served.address, "POST", "/graphql", Some(&token), &body);
            assert!(answer.body.contains("COST_LIMIT_EXCEEDED"), "{name}: {answer:?}");
            answer.status
        });
        eprintln!("{name}: {cost:?}");
        assert!(cost < MOST && status == 200, "{name} costs {cost:?}");
    }
    let batch = json!(vec![json!({"query": "{ __typename }"}); 5_000]).to_string();
    let (cost, status) =
        least(&served, |_| Answer::to(&served.address, "POST", "/graphql", Some(&token), &batch).status);
    eprintln!("batch: {cost:?}");
    assert!(cost < MOST && status == 400, "a batch costs {cost:?}");
    for announced in [true, false] {
        let (cost, status) = least(&served, |_| huge(&served.address, announced));
        eprintln!("body: {cost:?}");
        assert!(cost < MOST && status == 413, "a body costs {cost:?}");
    }
    assert_eq!(served.get("/healthz").status, 200);
}

/// Sends 50 MB, as long as they are taken; gives the status of the answer.
fn huge(address: &str, announced: bool) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let framing = if announced { "content-length: 50000000" } else { "transfer-encoding: chunked" };
    let head = format!("POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{framing}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut sending = stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        let part = "x".repeat(50_000);
        let part = if announced { part } else { format!("{:x}\r\n{part}\r\n", part.len()) };
        (0..1_000).take_while(|_| sending.write_all(part.as_bytes()).is_ok()).count()
    });
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    drop(stream);
    let _ = sender.join();
    std::str::from_utf8(&status[9..]).unwrap().parse().unwrap()
}

#[test]
fn slow_clients_are_closed_and_others_are_answered_meanwhile() {
    let place = Place::new();
    let settings = [("KONTOR_HEAD_TIMEOUT", "3"), ("KONTOR_BODY_TIMEOUT", "3")];
    let served = Served::start_with(&place, &[], &settings);
    let before = served.computed();
    let beginnings: [&str; 4] = [
        "",
        "GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ",
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n",
        "P",
    ];
    let mut slow: Vec<_> = (0..SLOW)
        .map(|n| {
            let mut stream = TcpStream::connect(&served.address).unwrap();
            stream.write_all(beginnings[n % beginnings.len()].as_bytes()).unwrap();
            stream.set_nonblocking(true).unwrap();
            // Half of them say a little now and then.
            (stream, n % 8 >= 4 && n % 4 != 3 && n % 4 != 0)
        })
        .collect();
    let (end, mut answered) = (Instant::now() + DEADLINE, 0);
    while !slow.is_empty() {
        assert!(Instant::now() < end, "{} slow clients are still there", slow.len());
        slow.retain_mut(|(stream, says)| {
            if *says {
                let _ = stream.write(b"x");
            }
            // An answer that they took too long may come before the end.
            match stream.read(&mut [0; 4_096]) {
                Ok(0) => false,
                Ok(_) => true,
                Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
            }
        });
        assert_eq!(served.get("/healthz").status, 200);
        answered += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    let cost = served.computed() - before;
    eprintln!("{SLOW} slow clients, and {answered} others: {cost:?}");
    assert!(cost < MOST * 10, "{SLOW} slow clients cost {cost:?}");
}
