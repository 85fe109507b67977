//! Notifications are seen by the user that they are for, marked by no other, and told as they come.

use super::{
    feeds::{next, subscribe},
    feeds_log::prune,
};
use crate::support::{App, Notifier, User, backends};
use kontor_gateway::engine::Told;
use serde_json::{Value, json};

const NOTE: &str =
    "mutation($c: String!, $a: ID!) { createNote(input: {content: $c, recordId: $a, recordType: Account}) { id } }";
const READ: &str = "mutation($ids: [ID!]!) { markNotificationsRead(ids: $ids) { affected ids } }";
const UNREAD: &str = "mutation($ids: [ID!]!) { markNotificationsUnread(ids: $ids) { affected } }";

/// Three mentions of each of two users; their notifications, newest last.
async fn mentions(app: &App, boss: &User, users: [&User; 2]) -> [Vec<Value>; 2] {
    let account = app.data(boss, "mutation { createAccount(input: {name: \"Acme\"}) { id } }", json!({})).await;
    let account = &account["createAccount"]["id"];
    for n in 0..3 {
        let content = format!("{n} @ada.lovelace @bob.builder");
        app.data(boss, NOTE, json!({"c": content, "a": account})).await;
    }
    Notifier::new(app).catch_up().await;
    let mut ids = [Vec::new(), Vec::new()];
    for (user, ids) in users.into_iter().zip(&mut ids) {
        let told = app.data(user, "{ notifications { nodes { id } } }", json!({})).await;
        *ids = told["notifications"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        assert_eq!(ids.len() % 3, 0);
    }
    ids
}

async fn unread(app: &App, user: &User) -> Value {
    let query = "{ notifications(filter: {isRead: {eq: false}}) { totalCount } }";
    app.data(user, query, json!({})).await["notifications"]["totalCount"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sees_what_another_was_told() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let (ada, bob) = (app.colleague(&boss, "ada.lovelace").await, app.colleague(&boss, "bob.builder").await);
        let [of_ada, _] = mentions(&app, &boss, [&ada, &bob]).await;
        let query = "query($n: ID!, $u: ID!) {
            notifications { totalCount nodes { id } }
            notificationsAggregate { count }
            node(id: $n) { id }
            nodes(ids: [$n]) { id }
            user(id: $u) { notifications { totalCount nodes { message } } notificationsAggregate { count } }
            users(filter: {notifications: {some: {id: {eq: $n}}}}) { totalCount }
        }";
        let variables = json!({"n": of_ada[0], "u": ada.id});
        for (user, sees) in [(&ada, true), (&bob, false), (&boss, false)] {
            let answer = app.ask(user, query, variables.clone()).await;
            let data = &answer["data"];
            let own = if user.id == boss.id { 0 } else { 3 };
            assert_eq!(data["notifications"]["totalCount"], own, "{backend:?}");
            assert_eq!(data["notificationsAggregate"][0]["count"], own);
            assert_eq!((data["node"].is_null(), data["nodes"][0].is_null()), (!sees, !sees));
            let of_ada = if sees { 3 } else { 0 };
            assert_eq!(data["user"]["notifications"]["totalCount"], of_ada);
            assert_eq!(data["user"]["notifications"]["nodes"].as_array().unwrap().len(), of_ada);
            assert_eq!(data["user"]["notificationsAggregate"][0]["count"], of_ada);
            assert_eq!(data["users"]["totalCount"], u8::from(sees));
        }
        let one = "query($n: ID!) { notification(id: $n) { id } }";
        assert_eq!(app.code(&bob, one, variables).await, "NOT_FOUND");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_own_are_marked_as_read_and_as_unread() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let (ada, bob) = (app.colleague(&boss, "ada.lovelace").await, app.colleague(&boss, "bob.builder").await);
        let [of_ada, of_bob] = mentions(&app, &boss, [&ada, &bob]).await;
        let ids = json!({"ids": [of_ada[0], of_ada[1], of_bob[0]]});
        let dry = READ.replacen('{', "@dryRun {", 1);
        assert_eq!(app.data(&ada, &dry, ids.clone()).await["markNotificationsRead"]["affected"], 2);
        let read = app.data(&ada, READ, ids.clone()).await["markNotificationsRead"].clone();
        assert_eq!(read, json!({"affected": 2, "ids": [of_ada[0], of_ada[1]]}), "{backend:?}");
        assert_eq!((unread(&app, &ada).await, unread(&app, &bob).await), (json!(1), json!(3)));
        assert_eq!(app.data(&ada, READ, ids.clone()).await["markNotificationsRead"]["affected"], 0);
        assert_eq!(app.data(&ada, UNREAD, ids).await["markNotificationsUnread"]["affected"], 2);
        let all = "mutation { markAllNotificationsRead { affected ids } }";
        assert_eq!(app.data(&ada, all, json!({})).await["markAllNotificationsRead"]["affected"], 3);
        assert_eq!(app.data(&ada, all, json!({})).await["markAllNotificationsRead"], json!({"affected": 0, "ids": []}));
        assert_eq!((unread(&app, &ada).await, unread(&app, &bob).await), (json!(0), json!(3)));
        let too_many = json!({"ids": vec![of_ada[0].clone(); 1_001]});
        assert_eq!(app.code(&ada, READ, too_many).await, "BAD_USER_INPUT");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ones_own_come_as_a_feed_that_goes_on_where_it_was() {
    for backend in backends() {
        let app = App::new(backend).await;
        let boss = app.user("acme").await;
        let (ada, bob) = (app.colleague(&boss, "ada.lovelace").await, app.colleague(&boss, "bob.builder").await);
        let query = "subscription($a: EventCursor) { notifications(after: $a) { id message isRead user { id } } }";
        let mut of_ada = subscribe(&app.engine, &ada, query, json!({})).await.unwrap();
        let mut of_bob = subscribe(&app.engine, &bob, query, json!({})).await.unwrap();
        let [ids_of_ada, ids_of_bob] = mentions(&app, &boss, [&ada, &bob]).await;
        let told = tokio::time::timeout(std::time::Duration::from_secs(60), of_ada.next()).await.unwrap();
        let Told::Event(first) = told else { panic!("a notification") };
        let body: Value = serde_json::from_slice(&first.body).unwrap();
        assert_eq!(body["data"]["notifications"]["id"], ids_of_ada[0], "{backend:?} {body}");
        assert_eq!(body["data"]["notifications"]["user"]["id"], json!(ada.id));
        assert_eq!(body["extensions"]["cursor"], first.cursor.to_string());
        for id in &ids_of_ada[1..] {
            assert_eq!(next(&mut of_ada).await["id"], *id);
        }
        for id in &ids_of_bob {
            assert_eq!(next(&mut of_bob).await["id"], *id);
        }
        // Marking them is no message. Whoever comes back is told what it has missed, as it is now.
        app.data(&ada, READ, json!({"ids": [ids_of_ada[1]]})).await;
        let after = json!({"a": first.cursor.to_string()});
        let mut again = subscribe(&app.engine, &ada, query, after.clone()).await.unwrap();
        for (n, read) in [(1, true), (2, false)] {
            let told = next(&mut again).await;
            assert_eq!((&told["id"], &told["isRead"]), (&ids_of_ada[n], &json!(read)));
        }
        mentions(&app, &boss, [&ada, &bob]).await;
        for feed in [&mut of_ada, &mut again, &mut of_bob] {
            assert!(next(feed).await["message"].as_str().unwrap().contains("0 @ada"));
        }
        // What is not kept any more is said, and what follows is told.
        prune(app.engine.store(), i64::MAX).await;
        let mut late = subscribe(&app.engine, &ada, query, after).await.unwrap();
        let Told::Event(gap) = late.next().await else { panic!("a gap") };
        let body: Value = serde_json::from_slice(&gap.body).unwrap();
        assert_eq!((&body["data"], &body["errors"][0]["extensions"]["code"]), (&json!(null), &json!("GAP")), "{body}");
        assert_eq!(body["errors"][0]["path"], json!(["notifications"]));
        assert_eq!(body["extensions"]["cursor"], gap.cursor.to_string());
    }
}
