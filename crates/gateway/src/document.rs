//! Documents: parsed, checked and validated once per text.

use crate::{
    cost, dry_run,
    error::{Error, told},
    limits::{self, Limits},
    overlap,
    scan::{self, LONGEST_NAME, MOST_BRACKETS},
    schema::{dynamic::ValidateOnly, model::TypeTable},
    suggest, survey, values,
};
use async_graphql::{
    Name, Positioned, Request,
    dynamic::Schema,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet},
    },
};
use async_graphql_value::Value;
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// A valid document.
pub struct Document {
    /// Another for each, in the keys of its plans.
    pub number: u64,
    /// The text.
    pub text: Arc<str>,
    /// The parsed text.
    pub parsed: ExecutableDocument,
    /// How long it took to parse, and to measure and validate.
    pub times: (Duration, Duration),
    /// Variables whose value is part of the SQL: sizes of pages, cursors and modules.
    structural: HashSet<Name>,
}

static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl Document {
    /// Parses and validates.
    ///
    /// # Errors
    /// Every error of the document, as the GraphQL specification words them.
    pub async fn prepare(schema: &Schema, types: &TypeTable, most: &Limits, text: &str) -> Result<Self, Vec<Error>> {
        check_text(text, most).map_err(|error| vec![error])?;
        let started = Instant::now();
        let parsed = parse_query(text).map_err(|error| {
            let positions: Vec<_> = error.positions().collect();
            let mut converted = Error::input(format!("Syntax error: {}", message(&error)));
            converted.locations = positions.into_iter().map(Into::into).collect();
            vec![converted]
        })?;
        let parsing = started.elapsed();
        cost::check(&parsed, most).map_err(|error| vec![error])?;
        survey::check(types, &parsed).map_err(|error| vec![error])?;
        let mut apart = parsed.clone();
        dry_run::take(&mut apart).map_err(|error| vec![error])?;
        overlap::apart(&mut apart);
        validate(schema, text, apart).await.map_err(|errors| suggest::nearest(types, told(errors)))?;
        overlap::check(types, &parsed).map_err(|error| vec![error])?;
        values::check(types, &parsed).map_err(told)?;
        let structural = structural_variables(&parsed);
        let times = (parsing, started.elapsed() - parsing);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Ok(Self { number, text: text.into(), parsed, times, structural })
    }

    /// Whether the value of a variable is part of the SQL.
    #[must_use]
    pub fn is_structural(&self, variable: &Name) -> bool {
        self.structural.contains(variable)
    }

    /// The operation of this name, or the only one.
    ///
    /// # Errors
    /// When the name is missing or unknown.
    pub fn operation(&self, name: Option<&str>) -> Result<&Positioned<OperationDefinition>, Error> {
        match (&self.parsed.operations, name) {
            (DocumentOperations::Single(only), None) => Ok(only),
            (DocumentOperations::Single(_), Some(name)) => {
                Err(Error::input(format!("The document has no operation named \"{name}\".")))
            }
            (DocumentOperations::Multiple(all), Some(name)) => {
                all.get(name).ok_or_else(|| Error::input(format!("The document has no operation named \"{name}\".")))
            }
            (DocumentOperations::Multiple(all), None) => {
                let mut all = all.values();
                match (all.next(), all.next()) {
                    (Some(only), None) => Ok(only),
                    _ => Err(Error::input("The document has several operations: name one in `operationName`.")),
                }
            }
        }
    }
}

/// Refuses a text that would take too long to parse.
fn check_text(text: &str, most: &Limits) -> Result<(), Error> {
    let advice = "send values as variables, and ask in several requests";
    limits::check("documentBytes", text.len() as u64, most.document_bytes, advice)?;
    let found = scan::scan(text);
    limits::check("tokens", found.tokens, most.tokens, advice)?;
    if found.brackets > MOST_BRACKETS {
        let message = format!(
            "{} brackets are open at one place of the document; at most {MOST_BRACKETS} are allowed: send values as variables.",
            found.brackets
        );
        return Err(limits::exceeded("brackets", found.brackets, MOST_BRACKETS, message));
    }
    if found.name > LONGEST_NAME {
        let message = format!(
            "The longest name of the document has {} bytes; at most {LONGEST_NAME} are allowed: send values as variables.",
            found.name
        );
        return Err(limits::exceeded("name", found.name, LONGEST_NAME, message));
    }
    Ok(())
}

/// The parser's message without its drawing, which repeats the text.
fn message(error: &async_graphql::parser::Error) -> String {
    let text = error.to_string();
    let line = text.lines().rev().find_map(|line| line.trim().strip_prefix("= ")).unwrap_or(&text);
    line.to_owned()
}

async fn validate(schema: &Schema, text: &str, parsed: ExecutableDocument) -> Result<(), Vec<Error>> {
    let mut request = Request::new(text).data(ValidateOnly);
    if let DocumentOperations::Multiple(operations) = &parsed.operations
        && let Some(name) = operations.keys().next()
    {
        request = request.operation_name(name.as_str());
    }
    request.set_parsed_query(parsed);
    let response = schema.execute(request).await;
    if response.errors.is_empty() { Ok(()) } else { Err(response.errors.into_iter().map(Error::from).collect()) }
}

/// Variables that stand for the size or the start of a page, or for modules, anywhere in the document.
fn structural_variables(document: &ExecutableDocument) -> HashSet<Name> {
    let mut found = HashSet::new();
    for (_, operation) in document.operations.iter() {
        // Where a subscription goes on is no part of its SQL.
        let subscription = operation.node.ty == OperationType::Subscription;
        structural_in(&operation.node.selection_set.node, subscription, &mut found);
    }
    for fragment in document.fragments.values() {
        structural_in(&fragment.node.selection_set.node, false, &mut found);
    }
    found
}

fn structural_in(set: &SelectionSet, subscription: bool, found: &mut HashSet<Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                for (name, value) in &field.node.arguments {
                    let paging = matches!(name.node.as_str(), "first" | "last" | "before" | "offset")
                        || (name.node == "after" && !subscription)
                        || (field.node.name.node == "activityFeed" && name.node == "modules")
                        || (field.node.name.node == "module" && name.node == "name")
                        || (field.node.name.node == "search" && name.node == "in");
                    let values = match &value.node {
                        Value::List(items) => items.as_slice(),
                        single => std::slice::from_ref(single),
                    };
                    for value in values {
                        if let (true, Value::Variable(variable)) = (paging, value) {
                            found.insert(variable.clone());
                        }
                    }
                }
                structural_in(&field.node.selection_set.node, false, found);
            }
            Selection::InlineFragment(inline) => {
                structural_in(&inline.node.selection_set.node, subscription, found);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}
