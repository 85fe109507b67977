//! Organisations never mix: not by id, not by list, not by relation, not by write.

use crate::support::{App, backends};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_record_is_as_unknown_as_one_that_does_not_exist() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (ours, theirs) = (app.user("ours").await, app.user("theirs").await);
        let create = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
        let foreign = app.data(&theirs, create, json!({"n": "Theirs"})).await["createAccount"]["id"].clone();
        let own = app.data(&ours, create, json!({"n": "Ours"})).await["createAccount"]["id"].clone();
        let one = "query($id: ID!) { account(id: $id) { name } }";
        assert_eq!(app.data(&ours, one, json!({"id": own})).await["account"]["name"], "Ours");
        let unknown = json!({"id": uuid::Uuid::now_v7()});
        assert_eq!(
            app.bytes(Some(&ours), one, json!({"id": foreign})).await,
            app.bytes(Some(&ours), one, unknown.clone()).await
        );
        assert_eq!(app.code(&ours, one, unknown).await, "NOT_FOUND");

        let list = app.data(&ours, "{ accounts { totalCount nodes { name } } }", json!({})).await;
        assert_eq!(list, json!({"accounts": {"totalCount": 1, "nodes": [{"name": "Ours"}]}}));

        let update = "mutation($id: ID!) { updateAccount(id: $id, input: {name: \"Mine\"}) { id } }";
        assert_eq!(app.code(&ours, update, json!({"id": foreign})).await, "NOT_FOUND");
        let delete = "mutation($id: ID!) { deleteAccount(id: $id) { id } }";
        assert_eq!(app.code(&ours, delete, json!({"id": foreign})).await, "NOT_FOUND");
        assert_eq!(app.data(&theirs, one, json!({"id": foreign})).await["account"]["name"], "Theirs");

        let link = "mutation($id: ID!) { createContact(input: {lastName: \"Spy\", accountId: $id}) { id } }";
        assert_eq!(app.code(&ours, link, json!({"id": foreign})).await, "VALIDATION_FAILED");
        let note =
            "mutation($id: ID!) { createNote(input: {content: \"x\", recordId: $id, recordType: Account}) { id } }";
        assert_eq!(app.code(&ours, note, json!({"id": foreign})).await, "VALIDATION_FAILED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_sign_in_there_is_nothing_to_see() {
    for backend in backends() {
        let app = App::new(backend).await;
        let answer = app.bytes(None, "{ accounts { nodes { id } } }", json!({})).await;
        assert!(answer.contains("UNAUTHENTICATED") && answer.starts_with("{\"data\":null"), "{answer}");
        let answer = app.bytes(None, "{ __typename }", json!({})).await;
        assert_eq!(answer, "{\"data\":{\"__typename\":\"Query\"}}");
    }
}

/// The one relation that names the organisation of a record cannot be given.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_made_in_or_moved_to_another_organisation() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (ours, theirs) = (app.user("ours").await, app.user("theirs").await);
        let create = "mutation($i: TeamCreateInput!) { createTeam(input: $i) { id organization { slug } } }";
        let upsert = "mutation($i: TeamCreateInput!) { upsertTeam(input: $i) { id } }";
        let made = app.data(&ours, create, json!({"i": {"name": "North"}})).await["createTeam"].clone();
        assert_eq!(made["organization"]["slug"], "ours", "{backend:?}");
        app.data(&theirs, create, json!({"i": {"name": "North"}})).await;
        let update = "mutation($id: ID!, $i: TeamUpdateInput!) { updateTeam(id: $id, input: $i) { id } }";
        let many = "mutation($i: TeamUpdateInput!) { updateTeams(filter: {}, input: $i) { affected } }";
        for org in [ours.org, theirs.org] {
            for given in [json!({"organizationId": org}), json!({"organization": {"link": org}})] {
                let mut new = given.clone();
                new["name"] = json!("South");
                assert_eq!(app.code(&ours, create, json!({"i": new})).await, "BAD_USER_INPUT", "{backend:?} {given}");
                assert_eq!(app.code(&ours, upsert, json!({"i": new})).await, "BAD_USER_INPUT", "{backend:?} {given}");
                let one = json!({"id": made["id"], "i": given});
                assert_eq!(app.code(&ours, update, one).await, "BAD_USER_INPUT", "{backend:?} {given}");
                assert_eq!(app.code(&ours, many, json!({"i": given})).await, "BAD_USER_INPUT", "{backend:?} {given}");
            }
        }
        let count = "{ teams { totalCount } }";
        for who in [&ours, &theirs] {
            assert_eq!(app.data(who, count, json!({})).await["teams"]["totalCount"], 1, "{backend:?}");
        }
    }
}
