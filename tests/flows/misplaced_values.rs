//! Literals and variables where they do not belong: refused before anything is executed, never ignored.

use crate::support::{App, Backend, User};
use serde_json::{Value, json};

/// The message of a request error; the data of an answer without one.
async fn outcome(app: &App, user: &User, query: &str, variables: Value) -> Result<Value, String> {
    let answer = app.ask(user, query, variables).await;
    match answer["errors"][0]["message"].as_str() {
        Some(message) => {
            assert_eq!(answer.get("data"), None, "{query}: {answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{query}");
            Err(message.to_owned())
        }
        None => Ok(answer["data"].clone()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn literals_must_be_of_the_type_of_their_place() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let cases = [
        ("filter: 5", "expected an object of type AccountFilter, found 5."),
        ("filter: []", "expected an object of type AccountFilter, found []."),
        ("filter: {name: \"Acme\"}", "\"filter.name\": expected an object of type StringFilter, found \"Acme\"."),
        (
            "filter: {accountType: {eq: \"CUSTOMER\"}}",
            "\"CUSTOMER\" is not of type AccountAccountType; its values have no quotes.",
        ),
        ("deleted: \"ONLY\"", "its values have no quotes."),
        ("orderBy: [{name: \"ASC\"}]", "its values have no quotes."),
        (
            "filter: {name: {eq: $text}, nmae: {eq: $text}}",
            "field \"nmae\" is not defined by type AccountFilter. Did you mean \"name\"?",
        ),
        ("filter: {name: {eq: $text, isNull: \"yes\"}}", "\"filter.name.isNull\": \"yes\" is not of type Boolean."),
        (
            "filter: {name: {eq: $text}, accountType: {eq: NOPE}}",
            "\"NOPE\" is none of the values of AccountAccountType: PROSPECT",
        ),
        ("filter: {name: {eq: $text}, city: {eq: Berlin}}", "Berlin is not of type String; texts are quoted."),
        ("filter: {or: [{name: {eq: $text}}, null]}", "\"AccountFilter!\" must not be null."),
    ];
    for (arguments, expected) in cases {
        let query = format!("query($text: String) {{ accounts({arguments}, search: $text) {{ totalCount }} }}");
        let message = outcome(&app, &user, &query, json!({})).await.expect_err(arguments);
        assert!(message.contains(expected), "{arguments}: {message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn variables_must_be_of_the_type_of_their_place() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let refused = [
        ("$v: Boolean", "first: $v", "\"Boolean\" cannot be used where \"Int\" belongs."),
        ("$v: ContactFilter", "filter: $v", "\"ContactFilter\" cannot be used where \"AccountFilter\" belongs."),
        ("$v: String", "filter: {name: {in: $v}}", "\"String\" cannot be used where \"[String!]\" belongs."),
        ("$v: [String]", "filter: {name: {in: $v}}", "\"[String]\" cannot be used where \"[String!]\" belongs."),
        ("$v: String", "filter: {name: {in: [\"a\", $v]}}", "\"String\" cannot be used where \"String!\" belongs."),
        (
            "$v: OrderDirection",
            "orderBy: [{name: $v}]",
            "\"OrderDirection\" cannot be used where \"OrderDirection!\" belongs.",
        ),
    ];
    for (definition, arguments, expected) in refused {
        let query =
            format!("query({definition}) {{ ...F }} fragment F on Query {{ accounts({arguments}) {{ totalCount }} }}");
        let message = outcome(&app, &user, &query, json!({})).await.expect_err(arguments);
        assert!(message.contains(expected), "{definition} {arguments}: {message}");
    }
    for (query, expected) in [
        ("query($id: ID) { account(id: $id) { id } }", "\"ID\" cannot be used where \"ID!\" belongs."),
        ("query($id: String!) { account(id: $id) { id } }", "\"String!\" cannot be used where \"ID!\" belongs."),
        ("query($no: Boolean) { me { id @skip(if: $no) } }", "\"Boolean\" cannot be used where \"Boolean!\" belongs."),
    ] {
        let message = outcome(&app, &user, query, json!({"id": "x"})).await.expect_err(query);
        assert!(message.contains(expected), "{query}: {message}");
    }
    let accepted = [
        ("$v: [String!]!", "filter: {name: {in: $v}}", json!({"v": ["a"]})),
        ("$v: String = \"a\"", "filter: {name: {in: [$v]}}", json!({})),
        ("$v: [AccountFilter!]", "filter: {or: $v}", json!({})),
        ("$v: OrderDirection = ASC", "orderBy: [{name: $v}]", json!({})),
        ("$v: Boolean = true", "filter: {name: {isNull: $v}}", json!({})),
    ];
    for (definition, arguments, variables) in accepted {
        let query = format!("query({definition}) {{ accounts({arguments}) {{ nodes {{ id }} }} }}");
        assert_eq!(outcome(&app, &user, &query, variables).await, Ok(json!({"accounts": {"nodes": []}})), "{query}");
    }
}
