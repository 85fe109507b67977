//! Records that are written along with others: created, linked and unlinked.

use crate::support::{App, User, backends};
use serde_json::{Value, json};

async fn tag(app: &App, user: &User, name: &str) -> Value {
    let create = "mutation($n: String!) { createTag(input: {name: $n}) { id } }";
    app.data(user, create, json!({"n": name})).await["createTag"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_created_with_others_to_any_depth() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let hot = tag(&app, &user, "hot").await;
        let create = "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { name
            contacts(orderBy: [{lastName: ASC}]) { nodes { lastName tags { nodes { name } } } }
            quotes { nodes { subject lineItems(orderBy: [{position: ASC}]) { nodes { description quantity product { sku } } } } }
            notes { nodes { content recordType } } tags(orderBy: [{name: ASC}]) { nodes { name } } } }";
        let contacts = json!({"create": [{"lastName": "Ada", "tags": {"link": [hot]}}, {"lastName": "Grace"}]});
        let product = json!({"create": {"name": "Router", "sku": "R-1", "price": "10.00"}});
        let lines = json!([{"description": "one", "product": product}, {"description": "two", "quantity": "2.5"}]);
        let acme = json!({"name": "Acme", "contacts": contacts, "tags": {"link": [hot], "create": [{"name": "new"}]},
            "quotes": {"create": [{"subject": "Offer", "lineItems": {"create": lines}}]},
            "notes": {"create": [{"content": "called"}]}});
        let created = app.data(&user, create, json!({"i": [acme, {"name": "Beta"}]})).await["createAccounts"].clone();
        let tags = json!({"nodes": [{"name": "hot"}]});
        let expected = json!({"name": "Acme",
            "contacts": {"nodes": [{"lastName": "Ada", "tags": tags}, {"lastName": "Grace", "tags": {"nodes": []}}]},
            "quotes": {"nodes": [{"subject": "Offer", "lineItems": {"nodes": [
                {"description": "one", "quantity": "1.000", "product": {"sku": "R-1"}},
                {"description": "two", "quantity": "2.500", "product": null}]}}]},
            "notes": {"nodes": [{"content": "called", "recordType": "Account"}]},
            "tags": {"nodes": [{"name": "hot"}, {"name": "new"}]}});
        assert_eq!(created[0], expected, "{backend:?}");
        assert_eq!(created[1]["contacts"]["nodes"], json!([]));

        let contact = "mutation { createContact(input: {lastName: \"x\", account: {create: {name: \"Gamma\"}}}) { account { name } } }";
        let contact = app.data(&user, contact, json!({})).await["createContact"].clone();
        assert_eq!(contact, json!({"account": {"name": "Gamma"}}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn violations_of_nested_records_have_their_paths() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation($i: [ContactCreateInput!]!) { createContacts(inputs: $i) { id } }";
        let lines = json!({"create": [{"quantity": "1"}, {"quantity": "x", "discount": "1"}]});
        let nobody = "0190a6e2-7b1c-7c3a-9d2e-4f5a6b7c8d9e";
        let quotes = json!({"create": [{"subject": "b", "lineItems": lines}]});
        let account = json!({"name": " ", "website": "nonsense", "quotes": quotes});
        let tags = json!({"link": [nobody], "create": [{"name": ""}]});
        let wrong = json!({"lastName": "y", "account": {"create": account}, "tags": tags});
        let answer = app.ask(&user, create, json!({"i": [{"lastName": "x"}, wrong]})).await;
        let violations =
            answer["errors"][0]["extensions"]["violations"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let mut paths: Vec<_> = violations.iter().map(|v| format!("{} {}", v["path"], v["rule"])).collect();
        paths.sort();
        let expected = [
            r#"["inputs",1,"account","name"] "required""#,
            r#"["inputs",1,"account","website"] "url""#,
            r#"["inputs",1,"account","quotes",0,"lineItems",1,"quantity"] "decimal""#,
            r#"["inputs",1,"tags",0,"name"] "required""#,
            r#"["inputs",1,"tags","link",0] "exists""#,
        ];
        let mut expected: Vec<_> = expected.iter().map(|e| (*e).to_owned()).collect();
        expected.sort();
        assert_eq!(paths, expected, "{backend:?}");
        let none = app.data(&user, "{ quotes { totalCount } contacts { totalCount } }", json!({})).await;
        assert_eq!(none, json!({"quotes": {"totalCount": 0}, "contacts": {"totalCount": 0}}));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_change_with_their_record() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let (hot, cold) = (tag(&app, &user, "hot").await, tag(&app, &user, "cold").await);
        let create = "mutation($t: [ID!]) { createAccount(input: {name: \"Acme\", tags: {link: $t}, contacts: {create: [{lastName: \"Ada\"}]}}) { id contacts { nodes { id } } } }";
        let acme = app.data(&user, create, json!({"t": [hot]})).await["createAccount"].clone();
        let ada = &acme["contacts"]["nodes"][0]["id"];
        let update = "mutation($id: ID!, $i: AccountUpdateInput!) { updateAccount(id: $id, input: $i) {
            tags { nodes { name } } contacts(orderBy: [{lastName: ASC}]) { nodes { lastName } } } }";
        let change = json!({"tags": {"link": [cold], "unlink": [hot]}, "contacts": {"unlink": [ada], "create": [{"lastName": "Grace"}]}});
        let changed = app.data(&user, update, json!({"id": acme["id"], "i": change})).await["updateAccount"].clone();
        let expected = json!({"tags": {"nodes": [{"name": "cold"}]}, "contacts": {"nodes": [{"lastName": "Grace"}]}});
        assert_eq!(changed, expected, "{backend:?}");
        let again = json!({"contacts": {"link": [ada]}});
        let changed = app.data(&user, update, json!({"id": acme["id"], "i": again})).await["updateAccount"].clone();
        assert_eq!(changed["contacts"]["nodes"], json!([{"lastName": "Ada"}, {"lastName": "Grace"}]));
        // All records that a filter finds get what is said of one.
        let all = "mutation($t: [ID!]) { updateContacts(filter: {}, input: {tags: {link: $t}}) { affected } }";
        assert_eq!(app.data(&user, all, json!({"t": [hot, cold]})).await["updateContacts"]["affected"], 2);
        let tagged = "{ contacts(filter: {tags: {hasAll: [\"hot\", \"cold\"]}}) { totalCount } }";
        assert_eq!(app.data(&user, tagged, json!({})).await["contacts"]["totalCount"], 2);
    }
}
