//! Records that are written along with others: what is refused before anything is written.

use crate::support::{App, Backend, backends};
use serde_json::{Value, json};

const CREATE: &str = "mutation($i: ContactCreateInput!) { createContact(input: $i) { id account { name } } }";

fn violations(answer: &Value) -> Vec<(Value, String)> {
    let list = answer["errors"][0]["extensions"]["violations"].as_array().unwrap_or_else(|| panic!("{answer}"));
    list.iter().map(|v| (v["path"].clone(), v["rule"].as_str().unwrap().to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relation_is_given_in_one_way() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let account = app.data(&user, "mutation { createAccount(input: {name: \"A\"}) { id } }", json!({})).await;
        let id = account["createAccount"]["id"].clone();
        let linked = json!({"i": {"lastName": "x", "account": {"link": id}}});
        assert_eq!(app.data(&user, CREATE, linked).await["createContact"]["account"]["name"], "A", "{backend:?}");
        let both = json!({"i": {"lastName": "x", "account": {"link": id}, "accountId": id}});
        let answer = app.ask(&user, CREATE, both).await;
        assert_eq!(violations(&answer), [(json!(["input", "account"]), "exclusive".to_owned())]);
        let wrong = json!({"i": {"lastName": "x", "account": {"link": "42"}, "tags": {"link": [id, "43"]}}});
        let answer = app.ask(&user, CREATE, wrong).await;
        let expected = [
            (json!(["input", "account", "link"]), "uuid".to_owned()),
            (json!(["input", "tags", "link", 1]), "uuid".to_owned()),
            (json!(["input", "tags", "link", 0]), "exists".to_owned()),
        ];
        assert_eq!(violations(&answer), expected, "an account is no tag");

        let update = "mutation($id: ID!, $a: AccountLinkInput!) { updateContact(id: $id, input: {account: $a}) { account { name } } }";
        let contact = app.data(&user, CREATE, json!({"i": {"lastName": "x", "accountId": id}})).await["createContact"]
            ["id"]
            .clone();
        let unlinked = app.data(&user, update, json!({"id": contact, "a": {"unlink": true}})).await;
        assert_eq!(unlinked["updateContact"]["account"], Value::Null);
        let two = json!({"id": contact, "a": {"unlink": true, "link": id}});
        let answer = app.ask(&user, update, two).await;
        assert_eq!(violations(&answer), [(json!(["input", "account"]), "exclusive".to_owned())]);
        // Clients that send a null for everything that they do not give say nothing by it.
        let nulls =
            json!({"i": {"lastName": "x", "account": {"create": null, "link": id, "unlink": null}, "accountId": null}});
        assert_eq!(app.data(&user, CREATE, nulls).await["createContact"]["account"]["name"], "A", "{backend:?}");
        let nulls = json!({"i": {"lastName": "x", "account": null, "accountId": id}});
        assert_eq!(app.data(&user, CREATE, nulls).await["createContact"]["account"]["name"], "A", "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_nested_only_so_deep() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let create = "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }";
    // Each account is a level, and each contact of it.
    let nested = |levels| {
        (0..levels).fold(json!({"name": "x"}), |account, _| {
            json!({"name": "x", "contacts": {"create": [{"lastName": "y", "opportunities": {"create": [{"name": "z", "account": {"create": account}}]}}]}})
        })
    };
    let answer = app.ask(&user, create, json!({"i": nested(4)})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "COST_LIMIT_EXCEEDED", "{answer}");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("10 levels"), "{answer}");
    let contacts: Vec<_> = (0..10_000).map(|_| json!({"lastName": "x"})).collect();
    let answer = app.ask(&user, create, json!({"i": {"name": "x", "contacts": {"create": contacts}}})).await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("10000 records"), "{answer}");
}
