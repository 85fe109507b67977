//! That a server tells users what is new for them without being asked.

use crate::support::{Backend, Database, Output, Place, Served, backends};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

/// Messages that were written to a user.
fn told(served: &Served, token: &str) -> Vec<String> {
    let data = served.data(token, "{ notifications { nodes { message } } }");
    let nodes = data["notifications"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn users_are_told_once_by_any_of_several_servers() {
    for backend in backends() {
        let place = Place::new();
        let database = Database::new(backend, &place);
        for email in ["ada@example.com", "bob@example.com"] {
            let args = ["user", "create", "--email", email, "--org", "acme", "--database", &database.url];
            Output::of(place.command(&args).env("KONTOR_USER_PASSWORD", "correct horse")).success();
        }
        let count = if backend == Backend::Postgres { 3 } else { 1 };
        let serve = || Served::start(&place, &["--database", &database.url]);
        let mut servers: Vec<Served> = (0..count).map(|_| serve()).collect();
        let ada = servers[0].token("ada@example.com", "correct horse");
        let bob = servers[0].token("bob@example.com", "correct horse");
        let id = servers[0].data(&bob, "{ me { id } }")["me"]["id"].clone();
        let mut expected = BTreeSet::new();
        for n in 0..5 {
            let create = format!(
                "mutation {{ createActivity(input: {{subject: \"Call {n}\", assignedToId: {id}, reminderAt: \"2026-01-01T00:00:00Z\"}}) {{ id }} }}"
            );
            servers[n % count].data(&ada, &create);
            expected.insert(format!("ada@example.com assigned to you: Activity “Call {n}”"));
            expected.insert(format!("Reminder: Activity “Call {n}”"));
            if n == 2 {
                servers.remove(0).kill();
                servers.insert(0, serve());
            }
        }
        let end = Instant::now() + Duration::from_secs(60);
        while told(&servers[0], &bob).len() < expected.len() {
            assert!(Instant::now() < end, "{backend:?}: {:?}", told(&servers[0], &bob));
            std::thread::sleep(Duration::from_millis(50));
        }
        let told = told(&servers[0], &bob);
        assert_eq!((told.len(), told.into_iter().collect()), (expected.len(), expected), "{backend:?}");
        let own = servers[0].data(&ada, "{ notifications { totalCount } }");
        assert_eq!(own["notifications"]["totalCount"], Value::from(0));
    }
}
