//! Changes of many records by one root field.

use crate::support::{App, Backend, backends};
use serde_json::{Value, json};

const CREATE: &str = "mutation($i: [TagCreateInput!]!) { createTags(inputs: $i) { id name color } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_created_in_the_order_of_their_inputs() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let inputs: Vec<_> = (0..1_500).map(|n| json!({"name": format!("tag {}", (n * 7) % 1_500)})).collect();
        let created = app.data(&user, CREATE, json!({"i": inputs})).await["createTags"].clone();
        let names = |list: &Value| list.as_array().unwrap().iter().map(|t| t["name"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&created), names(&json!(inputs)), "{backend:?}");
        assert_eq!(app.data(&user, CREATE, json!({"i": []})).await["createTags"], json!([]));
        let one = app.data(&user, CREATE, json!({"i": {"name": "alone"}})).await["createTags"].clone();
        assert_eq!(one[0]["name"], "alone");
        let literal = "mutation($n: String!) { createTags(inputs: [{name: $n}, {name: \"two\", color: \"#112233\"}]) { name color } }";
        let literal = app.data(&user, literal, json!({"n": "one"})).await["createTags"].clone();
        assert_eq!(literal, json!([{"name": "one", "color": null}, {"name": "two", "color": "#112233"}]));
    }
}

/// All or none, each with its place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn violations_name_the_input_that_they_are_in() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let answer = app.ask(&user, CREATE, json!({"i": [{"name": "fine"}, {"name": "x", "color": "red"}]})).await;
        assert_eq!(answer["data"], Value::Null);
        let violation = &answer["errors"][0]["extensions"]["violations"][0];
        assert_eq!(violation["path"], json!(["inputs", 1, "color"]), "{backend:?} {answer}");
        assert_eq!(app.data(&user, "{ tags { totalCount } }", json!({})).await["tags"]["totalCount"], 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_says_which_records_change() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (user, other) = (app.user("acme").await, app.user("umbrella").await);
        let inputs: Vec<_> = (0..30).map(|n| json!({"name": format!("tag {n:02}")})).collect();
        let created = app.data(&user, CREATE, json!({"i": inputs})).await["createTags"].clone();
        app.data(&other, CREATE, json!({"i": inputs})).await;
        let update = "mutation($f: TagFilter!, $c: HexColorCode) { updateTags(filter: $f, input: {color: $c}) { n: affected __typename ids } }";
        let some = json!({"f": {"name": {"in": ["tag 03", "tag 07", "tag 99"]}}, "c": "#abcdef"});
        let changed = app.data(&user, update, some).await["updateTags"].clone();
        let ids = json!([created[3]["id"], created[7]["id"]]);
        assert_eq!(changed, json!({"n": 2, "__typename": "BulkResult", "ids": ids}), "{backend:?}");
        let colored = "{ tags(filter: {color: {eq: \"#abcdef\"}}) { nodes { name } } }";
        let found = app.data(&user, colored, json!({})).await["tags"]["nodes"].clone();
        assert_eq!(found, json!([{"name": "tag 03"}, {"name": "tag 07"}]));
        assert_eq!(app.data(&other, colored, json!({})).await["tags"]["nodes"], json!([]));

        let delete = "mutation($f: TagFilter!) { deleteTags(filter: $f) { affected } }";
        let few = json!({"f": {"or": [{"name": {"startsWith": "tag 0"}}, {"color": {"isNull": false}}]}});
        assert_eq!(app.data(&user, delete, few.clone()).await["deleteTags"]["affected"], 10);
        // What is deleted is found no more, neither by a change nor by another end.
        assert_eq!(app.data(&user, delete, few).await["deleteTags"]["affected"], 0);
        assert_eq!(app.data(&user, update, json!({"f": {}, "c": null})).await["updateTags"]["n"], 20);
        let count = "{ tags { totalCount } }";
        assert_eq!(app.data(&user, count, json!({})).await["tags"]["totalCount"], 20);
        assert_eq!(app.data(&other, count, json!({})).await["tags"]["totalCount"], 30);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_operation_writes_only_so_many_records() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let inputs: Vec<_> = (0..10_001).map(|n| json!({"name": format!("tag {n}")})).collect();
    let answer = app.ask(&user, CREATE, json!({"i": inputs})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "COST_LIMIT_EXCEEDED");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("10000 records"), "{answer}");
}

/// However many records a variable holds, the statement that reads them is compiled once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_plan_serves_lists_of_every_length() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let mut answers = Vec::new();
    for inputs in [json!([]), json!([{"name": "a"}]), json!([{"name": "b", "color": "#112233"}, {"name": "c"}])] {
        answers.push(
            app.traced(&user, CREATE, json!({"i": inputs})).await["extensions"]["trace"]["plan"]["cached"].clone(),
        );
    }
    assert_eq!(answers, [json!(false), json!(true), json!(true)]);
}
