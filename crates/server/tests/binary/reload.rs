//! Packages that are edited while the server runs.

use crate::{
    sockets::{follow, text},
    support::{Answer, Backend, Database, Output, Place, Served, backends, copy},
};
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Longer than anything here takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// Asks again and again until the answer is as wanted.
#[track_caller]
fn until(ask: impl Fn() -> Value, wanted: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + DEADLINE;
    loop {
        let answer = ask();
        if wanted(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "not in time: {answer}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn status(served: &Served, token: Option<&str>) -> Value {
    let answer = Answer::to(&served.address, "GET", "/status", token, "");
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

fn ask(served: &Served, token: &str, query: &str) -> Value {
    Answer::graphql(&served.address, Some(token), query, &json!({}))
}

fn is_answered(answer: &Value) -> bool {
    answer.get("errors").is_none()
}

/// Writes a module into a folder of packages, with these fields besides its name and what administrators may read of it.
fn write(packages: &Path, fields: &str, read: &str) {
    let folder = packages.join("workshop/modules");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(packages.join("workshop/package.yaml"), "format: 1\npackage: workshop\nversion: 1.0.0\n").unwrap();
    let module = format!(
        "format: 1\nmodule: Gadget\nplural: Gadgets\ntitle: name\nblocks:\n  gadget:\n    fields:\n      \
         name: {{type: text, required: true}}\n{fields}access:\n  super_admin: {{all: true}}\n  \
         admin: {{read: {read}, create: true}}\n"
    );
    std::fs::write(folder.join("gadget.yaml"), module).unwrap();
}

/// A user of the organization `acme`.
fn user(place: &Place, database: &Database, role: &str, org: &str) {
    let email = format!("{role}@{org}.example");
    let args = ["user", "create", "--email", &email, "--org", org, "--role", role, "--database", &database.url];
    let mut command = place.command(&args);
    command.env("KONTOR_USER_PASSWORD", "correct horse").env("KONTOR_PACKAGES", place.path("packages"));
    Output::of(&mut command).success();
}

const ALL: &str = "{ gadgets { nodes { name color } } }";
const COLOR: &str = "      color: {type: text}\n";
const RELOAD: &str = "mutation { reloadMetadata { version hash changes } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_served_while_a_broken_one_changes_nothing_and_is_told() {
    for backend in backends() {
        let place = Place::new();
        let (database, packages) = (Database::new(backend, &place), place.packages());
        user(&place, &database, "admin", "acme");
        let folder = packages.display().to_string();
        let served = Served::start(&place, &["--watch", "--database", &database.url, "--packages", &folder]);
        let token = served.token("admin@acme.example", "correct horse");
        let begun = status(&served, None);
        assert_eq!(
            (&begun["state"], &begun["watching"], &begun["lastReload"]),
            (&json!("current"), &json!(true), &Value::Null)
        );
        let mut socket = follow(&served.address, &token, "subscription { accountEvents { after } }").await;

        write(&packages, COLOR, "all");
        until(|| ask(&served, &token, ALL), is_answered);
        let first =
            until(|| status(&served, None), |status| status["metadata"]["version"] != begun["metadata"]["version"]);
        assert_eq!(first["state"], "current", "{first}");
        assert!(first["lastReload"]["changes"].to_string().contains("gadgets"), "{first}");
        // What was subscribed to before is told what happens after.
        served.data(&token, "mutation { createAccount(input: {name: \"Acme\"}) { id } }");
        assert!(text(&mut socket).await["payload"]["data"]["accountEvents"]["after"]["name"] == "Acme", "{backend:?}");

        write(&packages, "      color: {type: textt}\n", "all");
        let broken = until(|| status(&served, None), |status| status["state"] == "broken");
        let problems = broken["lastReload"]["problems"].as_str().unwrap_or_else(|| panic!("{broken}"));
        assert!(problems.contains("KON032") && problems.contains("gadget.yaml"), "{problems}");
        assert_eq!(broken["metadata"], first["metadata"], "{backend:?}");
        assert!(is_answered(&ask(&served, &token, ALL)), "{backend:?}");

        write(&packages, &format!("{COLOR}      weight: {{type: integer}}\n"), "all");
        until(|| ask(&served, &token, "{ gadgets { nodes { weight } } }"), is_answered);
        until(|| status(&served, None), |status| status["state"] == "current");

        let mut gadgets = follow(&served.address, &token, "subscription { gadgetEvents { after } }").await;
        write(&packages, &format!("{COLOR}      weight: {{type: integer}}\n"), "false");
        let ended = text(&mut gadgets).await;
        assert_eq!(ended["type"], "error", "{backend:?}: {ended}");
        assert_eq!(ended["payload"][0]["extensions"]["code"], "METADATA_CHANGED", "{backend:?}: {ended}");
        assert!(ended["payload"][0]["extensions"]["cursor"].is_string(), "{backend:?}: {ended}");
        let log = served.log();
        for part in ["+ table gadgets", "KON032", "those before are served", "are served version="] {
            assert!(log.contains(part), "{backend:?}: `{part}` is missing in {log}");
        }
    }
}

#[test]
fn a_signal_makes_it_look_and_strangers_are_told_no_diagnostics() {
    for backend in backends() {
        let place = Place::new();
        let (database, packages) = (Database::new(backend, &place), place.packages());
        user(&place, &database, "admin", "acme");
        let folder = packages.display().to_string();
        let served = Served::start(&place, &["--database", &database.url, "--packages", &folder]);
        let token = served.token("admin@acme.example", "correct horse");
        write(&packages, COLOR, "all");
        served.hang_up();
        until(|| ask(&served, &token, ALL), is_answered);

        write(&packages, "      color: {type: textt}\n", "all");
        served.hang_up();
        let broken = until(|| status(&served, None), |status| status["state"] == "broken");
        assert_eq!((&broken["watching"], &broken["lastReload"]["ok"]), (&json!(false), &json!(false)));
        for hidden in [&broken["version"], &broken["database"], &broken["lastReload"]["problems"]] {
            assert_eq!(*hidden, Value::Null, "{backend:?}: {broken}");
        }
        let all = status(&served, Some(&token));
        assert!(all["lastReload"]["problems"].as_str().unwrap().contains("KON032"), "{all}");
        assert_eq!(all["version"], env!("CARGO_PKG_VERSION"));

        // What is served already is not applied again.
        write(&packages, COLOR, "all");
        served.hang_up();
        let mended = until(|| status(&served, None), |status| status["state"] == "current");
        assert_eq!(mended["metadata"], broken["metadata"], "{backend:?}");
    }
}

#[test]
fn administrators_reload_by_a_mutation_and_nobody_else() {
    for backend in backends() {
        let place = Place::new();
        let (database, packages) = (Database::new(backend, &place), place.packages());
        for role in ["admin", "super_admin", "manager", "readonly"] {
            user(&place, &database, role, "acme");
        }
        let folder = packages.display().to_string();
        let served = Served::start(&place, &["--database", &database.url, "--packages", &folder]);
        let token = |role: &str| served.token(&format!("{role}@acme.example"), "correct horse");
        let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
        let admin = token("admin");
        write(&packages, COLOR, "all");
        for role in ["manager", "readonly"] {
            assert_eq!(code(&ask(&served, &token(role), RELOAD)), "FORBIDDEN", "{backend:?} {role}");
        }
        let nobody = Answer::graphql(&served.address, None, RELOAD, &json!({}));
        assert_eq!(code(&nobody), "UNAUTHENTICATED", "{backend:?}");
        assert!(!is_answered(&ask(&served, &admin, ALL)), "{backend:?}");

        let reloaded = ask(&served, &admin, RELOAD);
        let told = &reloaded["data"]["reloadMetadata"];
        assert!(told["changes"].to_string().contains("gadgets"), "{reloaded}");
        assert_eq!(told["hash"], status(&served, None)["metadata"]["hash"], "{backend:?}");
        assert!(is_answered(&ask(&served, &admin, ALL)), "{backend:?}");
        let again = ask(&served, &admin, RELOAD);
        assert_eq!(again["data"]["reloadMetadata"]["changes"], json!([]), "{backend:?}: {again}");

        write(&packages, "      color: {type: textt}\n", "all");
        let refused = ask(&served, &admin, RELOAD);
        assert_eq!(code(&refused), "METADATA_REJECTED", "{backend:?}: {refused}");
        assert!(refused["errors"][0]["extensions"]["problems"].as_str().unwrap().contains("KON032"), "{refused}");
        assert!(is_answered(&ask(&served, &admin, ALL)), "{backend:?}");

        // An administrator of one organization among several does not administer the server.
        write(&packages, COLOR, "all");
        user(&place, &database, "admin", "beta");
        assert_eq!(code(&ask(&served, &admin, RELOAD)), "FORBIDDEN", "{backend:?}");
        assert_eq!(status(&served, Some(&admin))["version"], Value::Null, "{backend:?}");
        assert!(is_answered(&ask(&served, &token("super_admin"), RELOAD)), "{backend:?}");
    }
}

#[test]
fn what_the_command_applies_is_served_by_a_server_that_runs() {
    for backend in backends() {
        let place = Place::new();
        let (database, packages) = (Database::new(backend, &place), place.packages());
        user(&place, &database, "admin", "acme");
        let folder = packages.display().to_string();
        let served = Served::start(&place, &["--database", &database.url, "--packages", &folder]);
        let token = served.token("admin@acme.example", "correct horse");
        write(&packages, COLOR, "all");
        place.run(&["apply", "--database", &database.url, "--packages", &folder]).success();
        until(|| ask(&served, &token, ALL), is_answered);
    }
}

#[test]
fn gateways_of_one_database_follow_each_other_or_say_that_they_are_outdated() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let place = Place::new();
    let (database, packages) = (Database::new(Backend::Postgres, &place), place.packages());
    let other = place.path("other");
    copy(&packages, &other);
    user(&place, &database, "admin", "acme");
    let serve = |folder: &Path, args: &[&str]| {
        let folder = folder.display().to_string();
        Served::start(&place, &[args, &["--database", &database.url, "--packages", &folder]].concat())
    };
    let (first, same, apart) = (serve(&packages, &["--watch"]), serve(&packages, &[]), serve(&other, &[]));
    let token = first.token("admin@acme.example", "correct horse");

    write(&packages, COLOR, "all");
    for served in [&first, &same] {
        until(|| ask(served, &token, ALL), is_answered);
    }
    let outdated = until(|| status(&apart, Some(&token)), |status| status["state"] == "outdated");
    let problems = outdated["lastReload"]["problems"].as_str().unwrap();
    assert!(problems.contains("another server has brought the database to version 2"), "{problems}");
    assert!(!is_answered(&ask(&apart, &token, ALL)));
    // A signal alone does not turn the database back.
    apart.hang_up();
    let last = outdated["lastReload"]["at"].clone();
    until(|| status(&apart, None), |status| status["lastReload"]["at"] != last);
    assert_eq!(status(&apart, None)["state"], "outdated");
    assert!(is_answered(&ask(&first, &token, ALL)));
    // It takes the packages up as soon as it has them.
    write(&other, COLOR, "all");
    until(|| ask(&apart, &token, ALL), is_answered);
    let current = until(|| status(&apart, None), |status| status["state"] == "current");
    assert_eq!(current["metadata"]["version"], 2);

    // What changes no table is told by the gateway that serves it.
    write(&packages, COLOR, "false");
    for served in [&first, &same] {
        until(|| ask(served, &token, ALL), |answer| answer["errors"][0]["extensions"]["code"] == "FORBIDDEN");
    }
    assert!(is_answered(&ask(&apart, &token, ALL)));
}
