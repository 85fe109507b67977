//! One document, asked of both.

use super::{
    generate::Case,
    oracle::{self, BadInput, Cursors, Expected, World},
};
use crate::support::App;
use apollo_compiler::{ExecutableDocument, ast::Document};
use serde_json::{Value as Json, json};

/// What came of the documents.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Compared, and the same.
    pub(super) same: usize,
    /// Of these, refused by both for their values.
    pub(super) refused: usize,
    /// Refused by both since they are not valid; the generator's aliases may clash.
    pub(super) invalid: usize,
    /// Too costly for the server.
    pub(super) costly: usize,
}

/// Two answers that should be one.
pub(super) struct Difference {
    pub(super) expected: String,
    pub(super) actual: String,
}

/// Asks both; gives their answers if they differ.
pub(super) async fn compare(
    app: &App,
    world: &World,
    cursors: &mut Cursors,
    case: &Case,
    tally: &mut Tally,
) -> Option<Difference> {
    let body = app.bytes(Some(&world.user), &case.document, Json::Object(case.variables.clone())).await;
    let actual: Json = serde_json::from_str(&body).unwrap_or_else(|e| panic!("{e}\n{}\n{body}", case.document));
    let codes: Vec<_> = errors(&actual).map(|error| &error["extensions"]["code"]).collect();
    let refused = actual.get("data").is_none() && codes.contains(&&json!("BAD_USER_INPUT"));
    if codes.contains(&&json!("COST_LIMIT_EXCEEDED")) {
        tally.costly += 1;
        return None;
    }
    if let Err(invalid) = ExecutableDocument::parse_and_validate(&world.schema, &case.document, "case.graphql") {
        tally.invalid += 1;
        return (!refused).then(|| Difference { expected: invalid.errors.to_string(), actual: body });
    }
    let document = Document::parse(&case.document, "case.graphql").unwrap();
    let same = |tally: &mut Tally| {
        tally.same += 1;
        None
    };
    match oracle::answer(world, cursors, &document, &case.variables) {
        Err(BadInput) if refused => {
            tally.refused += 1;
            same(tally)
        }
        Err(BadInput) => Some(Difference { expected: "a refusal with BAD_USER_INPUT".to_owned(), actual: body }),
        Ok(mut expected) => {
            oracle::learn(&mut expected.data, &actual["data"], &expected.positions, cursors);
            let (expected, actual) = (shown(&expected), comparable(&body, &actual));
            if expected == actual { same(tally) } else { Some(Difference { expected, actual }) }
        }
    }
}

fn errors(answer: &Json) -> impl Iterator<Item = &Json> {
    answer["errors"].as_array().into_iter().flatten()
}

/// The data, and of errors the path and the code.
fn shown(expected: &Expected) -> String {
    let errors: Vec<_> = expected.missing.iter().map(|key| json!({"path": [key], "code": "NOT_FOUND"})).collect();
    format!("{} {}", expected.data, json!(errors))
}

/// The same of an answer; the bytes of its data as they came.
fn comparable(body: &str, answer: &Json) -> String {
    let errors: Vec<_> =
        errors(answer).map(|error| json!({"path": error["path"], "code": error["extensions"]["code"]})).collect();
    let data = body.strip_prefix(r#"{"data":"#).and_then(|rest| match rest.find(r#","errors":[{"message""#) {
        Some(end) => Some(&rest[..end]),
        None => rest.strip_suffix('}'),
    });
    data.map_or_else(|| body.to_owned(), |data| format!("{data} {}", json!(errors)))
}
