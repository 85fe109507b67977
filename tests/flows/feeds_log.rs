//! The log that feeds are served from: one order in which nothing appears behind what was read.

use crate::support::{App, Backend, Notifier, User, backends};
use kontor_domain::{
    column::ColumnType,
    context::Whose,
    error::StoreError,
    events::{self, Cursor, Event, LogError, Pruned},
    store::{Args, Store, Transaction},
    value::Value as Stored,
};
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// Adds an event as the pipeline does, in a transaction that a test keeps open.
pub(super) async fn append(transaction: &mut Transaction<'_>, user: &User, at: i64) -> Uuid {
    let record = Uuid::now_v7();
    let values = [
        (ColumnType::Uuid, Stored::Uuid(Uuid::now_v7())),
        (ColumnType::Uuid, Stored::Uuid(user.org)),
        (ColumnType::Text, Stored::Text("1".to_owned())),
        (ColumnType::Text, Stored::Text("Account".to_owned())),
        (ColumnType::Uuid, Stored::Uuid(record)),
        (ColumnType::Text, Stored::Text("CREATED".to_owned())),
        (ColumnType::Timestamp, Stored::Timestamp(at)),
    ];
    let mut args = Args::new(transaction.dialect());
    let places: Vec<_> = values.iter().map(|(ty, value)| args.add(*ty, value)).collect();
    let sql = format!(
        "INSERT INTO record_events (id, org, \"transaction\", record_type, record_id, kind, occurred_at) VALUES ({})",
        places.join(", ")
    );
    transaction.execute(&sql, &args).await.unwrap();
    record
}

/// What follows a place, once it is so many events: transactions of other databases of the server hold them up, too.
pub(super) async fn read(app: &App, after: Cursor, count: usize) -> Vec<Event> {
    let reading = async {
        loop {
            let events = events::read(app.engine.store(), after, 100).await.unwrap();
            if events.len() >= count {
                return events;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), reading).await.expect("the events appear")
}

/// Removes what is from before a moment, whoever uses the log at the same time.
pub(super) async fn prune(store: &Store, before: i64) -> Pruned {
    loop {
        match events::prune(store, before).await {
            Err(StoreError::Busy) => tokio::time::sleep(Duration::from_millis(5)).await,
            pruned => return pruned.unwrap(),
        }
    }
}

async fn records(app: &App, after: Cursor, count: usize) -> Vec<Uuid> {
    read(app, after, count).await.into_iter().map(|event| event.record).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_does_not_appear_before_older_transactions_have_ended() {
    // SQLite has one writing transaction at a time.
    for backend in backends().into_iter().filter(|backend| *backend == Backend::Postgres) {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let store = app.engine.store();
        let start = events::last(store).await.unwrap();

        let mut early = store.begin(Whose::Platform).await.unwrap();
        let first = append(&mut early, &user, 1).await;
        let mut late = store.begin(Whose::Platform).await.unwrap();
        let third = append(&mut late, &user, 2).await;
        late.commit().await.unwrap();
        assert_eq!(records(&app, start, 0).await, [] as [Uuid; 0], "the earlier one may still add events");
        // Its number in the sequence is higher than that of the one that was committed before.
        let second = append(&mut early, &user, 3).await;
        early.commit().await.unwrap();
        let read = read(&app, start, 3).await;
        assert_eq!(read.iter().map(|event| event.record).collect::<Vec<_>>(), [first, second, third]);
        assert!(read.is_sorted_by(|a, b| a.cursor < b.cursor));

        let end = read[2].cursor;
        let mut given_up = store.begin(Whose::Platform).await.unwrap();
        append(&mut given_up, &user, 4).await;
        let mut other = store.begin(Whose::Platform).await.unwrap();
        let fourth = append(&mut other, &user, 5).await;
        other.commit().await.unwrap();
        assert_eq!(records(&app, end, 0).await, [] as [Uuid; 0]);
        given_up.rollback().await.unwrap();
        assert_eq!(records(&app, end, 1).await, [fourth]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_committed_before_a_moment_is_known_though_it_cannot_be_read_yet() {
    for backend in backends().into_iter().filter(|backend| *backend == Backend::Postgres) {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let store = app.engine.store();
        let mut open = store.begin(Whose::Platform).await.unwrap();
        let late = append(&mut open, &user, 1).await;
        let mut before = store.begin(Whose::Platform).await.unwrap();
        let old = append(&mut before, &user, 2).await;
        before.commit().await.unwrap();
        let now = events::now(store).await.unwrap();
        let mut after = store.begin(Whose::Platform).await.unwrap();
        let new = append(&mut after, &user, 3).await;
        after.commit().await.unwrap();
        open.commit().await.unwrap();
        let told: Vec<_> = read(&app, now.cursor, 3).await.iter().map(|e| (e.record, now.has(e.cursor))).collect();
        assert_eq!(told, [(late, false), (old, true), (new, false)]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_holds_each_change_once_in_the_order_of_commits() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let start = events::last(app.engine.store()).await.unwrap();
        let create = "mutation { createAccount(input: {name: \"Acme\"}) { id } }";
        let id = app.data(&user, create, json!({})).await["createAccount"]["id"].clone();
        let update = "mutation($id: ID!, $n: String!) { updateAccount(id: $id, input: {name: $n}) { id } }";
        for name in ["Beta", "Gamma"] {
            app.data(&user, update, json!({"id": id, "n": name})).await;
        }
        app.data(&user, "mutation($id: ID!) { deleteAccount(id: $id) { id } }", json!({"id": id})).await;
        let all = read(&app, start, 4).await;
        let kinds: Vec<_> = all.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["CREATED", "UPDATED", "UPDATED", "DELETED"], "{backend:?}");
        let [created, updated, ..] = &all[..] else { unreachable!() };
        assert_eq!((created.org, created.actor, created.module.as_str()), (user.org, Some(user.id), "Account"));
        assert!(created.before.is_none() && created.after.as_ref().unwrap().contains("Acme"));
        assert!(updated.before.as_ref().unwrap().contains("Acme") && updated.after.as_ref().unwrap().contains("Beta"));

        // Read one by one it is the same.
        let (mut singly, mut at) = (Vec::new(), start);
        while let Some(event) = events::read(app.engine.store(), at, 1).await.unwrap().pop() {
            at = event.cursor.to_string().parse().unwrap();
            singly.push(event);
        }
        assert_eq!(singly, all);
        let now = events::last(app.engine.store()).await.unwrap();
        assert_eq!(read(&app, now, 0).await, []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_whose_events_were_pruned_is_a_gap() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let store = app.engine.store();
        let start = events::last(store).await.unwrap();
        // The third is old as well, but stands behind a younger one.
        for at in [10, 20, 90, 30] {
            let mut transaction = store.begin(Whose::Platform).await.unwrap();
            append(&mut transaction, &user, at).await;
            transaction.commit().await.unwrap();
        }
        let all = read(&app, start, 4).await;
        assert_eq!(all.len(), 4);
        assert_eq!(prune(store, 5).await.events, 0);
        assert_eq!(read(&app, start, 4).await, all);
        // What users are still to be told of is kept.
        Notifier::new(&app).catch_up().await;
        assert_eq!(prune(store, 50).await.events, 2);
        assert!(matches!(events::read(store, start, 100).await, Err(LogError::Gap)), "{backend:?}");
        assert!(matches!(events::read(store, all[0].cursor, 100).await, Err(LogError::Gap)));
        // Behind the last that is gone nothing is missing.
        assert_eq!(read(&app, all[1].cursor, 2).await, all[2..]);
        assert_eq!(prune(store, 100).await.events, 2);
        assert_eq!(read(&app, all[3].cursor, 0).await, []);
        let now = events::last(store).await.unwrap();
        assert_eq!(read(&app, now, 0).await, []);
    }
}
