//! Statements that take too long, and clients that do not wait for them.

use crate::support::{App, Backend, Served, User, backends, post};
use axum::{body::Body, http::header};
use kontor_domain::store::Location;
use kontor_gateway::{
    http::{Connections, Options, Transport, serve},
    limits::Limits,
};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

/// Longer than anything here takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);
/// A limit that no test waits for.
const NEVER: Duration = Duration::from_secs(3_600);

/// Serves on a free port.
async fn served(app: &App, connections: Connections) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let transport = Transport::new(app.engine.clone(), Options::default());
    tokio::spawn(serve(listener, transport, connections, std::future::pending()));
    address
}

/// Sends a query and does not wait for its answer.
fn send(app: &App, user: &User, address: &str, query: &str) -> TcpStream {
    let (token, _) = app.engine.keys().issue(user.id, user.org, "admin", uuid::Uuid::nil());
    let body = json!({"query": query}).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    stream
}

/// An account with a hundred contacts, and a query that looks at them a hundred to the power of six times. (PostgreSQL
/// is not so easily led into that, so there a lock is waited for.)
async fn slow(app: &App, user: &User) -> String {
    let create = "mutation { createAccount(input: {name: \"Acme\"}) { id } }";
    let account = app.data(user, create, json!({})).await["createAccount"]["id"].clone();
    let contacts: String =
        (0..50).map(|n| format!("c{n}: createContact(input: {{lastName: \"x\", accountId: $a}}) {{ id }} ")).collect();
    for _ in 0..2 {
        app.data(user, &format!("mutation($a: ID!) {{ {contacts} }}"), json!({"a": account})).await;
    }
    let nobody = "{lastName: {eq: \"nobody\"}}".to_owned();
    let filter = (0..5).fold(nobody, |inner, _| format!("{{account: {{contacts: {{some: {inner}}}}}}}"));
    format!("{{ contacts(filter: {filter}) {{ nodes {{ id }} }} }}")
}

/// Another connection's lock on the tags.
async fn lock(app: &App) -> PgConnection {
    let mut connection = connect(app).await;
    for sql in ["BEGIN", "LOCK TABLE tags IN ACCESS EXCLUSIVE MODE"] {
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
    connection
}

async fn connect(app: &App) -> PgConnection {
    let Location::Postgres(url) = &app.database.location else { unreachable!("PostgreSQL was asked for") };
    PgConnection::connect(url).await.unwrap()
}

/// Waits until so many statements of this database wait for a lock.
async fn waiting(connection: &mut PgConnection, wanted: i64) {
    let count = "SELECT count(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'";
    let end = Instant::now() + DEADLINE;
    loop {
        let found: i64 = sqlx::query_scalar(count).fetch_one(&mut *connection).await.unwrap();
        if found == wanted {
            return;
        }
        assert!(Instant::now() < end, "{found} statements wait, not {wanted}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_ends_at_its_time_limit() {
    for backend in backends() {
        let app = App::with_time_limit(backend, Duration::from_millis(500)).await;
        let user = app.user("acme").await;
        let code = match backend {
            Backend::Sqlite => {
                let query = slow(&app, &user).await;
                app.code(&user, &query, json!({})).await
            }
            Backend::Postgres => {
                let _locked = lock(&app).await;
                app.code(&user, "{ tags { totalCount } }", json!({})).await
            }
        };
        assert_eq!(code, "TIMEOUT", "{backend:?}");
        app.data(&user, "{ me { email } }", json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_has_the_time_of_one_request() {
    for backend in backends() {
        let limits = Limits { time: Duration::from_millis(1_500), ..Limits::default() };
        let app = App::with_limits(backend, NEVER, limits).await;
        let user = app.user("acme").await;
        let (query, locked) = match backend {
            Backend::Sqlite => (slow(&app, &user).await, None),
            Backend::Postgres => ("{ tags { totalCount } }".to_owned(), Some(lock(&app).await)),
        };
        let transport = Transport::new(app.engine.clone(), Options { batch: 10, ..Options::default() });
        let served = Served { app, user, transport };
        let batch = json!([{"query": "{ me { email } }"}, {"query": query}, {"query": "{ me { email } }"}]);
        let request = post().header(header::AUTHORIZATION, served.bearer("admin"));
        let answers = served.send(request.body(Body::from(batch.to_string())).unwrap()).await.json();
        drop(locked);
        assert_eq!(answers[0]["errors"], serde_json::Value::Null, "{answers}");
        for late in [1, 2] {
            let error = &answers[late]["errors"][0]["extensions"];
            assert_eq!(
                (&error["code"], &error["limit"]["name"]),
                (&json!("TIMEOUT"), &json!("requestTimeout")),
                "{answers}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_ends_at_its_time_limit_with_what_it_has_begun() {
    for backend in backends() {
        let limits = Limits { time: Duration::from_millis(1_500), ..Limits::default() };
        let app = App::with_limits(backend, NEVER, limits).await;
        let user = app.user("acme").await;
        let (field, _locked) = match backend {
            Backend::Sqlite => (slow(&app, &user).await, None),
            Backend::Postgres => ("{ tags { totalCount } }".to_owned(), Some(lock(&app).await)),
        };
        let field = field.trim_start_matches('{').trim_end_matches('}').trim().to_owned();
        app.statements.lock().unwrap().clear();
        let query = format!("{{ me {{ email }} a: {field} b: {field} }}");
        let answer = app.ask(&user, &query, json!({})).await;
        let errors = answer["errors"].as_array().unwrap();
        let codes: Vec<_> = errors.iter().map(|e| (&e["extensions"]["code"], &e["path"])).collect();
        assert_eq!(codes, [(&json!("TIMEOUT"), &json!(["a"])), (&json!("TIMEOUT"), &json!(["b"]))], "{answer}");
        assert_eq!(errors[0]["extensions"]["limit"], json!({"name": "requestTimeout", "most": 1.5}));
        assert_eq!(answer["data"], serde_json::Value::Null);
        assert_eq!(app.statements.lock().unwrap().len(), 2, "{backend:?}: the third never begins");
        if backend == Backend::Postgres {
            let mut looking = connect(&app).await;
            waiting(&mut looking, 0).await;
            // Nothing of a change stays, and its connection is free again.
            let create =
                "mutation { a: createAccount(input: {name: \"Half\"}) { id } createTag(input: {name: \"x\"}) { id } }";
            assert_eq!(app.code(&user, create, json!({})).await, "TIMEOUT");
            waiting(&mut looking, 0).await;
            assert_eq!(app.data(&user, "{ accounts { totalCount } }", json!({})).await["accounts"]["totalCount"], 0);
        }
        app.data(&user, "{ me { email } }", json!({})).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_stops_when_the_client_has_gone() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let app = App::with_time_limit(Backend::Postgres, NEVER).await;
    let user = app.user("acme").await;
    let address = served(&app, Connections::default()).await;
    let mut locked = lock(&app).await;
    let mut looking = connect(&app).await;
    // More than there are connections: the place of each is free again.
    for _ in 0..6 {
        let client = send(&app, &user, &address, "{ tags { totalCount } }");
        waiting(&mut looking, 1).await;
        drop(client);
        waiting(&mut looking, 0).await;
    }
    let client = send(&app, &user, &address, "mutation { createTag(input: {name: \"x\"}) { id } }");
    waiting(&mut looking, 1).await;
    drop(client);
    waiting(&mut looking, 0).await;
    sqlx::query("ROLLBACK").execute(&mut locked).await.unwrap();
    assert_eq!(app.data(&user, "{ tags { totalCount } }", json!({})).await["tags"]["totalCount"], 0);
}

/// With one thread to serve, the statement keeps it until it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn sqlite_stops_when_the_client_has_gone() {
    let app = App::with_time_limit(Backend::Sqlite, NEVER).await;
    let user = app.user("acme").await;
    let query = slow(&app, &user).await;
    let address = served(&app, Connections::default()).await;
    app.statements.lock().unwrap().clear();
    let client = send(&app, &user, &address, &query);
    let end = Instant::now() + DEADLINE;
    while app.statements.lock().unwrap().is_empty() {
        assert!(Instant::now() < end, "the statement does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(client);
    let mut other = TcpStream::connect(&address).unwrap();
    other.set_read_timeout(Some(DEADLINE)).unwrap();
    other.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    other.read_to_string(&mut answer).expect("the statement goes on");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_ends_a_head_or_never_begins_one_is_cut_off() {
    let app = App::new(Backend::Sqlite).await;
    let connections = Connections { head_timeout: Duration::from_millis(300), ..Connections::default() };
    let address = served(&app, connections).await;
    let silent: [&[u8]; 4] = [
        b"",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\n",
        // The beginning of what HTTP/2 begins with, and all of it with nothing behind.
        b"PRI * HT",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    ];
    for said in silent {
        let mut slow = TcpStream::connect(&address).unwrap();
        slow.set_read_timeout(Some(DEADLINE)).unwrap();
        slow.write_all(said).unwrap();
        let mut answer = Vec::new();
        slow.read_to_end(&mut answer).unwrap_or_else(|_| panic!("the connection is not closed after {said:?}"));
        assert!(!answer.starts_with(b"HTTP/1.1 200"));
    }
    // A request, and then nothing.
    let mut idle = TcpStream::connect(&address).unwrap();
    idle.set_read_timeout(Some(DEADLINE)).unwrap();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    idle.read_to_end(&mut answer).expect("the connection is closed");
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_trickles_is_not_waited_for() {
    let app = App::new(Backend::Sqlite).await;
    let options = Options { body_timeout: Duration::from_millis(300), ..Options::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let transport = Transport::new(app.engine.clone(), options);
    tokio::spawn(serve(listener, transport, Connections::default(), std::future::pending()));
    let mut slow = TcpStream::connect(address).unwrap();
    slow.set_read_timeout(Some(DEADLINE)).unwrap();
    slow.write_all(
        b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n",
    )
    .unwrap();
    let mut trickle = slow.try_clone().unwrap();
    std::thread::spawn(move || {
        while trickle.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let app = App::new(Backend::Sqlite).await;
    let connections = Connections { most: 2, head_timeout: Duration::from_millis(500) };
    let address = served(&app, connections).await;
    let _idle = [TcpStream::connect(&address).unwrap(), TcpStream::connect(&address).unwrap()];
    let mut third = TcpStream::connect(&address).unwrap();
    third.set_read_timeout(Some(DEADLINE)).unwrap();
    third.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    third.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
