//! Records that are kept no longer, as their modules say.

use crate::support::{App, User, backends};
use kontor_domain::mutation::{self, Retained, Writing};
use serde_json::{Value, json};

const FOLDERS: [&str; 2] = ["config/packages", "tests/packages"];

async fn made(app: &App, user: &User, mutation: &str, input: Value) -> Value {
    let data = app.data(user, mutation, json!({"i": input})).await;
    data.as_object().unwrap().values().next().unwrap()["id"].clone()
}

async fn filled(app: &App, user: &User) {
    let patient = "mutation($i: PatientCreateInput!) { createPatient(input: $i) { id } }";
    for (number, seen, active) in [
        ("1", Some("2001-01-01T00:00:00Z"), false),
        ("2", Some("2001-01-01T00:00:00Z"), true),
        ("3", None, false),
        ("4", Some("2999-01-01T00:00:00Z"), false),
    ] {
        let input = json!({"lastName": format!("Patient {number}"), "fileNumber": number, "email": "p@example.com",
            "seenAt": seen, "active": active});
        made(app, user, patient, input).await;
    }
    let visit = "mutation($i: VisitCreateInput!) { createVisit(input: $i) { id } }";
    let first = made(app, user, visit, json!({"what": "first", "day": "2001-01-01", "done": true})).await;
    made(app, user, visit, json!({"what": "second", "day": "2001-01-02", "beforeId": first})).await;
    for n in 0..60 {
        made(app, user, visit, json!({"what": format!("old {n}"), "day": "2001-02-01", "done": true})).await;
    }
    made(app, user, visit, json!({"what": "young", "day": "2999-01-01", "done": true})).await;
}

fn told(done: &[Retained]) -> Vec<(&str, &str, u64, u64)> {
    done.iter().map(|r| (r.organization.as_str(), r.rule.as_str(), r.records, r.in_the_way)).collect()
}

/// Several gateways at once, those that are elected and those that were started by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_at_once_do_everything_once() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let user = app.user("acme").await;
        filled(&app, &user).await;
        let mut gateways = tokio::task::JoinSet::new();
        for n in 0..4 {
            let (gateway, catalog) = (app.gateway().await, app.catalog.clone());
            gateways.spawn(async move {
                if n % 2 == 0 {
                    return gateway.retain().await;
                }
                let writing = Writing::new(catalog, gateway.store().dialect());
                mutation::retain(gateway.store(), &writing, false, &mut |_| {}).await
            });
        }
        let mut done: Vec<Retained> = gateways.join_all().await.into_iter().flat_map(Result::unwrap).collect();
        // Records that one was still deleting another has left for the next time.
        done.extend(app.engine.retain().await.unwrap());
        let of = |rule: &str| done.iter().filter(|done| done.rule == rule).map(|done| done.records).sum::<u64>();
        assert_eq!([of("forgotten"), of("very_old")], [1, 60], "{backend:?}: {done:?}");
        // What one has removed for good the others need not delete before.
        assert!(of("old") <= 60, "{backend:?}: {done:?}");
        let left = app.data(&user, "{ visits { totalCount } }", json!({})).await;
        assert_eq!(left["visits"]["totalCount"], 3);
        let log = "{ auditLog(first: 1000, filter: {action: {eq: \"retention\"}}) { nodes { changes } } }";
        let log = app.data(&user, log, json!({})).await["auditLog"]["nodes"].clone();
        let records: i64 =
            log.as_array().unwrap().iter().map(|entry| entry["changes"]["records"].as_i64().unwrap()).sum();
        assert_eq!(records, 61 + i64::try_from(of("old")).unwrap(), "{backend:?}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_end_what_they_are_about_and_nothing_else() {
    for backend in backends() {
        let app = App::with_packages(backend, &FOLDERS).await;
        let (user, other) = (app.user("acme").await, app.user("umbrella").await);
        filled(&app, &user).await;
        let input = json!({"lastName": "Theirs", "fileNumber": "1", "email": "p@example.com", "seenAt": "2001-01-01T00:00:00Z", "active": false});
        made(&app, &other, "mutation($i: PatientCreateInput!) { createPatient(input: $i) { id } }", input).await;
        let writing = Writing::new(app.catalog.clone(), app.engine.store().dialect());
        let dry = mutation::retain(app.engine.store(), &writing, true, &mut |_| {}).await.unwrap();
        let expected = [
            ("acme", "forgotten", 1, 0),
            ("acme", "old", 61, 0),
            ("acme", "very_old", 61, 0),
            ("umbrella", "forgotten", 1, 0),
        ];
        assert_eq!(told(&dry), expected, "{backend:?}");
        let names = "{ patients { nodes { lastName } } visits { totalCount } }";
        let before = app.data(&user, names, json!({})).await;
        assert_eq!(before["visits"]["totalCount"], 63, "a dry run changes nothing");

        let done = app.engine.retain().await.unwrap();
        // The first visit is in the way of itself: the second refers to it.
        let expected = [
            ("acme", "forgotten", 1, 0),
            ("acme", "old", 60, 1),
            ("acme", "very_old", 60, 1),
            ("umbrella", "forgotten", 1, 0),
        ];
        assert_eq!(told(&done), expected, "{backend:?}");
        let after = app.data(&user, names, json!({})).await;
        let mut left: Vec<_> =
            after["patients"]["nodes"].as_array().unwrap().iter().map(|p| p["lastName"].as_str().unwrap()).collect();
        left.sort_unstable();
        assert_eq!(left, ["Erased", "Patient 2", "Patient 3", "Patient 4"]);
        assert_eq!(after["visits"]["totalCount"], 3);
        let log = "{ auditLog(first: 1000, filter: {action: {eq: \"retention\"}}) { nodes { user { id } changes } } }";
        let log = app.data(&user, log, json!({})).await["auditLog"]["nodes"].clone();
        let records: i64 =
            log.as_array().unwrap().iter().map(|entry| entry["changes"]["records"].as_i64().unwrap()).sum();
        assert_eq!((records, &log[0]["user"]), (121, &json!(null)), "{log}");
        let again = app.engine.retain().await.unwrap();
        assert_eq!(told(&again), [("acme", "old", 0, 1), ("acme", "very_old", 0, 1)], "{backend:?}");
    }
}
