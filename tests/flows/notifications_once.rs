//! That everybody is told once, however many gateways see to it and whatever happens to them.

use super::feeds_log::prune;
use crate::support::{App, Notifier, User, backends, killed};
use kontor_domain::{
    calendar,
    context::Whose,
    events::{self, LogError},
};
use serde_json::json;
use std::collections::BTreeMap;

const CREATE: &str = "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { id } }";

/// New accounts that are assigned to somebody, in one operation.
async fn assign(app: &App, by: &User, to: &User, names: impl Iterator<Item = String>) {
    let inputs: Vec<_> = names.map(|name| json!({"name": name, "assignedToId": to.id})).collect();
    app.data(by, CREATE, json!({"i": inputs})).await;
}

/// How often each message was written to a user.
async fn messages(app: &App, user: &User) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let query = "query($a: String) { notifications(first: 1000, after: $a) { nodes { message } pageInfo { hasNextPage endCursor } } }";
    let mut after = json!(null);
    loop {
        let page = app.data(user, query, json!({"a": after})).await["notifications"].clone();
        for node in page["nodes"].as_array().unwrap() {
            *counts.entry(node["message"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return counts;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_gateways_tell_each_once() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let ada = app.colleague(&boss, "ada.lovelace").await;
        let notifiers = [Notifier::new(&app), Notifier::new(&app), Notifier::new(&app)];
        let writing = async {
            for n in 0..30 {
                assign(&app, &boss, &ada, (0..3).map(|m| format!("Account {n}-{m}"))).await;
            }
        };
        let working = |notifier| async move {
            for _ in 0..40 {
                Notifier::pass(notifier).await;
                tokio::task::yield_now().await;
            }
        };
        let [first, second, third] = &notifiers;
        tokio::join!(writing, working(first), working(second), working(third));
        tokio::join!(first.catch_up(), second.catch_up(), third.catch_up());
        let messages = messages(&app, &ada).await;
        assert!(messages.len() == 90 && messages.values().all(|count| *count == 1), "{backend:?} {messages:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_killed_leaves_nothing_half_done() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let ada = app.colleague(&boss, "ada.lovelace").await;
        let notifier = Notifier::new(&app);
        for polls in 1..40 {
            assign(&app, &boss, &ada, (0..2).map(|n| format!("Account {polls}-{n}"))).await;
            killed(notifier.pass(), polls).await;
        }
        notifier.catch_up().await;
        let messages = messages(&app, &ada).await;
        assert!(messages.len() == 78 && messages.values().all(|count| *count == 1), "{backend:?} {messages:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_of_any_size_is_told_of() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let ada = app.colleague(&boss, "ada.lovelace").await;
        assign(&app, &boss, &ada, ["First".to_owned()].into_iter()).await;
        assign(&app, &boss, &ada, (0..1_100).map(|n| format!("Account {n}"))).await;
        assign(&app, &boss, &ada, ["Last".to_owned()].into_iter()).await;
        Notifier::new(&app).catch_up().await;
        let messages = messages(&app, &ada).await;
        assert!(messages.len() == 1_102 && messages.values().all(|count| *count == 1), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_was_told_of_yet_is_not_pruned() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let ada = app.colleague(&boss, "ada.lovelace").await;
        let (notifier, store) = (Notifier::new(&app), app.engine.store());
        let (start, end) =
            (events::last(store).await.unwrap(), calendar::parse_timestamp("2099-01-01T00:00:00Z").unwrap());
        assign(&app, &boss, &ada, (0..3).map(|n| format!("Account {n}"))).await;
        prune(store, end).await;
        // Nothing is missing.
        events::read(store, start, 10).await.unwrap();
        notifier.catch_up().await;
        prune(store, end).await;
        assert!(matches!(events::read(store, start, 10).await, Err(LogError::Gap)), "{backend:?}");
        assert_eq!(messages(&app, &ada).await.len(), 3);

        // A database that was put back: the place is one that the log does not reach back to.
        let mut transaction = store.begin(Whose::Platform).await.unwrap();
        events::Consumer::new("notifications").advance(&mut transaction, start).await.unwrap();
        transaction.commit().await.unwrap();
        while notifier.pass().await {}
        assign(&app, &boss, &ada, ["Later".to_owned()].into_iter()).await;
        notifier.catch_up().await;
        assert_eq!(messages(&app, &ada).await.len(), 4);
    }
}
