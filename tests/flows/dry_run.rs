//! `@dryRun`: a mutation answers as if it had happened, and has not.

use crate::support::{App, Backend, backends};
use serde_json::{Value, json};

const CREATE: &str = "mutation($n: String!) @dryRun { createTag(input: {name: $n}) { name version } tags: deleteTags(filter: {}) { affected } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_leaves_nothing() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        for _ in 0..2 {
            let answer = app.data(&user, CREATE, json!({"n": "hot"})).await;
            assert_eq!(answer["createTag"]["name"], "hot", "{backend:?}");
            assert_eq!(answer["tags"]["affected"], 1);
        }
        assert_eq!(
            app.data(&user, "{ tags(deleted: INCLUDE) { totalCount } }", json!({})).await["tags"]["totalCount"],
            0
        );
        assert_eq!(app.code(&user, CREATE, json!({"n": ""})).await, "VALIDATION_FAILED");
        // The numbers of documents have no gap where one was tried.
        let quote =
            |how: &str| format!("mutation {how} {{ createQuote(input: {{subject: \"x\"}}) {{ quoteNumber }} }}");
        let tried = app.data(&user, &quote("@dryRun"), json!({})).await;
        assert_eq!(app.data(&user, &quote(""), json!({})).await, tried);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_mutations_are_tried() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    for (wrong, expected) in [
        ("query @dryRun { me { id } }", "mutations only"),
        ("mutation @dryRun(if: true) { deleteTags(filter: {}) { affected } }", "no arguments"),
        ("mutation @dryRun @dryRun { deleteTags(filter: {}) { affected } }", "once"),
        ("mutation { deleteTags(filter: {}) @dryRun { affected } }", "Unknown directive"),
        ("mutation @dryrun { deleteTags(filter: {}) { affected } }", "Unknown directive"),
    ] {
        let answer = app.ask(&user, wrong, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains(expected), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn introspection_knows_it() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let query = "{ s: __schema { d: directives { ...D } } } \
        fragment D on __Directive { n: name locations args { name } isRepeatable __typename description @skip(if: true) }";
    let directives = app.data(&user, query, json!({})).await["s"]["d"].clone();
    let found = directives.as_array().unwrap().iter().find(|d| d["n"] == "dryRun").unwrap();
    let expected = json!({"n": "dryRun", "locations": ["MUTATION"], "args": [], "isRepeatable": false, "__typename": "__Directive"});
    assert_eq!(*found, expected);
    assert_eq!(
        app.data(&user, "{ __schema { queryType { name } } }", json!({})).await["__schema"],
        json!({"queryType": {"name": "Query"}})
    );
    let none =
        app.data(&user, "{ __schema { queryType { name } directives @include(if: false) { name } } }", json!({})).await;
    assert_eq!(none["__schema"]["directives"], Value::Null);
}
