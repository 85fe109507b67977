//! Following records.

use crate::support::{App, backends};
use serde_json::json;

const FOLLOW: &str =
    "mutation($r: ID!) { follow(record: $r) { id userId createdAt record { __typename ... on Account { name } } } }";
const UNFOLLOW: &str = "mutation($r: ID!) { unfollow(record: $r) }";
const FOLLOWERS: &str = "query($r: ID!) { account(id: $r) { followers { nodes { id userId } } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_followed_once_however_often_one_says_so() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let other = app.colleague(&user, "ada.lovelace").await;
        let create =
            "mutation { createAccount(input: {name: \"Acme\"}) { id } createTag(input: {name: \"new\"}) { id } }";
        let made = app.data(&user, create, json!({})).await;
        let record = json!({"r": made["createAccount"]["id"]});

        let first = app.data(&user, FOLLOW, record.clone()).await["follow"].clone();
        assert_eq!((&first["userId"], &first["record"]["name"]), (&json!(user.id), &json!("Acme")), "{backend:?}");
        assert_eq!(app.data(&user, FOLLOW, record.clone()).await["follow"], first);
        let theirs = app.data(&other, FOLLOW, record.clone()).await["follow"].clone();
        let both = app.data(&user, FOLLOWERS, record.clone()).await["account"]["followers"]["nodes"].clone();
        assert_eq!(both, json!([{"id": first["id"], "userId": user.id}, {"id": theirs["id"], "userId": other.id}]));
        let mine = "{ me { follows { nodes { recordType } totalCount } } }";
        app.data(&user, FOLLOW, json!({"r": made["createTag"]["id"]})).await;
        assert_eq!(app.data(&user, mine, json!({})).await["me"]["follows"]["totalCount"], 2);

        assert_eq!(app.data(&user, UNFOLLOW, record.clone()).await["unfollow"], true);
        assert_eq!(app.data(&user, UNFOLLOW, record.clone()).await["unfollow"], false);
        let left = app.data(&user, FOLLOWERS, record.clone()).await["account"]["followers"]["nodes"].clone();
        assert_eq!(left, json!([{"id": theirs["id"], "userId": other.id}]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_same_moment_it_is_still_one() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createAccount(input: {name: \"Acme\"}) { id } }";
        let record = json!({"r": app.data(&user, create, json!({})).await["createAccount"]["id"]});
        for _ in 0..5 {
            let follow = || app.data(&user, FOLLOW, record.clone());
            let (a, b, c) = tokio::join!(follow(), follow(), follow());
            assert_eq!((&b, &c), (&a, &a), "{backend:?}");
            let unfollow = || app.data(&user, UNFOLLOW, record.clone());
            let (a, b, c) = tokio::join!(unfollow(), unfollow(), unfollow());
            assert_eq!([a, b, c].iter().filter(|answer| answer["unfollow"] == true).count(), 1, "{backend:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_cannot_be_followed() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let stranger = app.user("other").await;
        let create = "mutation { createAccount(input: {name: \"Acme\"}) { id } }";
        let record = json!({"r": app.data(&user, create, json!({})).await["createAccount"]["id"]});
        assert_eq!(app.code(&stranger, FOLLOW, record.clone()).await, "NOT_FOUND");
        assert_eq!(app.code(&user, FOLLOW, json!({"r": uuid::Uuid::now_v7()})).await, "NOT_FOUND", "{backend:?}");
        let dry = "mutation($r: ID!) @dryRun { follow(record: $r) { recordId } }";
        assert_eq!(app.data(&user, dry, record.clone()).await["follow"]["recordId"], record["r"]);
        let nobody = app.data(&user, FOLLOWERS, record.clone()).await;
        assert_eq!(nobody["account"]["followers"]["nodes"], json!([]));

        app.data(&user, FOLLOW, record.clone()).await;
        app.data(&user, "mutation($r: ID!) { deleteAccount(id: $r) { id } }", record.clone()).await;
        assert_eq!(app.code(&user, FOLLOW, record.clone()).await, "NOT_FOUND");
        app.data(&user, "mutation($r: ID!) { restoreAccount(id: $r) { id } }", record.clone()).await;
        let follows = "{ follows { totalCount } }";
        assert_eq!(app.data(&user, follows, json!({})).await["follows"]["totalCount"], 1, "it is followed as before");
        app.data(&user, "mutation($r: ID!) { purgeAccount(id: $r) }", record.clone()).await;
        assert_eq!(app.data(&user, follows, json!({})).await["follows"]["totalCount"], 0);
        assert_eq!(app.data(&user, UNFOLLOW, record).await["unfollow"], false);
    }
}
