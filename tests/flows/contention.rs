//! Mutations that other transactions are in the way of.

use crate::support::{App, Backend, Database};
use kontor_domain::{
    column::{ColumnType, Dialect},
    context::Whose,
    store::{Args, Settings, Store},
    value::Value as Stored,
};
use serde_json::json;
use std::sync::Arc;

/// Two transactions wait for each other: the database ends one of them, and it is tried again as a whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_no_error() {
    let app = Arc::new(App::new(Backend::Postgres).await);
    let user = app.user("acme").await;
    let create = "mutation { createTags(inputs: [{name: \"a\"}, {name: \"b\"}]) { id } }";
    let tags = app.data(&user, create, json!({})).await["createTags"].clone();
    let ids: Vec<_> = (0..2).map(|n| Stored::Uuid(tags[n]["id"].as_str().unwrap().parse().unwrap())).collect();
    let store = app.engine.store();
    let mut other = store.begin(Whose::Platform).await.unwrap();
    let touch = |id| {
        let mut args = Args::new(Dialect::Postgres);
        let sql = format!("UPDATE tags SET color = '#000000' WHERE id = {}", args.add(ColumnType::Uuid, id));
        (sql, args)
    };
    let (sql, args) = touch(&ids[1]);
    other.execute(&sql, &args).await.unwrap();
    let (asking, asker) = (app.clone(), user.clone());
    let mutation = tokio::spawn(async move {
        let both = "mutation($a: ID!, $b: ID!) { a: updateTag(id: $a, input: {color: \"#aaaaaa\"}) { version } \
            b: updateTag(id: $b, input: {color: \"#bbbbbb\"}) { version } }";
        asking.data(&asker, both, json!({"a": tags[0]["id"], "b": tags[1]["id"]})).await
    });
    let mut watcher = store.begin(Whose::Platform).await.unwrap();
    let waiting = "SELECT count(*)::int8 FROM pg_locks WHERE NOT granted \
        AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
    while watcher.query(waiting, &Args::new(Dialect::Postgres), &[ColumnType::BigInt]).await.unwrap()
        != [[Stored::Integer(1)]]
    {
        tokio::task::yield_now().await;
    }
    watcher.rollback().await.unwrap();
    let (sql, args) = touch(&ids[0]);
    other.execute(&sql, &args).await.unwrap();
    other.commit().await.unwrap();
    let done = mutation.await.unwrap();
    // The answer is of the last attempt alone.
    assert_eq!(done, json!({"a": {"version": 2}, "b": {"version": 2}}));
    let found = app.data(&user, "{ tags(orderBy: [{name: ASC}]) { nodes { color version } } }", json!({})).await;
    let expected = json!([{"color": "#aaaaaa", "version": 2}, {"color": "#bbbbbb", "version": 2}]);
    assert_eq!(found["tags"]["nodes"], expected);
    let updates = app.statements.lock().unwrap().iter().filter(|sql| sql.contains("UPDATE \"tags\"")).count();
    assert!(updates > 2, "{updates} updates: there was no deadlock");
}

/// Of two processes that write the same file one waits for the other, without holding up what else its thread has to do,
/// here the very thing that it waits for.
#[tokio::test]
async fn a_writer_waits_for_another_process_without_its_thread() {
    let database = Database::new(Backend::Sqlite);
    let one = Store::open(Settings::new(database.location.clone())).await.unwrap();
    let other = Store::open(Settings::new(database.location.clone())).await.unwrap();
    let writing = one.begin(Whose::Platform).await.unwrap();
    let waiting = tokio::spawn(async move { other.begin(Whose::Platform).await.unwrap().commit().await });
    tokio::task::yield_now().await;
    assert!(!waiting.is_finished());
    writing.commit().await.unwrap();
    waiting.await.unwrap().unwrap();
}
