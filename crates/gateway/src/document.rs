//! Documents: parsed, checked and validated once per text.

use crate::{
    error::{Code, Error},
    lower::Prepared,
    nesting,
    schema::dynamic::ValidateOnly,
};
use async_graphql::{
    Name, Positioned, Request,
    dynamic::Schema,
    parser::{
        parse_query,
        types::{
            DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
        },
    },
};
use async_graphql_value::Value;
use quick_cache::sync::Cache;
use std::{collections::HashMap, sync::Arc};

/// Bytes of a document's text.
const MAX_BYTES: usize = 200_000;
/// Fields within fields.
const MAX_DEPTH: u64 = 20;
/// Fields after all fragments are put in their places.
const MAX_FIELDS: u64 = 10_000;
/// Fields under the operation itself: each is a statement of its own.
const MAX_ROOT_FIELDS: u64 = 50;
/// Plans kept per document: one per operation, rights and shape of variables.
const PLANS: usize = 32;

/// A valid document and its plans.
pub struct Document {
    /// The parsed text.
    pub parsed: ExecutableDocument,
    /// Plans by operation and shape of variables.
    pub plans: Cache<Vec<u8>, Arc<Prepared>>,
    /// Variables whose value is part of the SQL: sizes of pages, cursors and modules.
    structural: Vec<Name>,
}

impl Document {
    /// Parses and validates.
    ///
    /// # Errors
    /// Every error of the document, as the GraphQL specification words them.
    pub async fn prepare(schema: &Schema, text: &str) -> Result<Self, Vec<Error>> {
        if text.len() > MAX_BYTES {
            return Err(vec![too_much(format!(
                "The document has {} bytes; at most {MAX_BYTES} are allowed.",
                text.len()
            ))]);
        }
        if nesting::is_too_deep(text) {
            return Err(vec![too_much(format!(
                "More than {} brackets are open at one place of the document.",
                nesting::MOST
            ))]);
        }
        let parsed = parse_query(text).map_err(|error| {
            let positions: Vec<_> = error.positions().collect();
            let mut converted = Error::input(format!("Syntax error: {}", message(&error)));
            converted.locations = positions.into_iter().map(Into::into).collect();
            vec![converted]
        })?;
        measure(&parsed).map_err(|error| vec![error])?;
        validate(schema, text, parsed.clone()).await?;
        let structural = structural_variables(&parsed);
        Ok(Self { parsed, plans: Cache::new(PLANS), structural })
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

fn too_much(message: String) -> Error {
    Error::new(Code::CostLimitExceeded, message)
}

/// Size of a selection with its fragments in place.
#[derive(Clone, Copy, Default)]
struct Size {
    fields: u64,
    depth: u64,
    /// Fields of the first level.
    width: u64,
}

/// Refuses what would be too large, before validation, whose time grows exponentially with fragments that use
/// fragments. Every fragment is measured once, so this is linear in the document.
fn measure(document: &ExecutableDocument) -> Result<(), Error> {
    let mut known = HashMap::new();
    for (_, operation) in document.operations.iter() {
        let set = &operation.node.selection_set.node;
        let size = measure_set(document, set, &mut known, &mut Vec::new())?;
        if size.fields > MAX_FIELDS {
            return Err(too_much(format!(
                "The operation selects {} fields; at most {MAX_FIELDS} are allowed.",
                size.fields
            ))
            .at(operation.pos));
        }
        if size.depth > MAX_DEPTH {
            return Err(too_much(format!(
                "The operation is {} levels deep; at most {MAX_DEPTH} are allowed.",
                size.depth
            ))
            .at(operation.pos));
        }
        if size.width > MAX_ROOT_FIELDS {
            return Err(too_much(format!(
                "The operation has {} root fields; at most {MAX_ROOT_FIELDS} are allowed.",
                size.width
            ))
            .at(operation.pos));
        }
    }
    Ok(())
}

fn measure_set<'d>(
    document: &'d ExecutableDocument,
    set: &'d SelectionSet,
    known: &mut HashMap<&'d Name, Size>,
    open: &mut Vec<&'d Name>,
) -> Result<Size, Error> {
    let mut size = Size::default();
    for selection in &set.items {
        let inner = match &selection.node {
            Selection::Field(field) => {
                let inner = measure_set(document, &field.node.selection_set.node, known, open)?;
                Size { fields: inner.fields.saturating_add(1), depth: inner.depth + 1, width: 1 }
            }
            Selection::InlineFragment(inline) => measure_set(document, &inline.node.selection_set.node, known, open)?,
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                match (known.get(name), document.fragments.get_key_value(name)) {
                    (Some(size), _) => *size,
                    // Validation names the missing fragment.
                    (None, None) => Size::default(),
                    (None, Some((name, fragment))) => measure_fragment(document, name, fragment, known, open)?,
                }
            }
        };
        size.fields = size.fields.saturating_add(inner.fields);
        size.depth = size.depth.max(inner.depth);
        size.width = size.width.saturating_add(inner.width);
    }
    Ok(size)
}

fn measure_fragment<'d>(
    document: &'d ExecutableDocument,
    name: &'d Name,
    fragment: &'d Positioned<FragmentDefinition>,
    known: &mut HashMap<&'d Name, Size>,
    open: &mut Vec<&'d Name>,
) -> Result<Size, Error> {
    if open.contains(&name) {
        return Err(Error::input(format!("The fragment \"{name}\" uses itself.")).at(fragment.pos));
    }
    open.push(name);
    let size = measure_set(document, &fragment.node.selection_set.node, known, open)?;
    open.pop();
    known.insert(name, size);
    Ok(size)
}

/// Variables that stand for the size or the start of a page, or for modules, anywhere in the document.
fn structural_variables(document: &ExecutableDocument) -> Vec<Name> {
    let mut found = Vec::new();
    for (_, operation) in document.operations.iter() {
        structural_in(&operation.node.selection_set.node, &mut found);
    }
    for fragment in document.fragments.values() {
        structural_in(&fragment.node.selection_set.node, &mut found);
    }
    found
}

fn structural_in(set: &SelectionSet, found: &mut Vec<Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                for (name, value) in &field.node.arguments {
                    let paging = matches!(name.node.as_str(), "first" | "last" | "after" | "before" | "offset")
                        || (field.node.name.node == "module" && name.node == "name")
                        || (field.node.name.node == "search" && name.node == "in");
                    let values = match &value.node {
                        Value::List(items) => items.as_slice(),
                        single => std::slice::from_ref(single),
                    };
                    for value in values {
                        if let (true, Value::Variable(variable)) = (paging, value) {
                            found.push(variable.clone());
                        }
                    }
                }
                structural_in(&field.node.selection_set.node, found);
            }
            Selection::InlineFragment(inline) => structural_in(&inline.node.selection_set.node, found),
            Selection::FragmentSpread(_) => {}
        }
    }
}
