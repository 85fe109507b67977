//! Who is told why it may do something with a record.

use crate::support::{App, Asking, Who, backends};
use serde_json::{Value, json};

const EXPLAIN: &str = "query($id: ID!, $action: Action!, $field: String, $user: ID) {
    explainAccess(id: $id, action: $action, field: $field, user: $user) {
        allowed message action role module level within readable
        reasons { ground field message } rule { file line key } field { name allowed level rule { key } } } }";

async fn explain(asking: &Asking<'_>, variables: Value) -> Value {
    asking.data(EXPLAIN, variables).await["explainAccess"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rule_is_named_and_why_a_record_is_within_its_level() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let (ada, bob) = (app.colleague(&user, "ada.lovelace").await, app.colleague(&user, "bob.dylan").await);
        let boss = "manager_id = (SELECT id FROM users WHERE email LIKE 'ada.%' AND org = (SELECT org FROM users WHERE email = 'admin@acme.example'))";
        app.set_user(&bob, boss).await;
        let (admin, ada, bob) = (Who::of(&user, "admin"), Who::of(&ada, "sales_rep"), Who::of(&bob, "sales_rep"));
        let [admin, ada, bob] = [&admin, &ada, &bob].map(|who| Asking::new(&app, user.org, who));
        let lead = "mutation { createLead(input: {lastName: \"Berg\"}) { id } }";
        let id = bob.data(lead, json!({})).await["createLead"]["id"].clone();
        let mine = explain(&bob, json!({"id": id, "action": "UPDATE"})).await;
        assert_eq!((&mine["allowed"], &mine["level"], &mine["within"]), (&json!(true), &json!("OWN"), &json!(true)));
        assert_eq!(mine["reasons"], json!([{"ground": "PERSON", "field": "owner", "message": "`owner` is the user."}]));
        assert_eq!((&mine["role"], &mine["module"]), (&json!("sales_rep"), &json!("Lead")));
        assert_eq!(
            (&mine["rule"]["key"], &mine["rule"]["file"]),
            (&json!("Lead.access.sales_rep"), &json!("core/modules/lead.yaml"))
        );
        let yaml = std::fs::read_to_string(crate::support::repository().join("config/packages/core/modules/lead.yaml"))
            .unwrap();
        let line = usize::try_from(mine["rule"]["line"].as_u64().unwrap()).unwrap();
        assert!(yaml.lines().nth(line - 1).unwrap().trim().starts_with("sales_rep:"), "{line}");
        // Ada leads Bob: she sees the lead, and may not change it.
        let theirs = explain(&ada, json!({"id": id, "action": "READ"})).await;
        assert_eq!((&theirs["allowed"], &theirs["reasons"][0]["ground"]), (&json!(true), &json!("COLLEAGUE")));
        let theirs = explain(&ada, json!({"id": id, "action": "UPDATE"})).await;
        assert_eq!(
            (&theirs["allowed"], &theirs["within"], &theirs["readable"]),
            (&json!(false), &json!(false), &json!(true))
        );
        assert_eq!(
            theirs["message"],
            "The role sales_rep may update records of Lead at the level own; this one is not within it."
        );
        // A lead of Ada's is not there for Bob, nor is any other; only administrators are told of it.
        let hers = ada.data(lead, json!({})).await["createLead"]["id"].clone();
        for unknown in [&hers, &json!(uuid::Uuid::now_v7())] {
            let answer = bob.ask(EXPLAIN, json!({"id": unknown, "action": "READ"})).await;
            assert_eq!(answer["errors"][0]["message"], "There is no record with this id.");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
        }
        let other = json!({"id": hers, "action": "READ", "user": bob.who.id});
        assert_eq!(ada.code(EXPLAIN, other.clone()).await.as_deref(), Some("FORBIDDEN"));
        let told = explain(&admin, other).await;
        assert_eq!(
            (&told["allowed"], &told["readable"], &told["role"]),
            (&json!(false), &json!(false), &json!("sales_rep"))
        );
        assert_eq!(told["message"], "The role sales_rep may not read this record of Lead, and so it is not there.");
        let all = explain(&admin, json!({"id": hers, "action": "DELETE"})).await;
        assert_eq!((&all["allowed"], &all["level"], &all["reasons"]), (&json!(true), &json!("ALL"), &json!([])));
        // Another organisation's administrator knows nothing.
        let stranger = app.user("umbrella").await;
        let who = Who::of(&stranger, "admin");
        let stranger = Asking::new(&app, stranger.org, &who);
        assert_eq!(stranger.code(EXPLAIN, json!({"id": hers, "action": "READ"})).await.as_deref(), Some("NOT_FOUND"));
        // An API key's scope is part of the answer, and an administrator's key with one is told no more than others.
        let key = Asking::new(&app, user.org, bob.who).by_key(json!([{"actions": ["READ"]}]));
        let told = explain(&key, json!({"id": id, "action": "UPDATE"})).await;
        assert_eq!((&told["allowed"], &told["level"]), (&json!(false), &json!("NONE")));
        assert_eq!(told["message"], "The scope of the API key leaves out: update Lead.");
        let key = Asking::new(&app, user.org, admin.who).by_key(json!([{"module": "Account", "actions": ["READ"]}]));
        assert_eq!(key.code(EXPLAIN, json!({"id": id, "action": "READ"})).await.as_deref(), Some("NOT_FOUND"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_have_rules_of_their_own() {
    for backend in backends() {
        let app = App::with_packages(backend, &["config/packages", "tests/packages"]).await;
        let user = app.user("acme").await;
        let loan = "mutation { createLoan(input: {name: \"Drill\"}) { id } }";
        let id = app.data(&user, loan, json!({})).await["createLoan"]["id"].clone();
        for (role, allowed) in [("admin", true), ("super_admin", false)] {
            let who = Who::of(&user, role);
            let asking = Asking::new(&app, user.org, &who);
            for action in ["READ", "UPDATE"] {
                let told = explain(&asking, json!({"id": id, "action": action, "field": "deposit"})).await;
                let rule = if allowed { json!({"key": "Loan.deposit.access.admin"}) } else { json!(null) };
                assert_eq!(
                    told["field"],
                    json!({"name": "deposit", "allowed": allowed, "level": if allowed { "ALL" } else { "NONE" }, "rule": rule}),
                    "{told}"
                );
                assert_eq!(told["allowed"], allowed, "{told}");
            }
            let free = explain(&asking, json!({"id": id, "action": "READ", "field": "name"})).await;
            assert_eq!((&free["field"]["allowed"], &free["field"]["rule"]), (&json!(true), &json!(null)));
            let unknown = json!({"id": id, "action": "READ", "field": "nothing"});
            assert_eq!(asking.code(EXPLAIN, unknown).await.as_deref(), Some("BAD_USER_INPUT"));
            // Nobody wrote who may do what with loans.
            assert_eq!(free["rule"], json!({"file": null, "line": null, "key": format!("Loan.access.{role}")}));
        }
    }
}
