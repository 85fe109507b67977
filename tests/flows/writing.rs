//! Create, update, delete: values, rules, versions, all or nothing.

use crate::support::{App, Backend, backends};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_created_changed_and_deleted() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation($i: AccountCreateInput!) { createAccount(input: $i) {
            id name annualRevenue foundedYear website companySize createdAt version owner { email } createdBy { id } deletedAt } }";
        let input = json!({"name": "Müller & Söhne", "annualRevenue": "1250000.5", "foundedYear": 1901,
            "website": "https://mueller.example/", "companySize": "_11_50"});
        let created = app.data(&user, create, json!({"i": input})).await["createAccount"].clone();
        assert_eq!(created["annualRevenue"], "1250000.50", "{backend:?}");
        assert_eq!(created["companySize"], "_11_50");
        assert_eq!(created["version"], 1);
        assert_eq!(created["owner"]["email"], "admin@acme.example");
        assert_eq!(created["createdBy"]["id"], json!(user.id));

        let update = "mutation($id: ID!, $i: AccountUpdateInput!, $v: Int) { updateAccount(id: $id, input: $i, expectedVersion: $v) {
            name website foundedYear version } }";
        let change = json!({"id": created["id"], "v": 1, "i": {"website": null, "name": "Müller"}});
        let changed = app.data(&user, update, change.clone()).await["updateAccount"].clone();
        assert_eq!(changed, json!({"name": "Müller", "website": null, "foundedYear": 1901, "version": 2}));
        assert_eq!(app.code(&user, update, change).await, "CONFLICT");

        let delete = "mutation($id: ID!) { deleteAccount(id: $id) { name deletedAt } }";
        let deleted = app.data(&user, delete, json!({"id": created["id"]})).await["deleteAccount"].clone();
        assert!(deleted["deletedAt"].is_string());
        let one = "query($id: ID!) { account(id: $id) { name } }";
        assert_eq!(app.code(&user, one, json!({"id": created["id"]})).await, "NOT_FOUND");
        assert_eq!(app.code(&user, delete, json!({"id": created["id"]})).await, "NOT_FOUND");
        let only = app.data(&user, "{ accounts(deleted: ONLY) { nodes { name } } }", json!({})).await;
        assert_eq!(only["accounts"]["nodes"], json!([{"name": "Müller"}]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_broken_rules_are_named_at_once() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }";
        let input = json!({"name": "  ", "website": "nonsense", "country": "XX", "healthScore": 101, "linkedinUrl": "x",
            "phone": "call me", "description": "fine", "ownerId": uuid::Uuid::now_v7()});
        let answer = app.ask(&user, create, json!({"i": input})).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "VALIDATION_FAILED");
        let broken: Vec<(String, String)> = error["extensions"]["violations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| (v["path"][1].as_str().unwrap().to_owned(), v["rule"].as_str().unwrap().to_owned()))
            .collect();
        let expected = [
            ("name", "required"),
            ("website", "url"),
            ("phone", "phone"),
            ("healthScore", "max"),
            ("linkedinUrl", "url"),
            ("country", "country"),
            ("ownerId", "exists"),
        ];
        for (field, rule) in expected {
            assert!(broken.contains(&(field.to_owned(), rule.to_owned())), "{field} {rule} is not in {broken:?}");
        }
        assert_eq!(broken.len(), expected.len(), "{broken:?}");
        assert_eq!(answer["data"], Value::Null);
    }
}

/// Whether it is written into the document, with variables or without, or is a variable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_that_cannot_be_read_breaks_a_rule_like_any_other() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let given = json!({"name": "x", "annualRevenue": "1.234", "website": "nonsense"});
        let variable = "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }";
        let literal =
            r#"mutation { createAccount(input: {name: "x", annualRevenue: "1.234", website: "nonsense"}) { id } }"#;
        let mixed = r#"mutation($r: Decimal, $n: String, $p: ID) {
            createAccount(input: {name: "x", annualRevenue: $r, description: $n, parentId: $p, website: "nonsense"}) { id } }"#;
        for (query, variables) in
            [(variable, json!({"i": given})), (literal, json!({})), (mixed, json!({"r": "1.234", "n": null}))]
        {
            let answer = app.ask(&user, query, variables).await;
            let extensions = &answer["errors"][0]["extensions"];
            assert_eq!(extensions["code"], "VALIDATION_FAILED", "{answer}");
            let violations = extensions["violations"].as_array().unwrap();
            assert_eq!(violations.len(), 2, "{answer}");
            let decimal = violations.iter().find(|v| v["rule"] == "decimal").unwrap();
            assert_eq!(decimal["path"], json!(["input", "annualRevenue"]));
            assert_eq!(decimal["message"], "Annual revenue: \"1.234\" has more than 2 digits behind the point.");
        }
        let several = json!({"i": {"subject": "x", "dueAt": "yesterday", "ownerId": "nobody"}});
        let create = "mutation($i: ActivityCreateInput!) { createActivity(input: $i) { id } }";
        let answer = app.ask(&user, create, several).await;
        let mut rules: Vec<_> = answer["errors"][0]["extensions"]["violations"]
            .as_array()
            .unwrap_or(&Vec::new())
            .iter()
            .map(|v| format!("{} {}", v["path"][1], v["rule"]))
            .collect();
        rules.sort();
        assert_eq!(rules, ["\"dueAt\" \"datetime\"", "\"ownerId\" \"uuid\""], "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_mutation_is_one_transaction() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let two =
            "mutation { a: createTag(input: {name: \"hot\"}) { id } b: createTag(input: {name: \"hot\"}) { id } }";
        let answer = app.ask(&user, two, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNIQUE_VIOLATION", "{backend:?} {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["fields"], json!(["name"]));
        assert_eq!(answer["errors"][0]["path"], json!(["b"]));
        assert_eq!(answer["data"], Value::Null);
        let tags = app.data(&user, "{ tags { totalCount } }", json!({})).await;
        assert_eq!(tags["tags"]["totalCount"], 0, "{backend:?}");
        // A deleted record does not block its value.
        let create = "mutation { createTag(input: {name: \"hot\"}) { id } }";
        let id = app.data(&user, create, json!({})).await["createTag"]["id"].clone();
        app.data(&user, "mutation($id: ID!) { deleteTag(id: $id) { id } }", json!({"id": id})).await;
        app.data(&user, create, json!({})).await;
    }
}

/// A third of the writers takes a number and then breaks a rule: what was taken is given back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_consecutive_under_concurrent_writers() {
    const KEPT: &str = "mutation { createQuote(input: {subject: \"x\"}) { quoteNumber } }";
    const ROLLED_BACK: &str =
        "mutation { a: createQuote(input: {subject: \"y\"}) { id } b: createQuote(input: {subject: \"\"}) { id } }";
    for backend in backends() {
        let app = std::sync::Arc::new(App::with_connections(backend, 32).await);
        let user = app.user("acme").await;
        for round in 0..2 {
            let writers = (0..48).map(|n| {
                let (app, user) = (app.clone(), user.clone());
                tokio::spawn(async move {
                    if n % 3 == 1 {
                        assert_eq!(app.code(&user, ROLLED_BACK, json!({})).await, "VALIDATION_FAILED");
                        return None;
                    }
                    let number = app.data(&user, KEPT, json!({})).await["createQuote"]["quoteNumber"].take();
                    Some(number.as_str().unwrap().to_owned())
                })
            });
            let mut numbers = Vec::new();
            for writer in writers.collect::<Vec<_>>() {
                numbers.extend(writer.await.unwrap());
            }
            assert_eq!(numbers.len(), 32);
            numbers.sort();
            for (n, number) in numbers.iter().enumerate() {
                assert!(number.ends_with(&format!("-{:04}", round * 32 + n + 1)), "{backend:?} {numbers:?}");
            }
        }
        let all = app.data(&user, "{ quotes(deleted: INCLUDE) { totalCount } }", json!({})).await;
        assert_eq!(all["quotes"]["totalCount"], 64, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_that_cannot_be_read_are_refused_before_anything_is_done() {
    for backend in [Backend::Sqlite] {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let cases = [
            ("{ account(id: \"42\") { id } }", json!({}), "UUIDs"),
            (
                "query($d: Date!) { opportunities(filter: {expectedCloseDate: {lt: $d}}) { nodes { id } } }",
                json!({"d": "2026-02-30"}),
                "day",
            ),
            ("query($n: Int!) { accounts(first: $n) { nodes { id } } }", json!({"n": 4_294_967_296_u64}), "32 bits"),
            ("query($n: Int!) { accounts(first: $n) { nodes { id } } }", json!({}), "not provided"),
            (
                "mutation($i: AccountCreateInput!) { createAccount(input: $i) { id } }",
                json!({"i": {"nmae": "x"}}),
                "Did you mean",
            ),
            ("{ accounts(filter: {foundedYear: {gt: null}}) { nodes { id } } }", json!({}), "isNull"),
        ];
        for (query, variables, expected) in cases {
            let answer = app.ask(&user, query, variables).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
            assert!(error["message"].as_str().unwrap().contains(expected), "{expected}: {answer}");
        }
    }
}
