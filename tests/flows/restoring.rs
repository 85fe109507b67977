//! Ends of records, and their return.

use crate::support::{App, backends};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_deleted_together_comes_back_together() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createQuote(input: {subject: \"x\", lineItems: {create: [{description: \"a\"}, {description: \"b\"}]}}) { id lineItems { nodes { id } } } }";
        let quote = app.data(&user, create, json!({})).await["createQuote"].clone();
        let id = json!({"id": quote["id"]});
        let line = json!({"id": quote["lineItems"]["nodes"][0]["id"]});
        let lines = "{ quoteLineItems { totalCount } }";
        // A line that went before stays away.
        app.data(&user, "mutation($id: ID!) { deleteQuoteLineItem(id: $id) { id } }", line).await;
        app.data(&user, "mutation($id: ID!) { deleteQuote(id: $id) { id } }", id.clone()).await;
        assert_eq!(app.data(&user, lines, json!({})).await["quoteLineItems"]["totalCount"], 0, "{backend:?}");
        let restore = "mutation($id: ID!) { restoreQuote(id: $id) { subject deletedAt lineItems { totalCount } } }";
        let restored = app.data(&user, restore, id.clone()).await["restoreQuote"].clone();
        assert_eq!(restored, json!({"subject": "x", "deletedAt": null, "lineItems": {"totalCount": 1}}));
        let stranger = app.user("umbrella").await;
        assert_eq!(app.code(&stranger, restore, id).await, "NOT_FOUND");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purged_record_is_gone() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createTags(inputs: [{name: \"a\"}, {name: \"b\"}, {name: \"c\"}]) { id } }";
        let tags = app.data(&user, create, json!({})).await["createTags"].clone();
        let restore = "mutation($f: TagFilter!) { restoreTags(filter: $f) { affected ids } }";
        app.data(&user, "mutation { deleteTags(filter: {}) { affected } }", json!({})).await;
        let some = json!({"f": {"name": {"in": ["b", "c"]}}});
        let back = app.data(&user, restore, some.clone()).await["restoreTags"].clone();
        assert_eq!(back, json!({"affected": 2, "ids": [tags[1]["id"], tags[2]["id"]]}), "{backend:?}");
        assert_eq!(app.data(&user, restore, some).await["restoreTags"]["affected"], 0);

        let purge = "mutation($id: ID!) { purgeTag(id: $id) }";
        for tag in [&tags[0], &tags[1]] {
            assert_eq!(app.data(&user, purge, json!({"id": tag["id"]})).await["purgeTag"], tag["id"]);
        }
        assert_eq!(app.code(&user, purge, json!({"id": tags[0]["id"]})).await, "NOT_FOUND");
        let left = app.data(&user, "{ tags(deleted: INCLUDE) { nodes { name } } }", json!({})).await;
        assert_eq!(left["tags"]["nodes"], json!([{"name": "c"}]));
    }
}

/// The caller learns who changed what, and sees the values.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_of_versions_names_the_changes() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createAccount(input: {name: \"Acme\", city: \"Kiel\"}) { id } }";
        let id = app.data(&user, create, json!({})).await["createAccount"]["id"].clone();
        let update = "mutation($id: ID!, $i: AccountUpdateInput!, $v: Int) { updateAccount(id: $id, input: $i, expectedVersion: $v) { version } }";
        app.data(&user, update, json!({"id": id, "v": 1, "i": {"name": "Beta", "annualRevenue": "5"}})).await;
        let answer = app.ask(&user, update, json!({"id": id, "v": 1, "i": {"name": "Gamma"}})).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!((&extensions["code"], &extensions["currentVersion"]), (&json!("CONFLICT"), &json!(2)), "{answer}");
        let mut changes = extensions["changes"].as_array().unwrap().clone();
        changes.sort_by_key(|change| change["field"].to_string());
        let told: Vec<_> =
            changes.iter().map(|c| (c["field"].clone(), c["value"].clone(), c["changedBy"].clone())).collect();
        let by = json!(user.id);
        let expected = [("annualRevenue", "5.00"), ("name", "Beta")].map(|(f, v)| (json!(f), json!(v), by.clone()));
        assert_eq!(told, expected, "{backend:?} {answer}");
        assert!(changes.iter().all(|change| change["changedAt"] != Value::Null));
    }
}
