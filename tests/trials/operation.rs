//! Operations: some root fields that are done together or not at all.

use crate::support::{App, User};
use serde_json::{Map, Value, json};

/// What a root field does to records of a module.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Create(Value),
    CreateMany(Vec<Value>),
    Update { id: String, input: Value, expected: Option<i64> },
    UpdateWhere { filter: Value, input: Value },
    Upsert { input: Value, key: &'static str },
    Delete { id: String, expected: Option<i64> },
    Restore { id: String },
    Purge { id: String },
}

/// A root field.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// Module name.
    pub(super) module: &'static str,
    pub(super) act: Act,
}

/// Root fields of one operation.
#[derive(Debug)]
pub(super) struct Operation {
    /// A text that stands in what it writes and nowhere else.
    pub(super) mark: String,
    pub(super) steps: Vec<Step>,
    /// Whether it is only to be tried.
    pub(super) dry: bool,
}

/// A record as a root field left it.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) module: &'static str,
    pub(super) act: Done,
    pub(super) id: String,
    /// None for what is purged.
    pub(super) version: Option<i64>,
    /// Of quotes and invoices.
    pub(super) number: Option<String>,
}

/// What was done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Created,
    Updated,
    /// Created or updated.
    Upserted,
    Deleted,
    Restored,
    Purged,
}

/// An operation that was done.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) mark: String,
    pub(super) written: Vec<Written>,
}

/// How an operation ended.
#[derive(Debug)]
pub(super) enum Outcome {
    Accepted(Vec<Written>),
    /// With the code of the error.
    Refused(String),
}

/// Codes of errors that a writer among others has to expect.
const EXPECTED: [&str; 4] = ["CONFLICT", "NOT_FOUND", "VALIDATION_FAILED", "UNIQUE_VIOLATION"];

impl Operation {
    /// Sends it.
    pub(super) async fn send(&self, app: &App, user: &User) -> Outcome {
        let (document, variables) = self.document();
        let answer = app.ask(user, &document, Value::Object(variables.clone())).await;
        if let Some(error) = answer["errors"].get(0) {
            let code = error["extensions"]["code"].as_str().unwrap_or("none");
            assert!(EXPECTED.contains(&code), "{document}\n{}\n{answer}", Value::Object(variables));
            assert_eq!(answer["data"], Value::Null, "{document}\n{answer}");
            return Outcome::Refused(code.to_owned());
        }
        if self.dry {
            return Outcome::Refused("dry run".to_owned());
        }
        let steps = self.steps.iter().enumerate();
        Outcome::Accepted(steps.flat_map(|(n, step)| step.written(&answer["data"][format!("f{n}")])).collect())
    }

    fn document(&self) -> (String, Map<String, Value>) {
        let (mut declared, mut fields, mut variables) = (String::new(), String::new(), Map::new());
        for (n, step) in self.steps.iter().enumerate() {
            let (name, arguments) = step.call();
            let mut given = String::new();
            for (argument, ty, value) in arguments {
                declared.push_str(&format!("$v{}: {ty} ", variables.len()));
                given.push_str(&format!("{argument}: $v{} ", variables.len()));
                variables.insert(format!("v{}", variables.len()), value);
            }
            fields.push_str(&format!("f{n}: {name}({given}) {}\n", step.selection()));
        }
        let dry = if self.dry { "@dryRun " } else { "" };
        (format!("mutation({declared}) {dry}{{\n{fields}}}"), variables)
    }
}

impl Step {
    /// The root field's name, and its arguments with their types and values.
    fn call(&self) -> (String, Vec<(&'static str, String, Value)>) {
        let module = self.module;
        let id = |id: &String| ("id", "ID!".to_owned(), json!(id));
        let version = |version: &Option<i64>| ("expectedVersion", "Int".to_owned(), json!(version));
        let creation = || format!("{module}CreateInput!");
        let update = |input: &Value| ("input", format!("{module}UpdateInput!"), input.clone());
        match &self.act {
            Act::Create(input) => (format!("create{module}"), vec![("input", creation(), input.clone())]),
            Act::CreateMany(inputs) => {
                (format!("create{}", plural(module)), vec![("inputs", format!("[{}]!", creation()), json!(inputs))])
            }
            Act::Update { id: which, input, expected } => {
                (format!("update{module}"), vec![id(which), update(input), version(expected)])
            }
            Act::UpdateWhere { filter, input } => {
                let filter = ("filter", format!("{module}Filter!"), filter.clone());
                (format!("update{}", plural(module)), vec![filter, update(input)])
            }
            Act::Upsert { input, key } => {
                let keys = ("matchOn", format!("[{module}UniqueKey!]"), json!([key]));
                (format!("upsert{module}"), vec![("input", creation(), input.clone()), keys])
            }
            Act::Delete { id: which, expected } => (format!("delete{module}"), vec![id(which), version(expected)]),
            Act::Restore { id: which } => (format!("restore{module}"), vec![id(which)]),
            Act::Purge { id: which } => (format!("purge{module}"), vec![id(which)]),
        }
    }

    fn selection(&self) -> &'static str {
        match (&self.act, self.module) {
            (Act::Purge { .. }, _) => "",
            (Act::UpdateWhere { .. }, _) => "{ affected }",
            // The lines that came with it are written too.
            (_, "Quote") => "{ id version number: quoteNumber lineItems(first: 100) { nodes { id version } } }",
            (_, "Invoice") => "{ id version number: invoiceNumber lineItems(first: 100) { nodes { id version } } }",
            _ => "{ id version }",
        }
    }

    /// The records that an answer names.
    fn written(&self, answer: &Value) -> Vec<Written> {
        let done = match &self.act {
            Act::Create(_) | Act::CreateMany(_) => Done::Created,
            Act::Update { .. } => Done::Updated,
            Act::Upsert { .. } => Done::Upserted,
            Act::Delete { .. } => Done::Deleted,
            Act::Restore { .. } => Done::Restored,
            Act::Purge { .. } => Done::Purged,
            Act::UpdateWhere { .. } => return Vec::new(),
        };
        let record = |module: &'static str, act: Done, record: &Value| Written {
            module,
            act,
            id: record["id"].as_str().or(record.as_str()).unwrap_or_else(|| panic!("{self:?}: {answer}")).to_owned(),
            version: record["version"].as_i64(),
            number: record["number"].as_str().map(str::to_owned),
        };
        let mut written = Vec::new();
        for one in answer.as_array().map_or(std::slice::from_ref(answer), Vec::as_slice) {
            written.push(record(self.module, done, one));
            if done == Done::Created {
                let lines = one["lineItems"]["nodes"].as_array().into_iter().flatten();
                written.extend(lines.map(|line| record(line_of(self.module), done, line)));
            }
        }
        written
    }
}

/// The module of a module's lines.
pub(super) fn line_of(module: &str) -> &'static str {
    if module == "Quote" { "QuoteLineItem" } else { "InvoiceLineItem" }
}

/// The name of many.
fn plural(module: &str) -> String {
    match module.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{module}s"),
    }
}
