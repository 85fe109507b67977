//! What a server leaves behind that is killed in the middle of its work: all that it acknowledged, and nothing by halves.

use crate::support::{Answer, Backend, Database, Output, Place, Served, backends};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc::{Sender, channel},
    time::{Duration, Instant},
};

/// Times that the server is killed.
const ROUNDS: usize = 3;
/// Clients that write at once.
const CLIENTS: usize = 6;
/// Operations that are acknowledged before it is killed.
const ACKNOWLEDGED: usize = 200;

/// Four records that are one operation, told by their mark.
const CREATE: &str =
    "mutation($a: TagCreateInput!, $b: TagCreateInput!, $c: AccountCreateInput!, $d: QuoteCreateInput!) {
    a: createTag(input: $a) { id } b: createTag(input: $b) { id } c: createAccount(input: $c) { id }
    d: createQuote(input: $d) { id } }";
/// Three of them changed by one.
const UPDATE: &str = "mutation($a: ID!, $c: ID!, $d: ID!, $color: HexColorCode!, $n: String!) {
    d: updateQuote(id: $d, input: {termsConditions: $n}) { id } a: updateTag(id: $a, input: {color: $color}) { id }
    c: updateAccount(id: $c, input: {description: $n}) { id } }";
/// Ends in the middle: the name of the second tag is taken.
const REFUSED: &str = "mutation($d: QuoteCreateInput!, $a: TagCreateInput!) {
    d: createQuote(input: $d) { id } a: createTag(input: $a) { id } b: createTag(input: $a) { id } }";

/// How an operation ended, as far as its client knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Acknowledged,
    Refused,
    /// The server was gone before it answered.
    Unknown,
}

/// What a client knows of the records of one creation.
#[derive(Debug, Clone)]
struct Known {
    end: End,
    /// The last change that was acknowledged, and the last one sent; refused ones are not counted.
    updated: (u32, u32),
}

/// What clients know, by mark.
type Ledger = BTreeMap<String, Known>;

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_left_by_halves() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        let args = ["user", "create", "--email", "ada@example.com", "--org", "acme", "--database", &database.url];
        Output::of(place.command(&args).env("KONTOR_USER_PASSWORD", "correct horse")).success();
        let serve = || Served::start(&place, &["--database", &database.url]);
        let mut served = serve();
        let token = served.token("ada@example.com", "correct horse");
        let mut ledger = Ledger::new();
        for round in 0..ROUNDS {
            ledger.extend(killed_at_work(served, &token, round));
            abandoned(backend, &database);
            served = serve();
            check(&served, &token, &ledger);
        }
    }
}

/// Lets clients write until so many operations are acknowledged, then kills the server; gives what the clients know.
fn killed_at_work(served: Served, token: &str, round: usize) -> Ledger {
    let (acknowledge, acknowledged) = channel();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let client = Client {
                address: served.address.clone(),
                token: token.to_owned(),
                name: format!("round {round} client {client}"),
                acknowledge: acknowledge.clone(),
                ledger: Ledger::new(),
            };
            std::thread::spawn(|| client.work())
        })
        .collect();
    drop(acknowledge);
    for n in 0..ACKNOWLEDGED {
        acknowledged.recv().unwrap_or_else(|_| panic!("every client gave up after {n} operations"));
    }
    served.kill();
    let ledger: Ledger = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let unsure = |known: &Known| known.end == End::Unknown || known.updated.0 < known.updated.1;
    assert_eq!(ledger.values().filter(|known| unsure(known)).count(), CLIENTS, "{ledger:?}");
    assert!(ledger.values().any(|known| known.end == End::Refused), "{ledger:?}");
    ledger
}

/// Waits until PostgreSQL has seen that the server is gone: a commit that was on its way may still be done.
fn abandoned(backend: Backend, database: &Database) {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let end = Instant::now() + Duration::from_secs(60);
    while backend == Backend::Postgres && database.number(others) > 0 {
        assert!(Instant::now() < end, "PostgreSQL still works for a server that is gone");
        std::thread::yield_now();
    }
}

struct Client {
    address: String,
    token: String,
    name: String,
    acknowledge: Sender<()>,
    ledger: Ledger,
}

impl Client {
    /// Writes until the server is gone.
    fn work(mut self) -> Ledger {
        for n in 0.. {
            let mark = format!("{} operation {n}", self.name);
            let quote = json!({"subject": mark});
            let tag = |letter: char| json!({"name": format!("{mark} {letter}")});
            let (end, created) = if n % 5 == 4 {
                self.send(REFUSED, &json!({"d": quote, "a": tag('a')}))
            } else {
                self.send(CREATE, &json!({"a": tag('a'), "b": tag('b'), "c": {"name": mark}, "d": quote}))
            };
            self.ledger.insert(mark.clone(), Known { end, updated: (0, 0) });
            let mut going = end != End::Unknown;
            for change in 1..=2_u32 {
                if end != End::Acknowledged || !going {
                    break;
                }
                let id = |alias: &str| created[alias]["id"].clone();
                let (color, text) = (format!("#{change:06x}"), change.to_string());
                let (end, _) =
                    self.send(UPDATE, &json!({"a": id("a"), "c": id("c"), "d": id("d"), "color": color, "n": text}));
                let known = self.ledger.get_mut(&mark).unwrap();
                match end {
                    End::Acknowledged => known.updated = (change, change),
                    End::Unknown => known.updated.1 = change,
                    End::Refused => {}
                }
                going = end != End::Unknown;
            }
            if !going {
                break;
            }
        }
        self.ledger
    }

    /// Sends an operation; how it ended, and its data.
    fn send(&self, query: &str, variables: &Value) -> (End, Value) {
        let body = json!({"query": query, "variables": variables}).to_string();
        let Ok(answer) = Answer::of(&self.address, "POST", "/graphql", Some(&self.token), &body) else {
            return (End::Unknown, Value::Null);
        };
        let answer: Value = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("no JSON: {answer:?}"));
        if let Some(error) = answer["errors"].get(0) {
            let code = error["extensions"]["code"].as_str();
            assert!(matches!(code, Some("UNIQUE_VIOLATION" | "CONFLICT")), "{answer}");
            return (End::Refused, Value::Null);
        }
        // Nobody listens any more when the server is about to be killed.
        let _ = self.acknowledge.send(());
        (End::Acknowledged, answer["data"].clone())
    }
}

/// Compares what is there with what the clients know.
fn check(served: &Served, token: &str, ledger: &Ledger) {
    let list = |list: &str, fields: &str| all(served, token, list, fields);
    let (tags, accounts) = (list("tags", "id version name color"), list("accounts", "id version name description"));
    let quotes = list("quotes", "id version subject termsConditions quoteNumber");

    // Per mark: which of the four are there, and which change each of them shows.
    let mut found: BTreeMap<String, BTreeMap<char, Option<u32>>> = BTreeMap::new();
    let mut add = |mark: &str, letter: char, change: Option<u32>| {
        let twice = found.entry(mark.to_owned()).or_default().insert(letter, change);
        assert_eq!(twice, None, "{mark} is there twice");
    };
    let number = |text: &Value| text.as_str().map_or(0, |text| text.parse().unwrap());
    for tag in &tags {
        let (mark, letter) = tag["name"].as_str().unwrap().rsplit_once(' ').unwrap();
        let change = tag["color"].as_str().map_or(0, |color| u32::from_str_radix(&color[1..], 16).unwrap());
        add(mark, letter.chars().next().unwrap(), (letter == "a").then_some(change));
    }
    accounts.iter().for_each(|a| add(a["name"].as_str().unwrap(), 'c', Some(number(&a["description"]))));
    quotes.iter().for_each(|q| add(q["subject"].as_str().unwrap(), 'd', Some(number(&q["termsConditions"]))));

    for mark in found.keys() {
        assert!(ledger.contains_key(mark), "nobody wrote {mark}");
    }
    for (mark, known) in ledger {
        let Some(found) = found.get(mark) else {
            assert_ne!(known.end, End::Acknowledged, "{mark} was acknowledged and is lost");
            continue;
        };
        assert_ne!(known.end, End::Refused, "{mark} was refused and left {found:?}");
        assert_eq!(found.keys().collect::<String>(), "abcd", "{mark} is there by halves: {found:?}");
        let changes: BTreeSet<u32> = found.values().flatten().copied().collect();
        assert_eq!(changes.len(), 1, "a change of {mark} is there by halves: {found:?}");
        let (least, most) = known.updated;
        assert!((least..=most).contains(changes.first().unwrap()), "{mark}: {known:?}, found {found:?}");
    }

    let digits = |q: &Value| q["quoteNumber"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
    let mut numbers: Vec<usize> = quotes.iter().map(digits).collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=quotes.len()), "not consecutive: {numbers:?}");

    // Each change of a record makes a version of it, an entry in the audit log and an event.
    let mut versions: BTreeMap<String, u64> = BTreeMap::new();
    for record in tags.iter().chain(&accounts).chain(&quotes) {
        versions.insert(record["id"].as_str().unwrap().to_owned(), record["version"].as_u64().unwrap());
    }
    for log in ["auditLogs", "recordEvents"] {
        let mut logged: BTreeMap<String, u64> = BTreeMap::new();
        for entry in list(log, "recordId") {
            // What is about no record, such as a sign-in, is not what is asked here.
            if let Some(id) = entry["recordId"].as_str().filter(|id| versions.contains_key(*id)) {
                *logged.entry(id.to_owned()).or_default() += 1;
            }
        }
        assert!(logged == versions, "{log} and the versions of the records differ");
    }
}

/// Every record of a list.
fn all(served: &Served, token: &str, list: &str, fields: &str) -> Vec<Value> {
    let (mut records, mut after) = (Vec::new(), "null".to_owned());
    loop {
        let query = format!(
            "{{ list: {list}(first: 1000, after: {after}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let mut page = served.data(token, &query)["list"].take();
        records.append(page["nodes"].as_array_mut().unwrap());
        if page["pageInfo"]["hasNextPage"] == false {
            return records;
        }
        after = page["pageInfo"]["endCursor"].to_string();
    }
}
