//! What an operation asks for: what `extensions.cost` tells, and what is refused before validation.

use crate::{
    error::Error,
    limits::{self, Limits},
};
use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;
use serde_json::json;
use std::collections::HashMap;

/// Fragments that use each other in a row: each is a call within a call here and in the validation.
const MOST_IN_A_ROW: usize = 100;
/// Levels of the introspection query that tools send.
const INTROSPECTION_DEPTH: u64 = 15;
/// Selections and values of all operations and fragments of a document, with fragments in their places: each operation is
/// validated, whichever of them is executed.
const MOST_STEPS: u64 = 50_000;
/// Records that count as much as a request.
const RECORDS_OF_A_POINT: u64 = 100;
/// Values of introspection that do.
const DESCRIBED_OF_A_POINT: u64 = 20_000;
/// What is charged for looking through a table, however little comes of it.
const POINTS_OF_A_SCAN: u64 = 10;
/// Bytes that do of a document that has to be parsed and validated.
const BYTES_OF_A_POINT: u64 = 4_096;
/// Bytes that a plan has for a field.
const BYTES_OF_A_FIELD: u64 = 300;

/// Size of a selection with its fragments in place.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    fields: u64,
    depth: u64,
    /// Depth of what introspection is asked for.
    introspection: u64,
    aliases: u64,
    directives: u64,
    /// Fields of the first level.
    width: u64,
    /// Selections, and values in arguments.
    steps: u64,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
        self.introspection = self.introspection.max(other.introspection);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.width = self.width.saturating_add(other.width);
        self.steps = self.steps.saturating_add(other.steps);
    }

    /// The larger of both in every respect.
    fn max(self, other: Self) -> Self {
        Self {
            fields: self.fields.max(other.fields),
            depth: self.depth.max(other.depth),
            introspection: self.introspection.max(other.introspection),
            aliases: self.aliases.max(other.aliases),
            directives: self.directives.max(other.directives),
            width: self.width.max(other.width),
            steps: self.steps.max(other.steps),
        }
    }

    /// Bytes of a plan for it, about.
    pub(crate) fn bytes(&self) -> u64 {
        1_024 + BYTES_OF_A_FIELD * self.fields
    }

    fn told(&self) -> serde_json::Value {
        json!({
            "fields": self.fields, "rootFields": self.width, "depth": self.depth.max(self.introspection),
            "aliases": self.aliases, "directives": self.directives,
        })
    }
}

/// What an operation is charged for: a point for itself, one for each hundred records that it could yield, ten for each total,
/// aggregate and search, and one for each twenty thousand values that it could describe of the schema.
pub(crate) fn points(records: u64, scans: u64, described: u64) -> u64 {
    1 + records / RECORDS_OF_A_POINT + scans * POINTS_OF_A_SCAN + described / DESCRIBED_OF_A_POINT
}

/// What a text is charged for that is not known yet, besides the operation: a point for each four KiB.
pub(crate) fn points_of_text(text: &str) -> u64 {
    text.len() as u64 / BYTES_OF_A_POINT
}

/// Refuses to yield more records than allowed.
pub(crate) fn check_records(records: u64, most: &Limits) -> Result<(), Error> {
    let advice = "ask for smaller pages with `first`";
    let told = |error: Error| error.with("cost", json!({"records": records, "limits": most.told()}));
    limits::check("records", records, most.records, advice).map_err(told)
}

/// The size of an operation of a valid document.
pub(crate) fn measure(document: &ExecutableDocument, operation: &OperationDefinition) -> Size {
    measure_operation(document, operation, &mut HashMap::new()).unwrap_or_default()
}

/// `"cost":{…}`, a part of the `extensions` of an answer.
pub(crate) fn extension(size: Size, records: u64, points: u64, most: &Limits) -> Vec<u8> {
    let mut cost = size.told();
    cost["records"] = json!(records);
    cost["points"] = json!(points);
    cost["limits"] = most.told();
    format!("\"cost\":{cost}").into_bytes()
}

/// Refuses what would be too large, before validation, whose time grows exponentially with fragments that use
/// fragments. Every fragment is measured once, whether it is used or not, so this is linear in the document.
pub(crate) fn check(document: &ExecutableDocument, most: &Limits) -> Result<(), Error> {
    let mut known = HashMap::new();
    let mut steps = 0_u64;
    for (_, operation) in document.operations.iter() {
        let size = measure_operation(document, &operation.node, &mut known)?;
        steps = steps.saturating_add(size.steps);
        let refused = |error: Error| {
            let mut cost = size.told();
            cost["limits"] = most.told();
            error.with("cost", cost).at(operation.pos)
        };
        size.check(most).map_err(refused)?;
        let advice = "ask in several requests";
        limits::check("rootFields", size.width, most.root_fields, advice).map_err(refused)?;
    }
    // One that no operation uses is validated too.
    let mut largest = Size::default();
    for (name, fragment) in &document.fragments {
        if !known.contains_key(name) {
            largest = largest.max(measure_fragment(document, name, fragment, &mut known, &mut Vec::new())?);
        }
    }
    largest.check(most)?;
    let steps = known.values().fold(steps, |sum, size| sum.saturating_add(size.steps));
    if steps > MOST_STEPS {
        let message = format!(
            "The operations and fragments of the document have {steps} selections and values, with all fragments in their places; at most {MOST_STEPS} are allowed: send one operation at a time."
        );
        return Err(limits::exceeded("selections", steps, MOST_STEPS, message));
    }
    Ok(())
}

impl Size {
    fn check(&self, most: &Limits) -> Result<(), Error> {
        limits::check("fields", self.fields, most.fields, "ask for fewer, or in several requests")?;
        limits::check("depth", self.depth, most.depth, "ask for what lies deeper by its id, in another request")?;
        let deepest = most.depth.max(INTROSPECTION_DEPTH);
        limits::check("depth", self.introspection, deepest, "ask for the types by their names")?;
        limits::check("aliases", self.aliases, most.aliases, "ask in several requests, or for a list")?;
        limits::check("directives", self.directives, most.directives, "leave out those that change nothing")
    }
}

fn measure_operation<'d>(
    document: &'d ExecutableDocument,
    operation: &'d OperationDefinition,
    known: &mut HashMap<&'d Name, Size>,
) -> Result<Size, Error> {
    let mut size = measure_set(document, &operation.selection_set.node, known, &mut Vec::new())?;
    let of_variables: u64 = operation.variable_definitions.iter().map(|v| count(&v.node.directives)).sum();
    size.directives = size.directives.saturating_add(count(&operation.directives) + of_variables);
    size.steps = size.steps.saturating_add(operation.variable_definitions.len() as u64);
    Ok(size)
}

/// The value of an argument with all that is in it.
fn values(value: &Value) -> u64 {
    match value {
        Value::List(items) => items.iter().fold(1, |sum, item| sum + values(item)),
        Value::Object(object) => object.values().fold(1, |sum, item| sum + values(item)),
        _ => 1,
    }
}

fn count(directives: &[Positioned<Directive>]) -> u64 {
    directives.len() as u64
}

fn measure_set<'d>(
    document: &'d ExecutableDocument,
    set: &'d SelectionSet,
    known: &mut HashMap<&'d Name, Size>,
    open: &mut Vec<&'d Name>,
) -> Result<Size, Error> {
    let mut size = Size::default();
    for selection in &set.items {
        let (inner, directives) = match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let inner = measure_set(document, &field.selection_set.node, known, open)?;
                let deep = inner.depth.max(inner.introspection) + 1;
                let described = matches!(field.name.node.as_str(), "__schema" | "__type");
                let (depth, introspection) = if described { (1, deep) } else { (deep, 0) };
                let fields = inner.fields.saturating_add(1);
                let aliases = inner.aliases.saturating_add(u64::from(field.alias.is_some()));
                let given = field.arguments.iter().map(|(_, value)| values(&value.node)).sum();
                let steps = inner.steps.saturating_add(given);
                (Size { fields, depth, introspection, aliases, width: 1, steps, ..inner }, &field.directives)
            }
            Selection::InlineFragment(inline) => {
                let inline = &inline.node;
                (measure_set(document, &inline.selection_set.node, known, open)?, &inline.directives)
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let size = match (known.get(name), document.fragments.get_key_value(name)) {
                    (Some(size), _) => *size,
                    // Validation names the missing fragment.
                    (None, None) => Size::default(),
                    (None, Some((name, fragment))) => measure_fragment(document, name, fragment, known, open)?,
                };
                (size, &spread.node.directives)
            }
        };
        size.add(inner);
        size.directives = size.directives.saturating_add(count(directives));
        size.steps = size.steps.saturating_add(1);
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
    if open.len() >= MOST_IN_A_ROW {
        let message = format!("More than {MOST_IN_A_ROW} fragments use each other in a row: put some in their places.");
        let (found, most) = (open.len() as u64 + 1, MOST_IN_A_ROW as u64);
        return Err(limits::exceeded("fragments", found, most, message).at(fragment.pos));
    }
    open.push(name);
    let mut size = measure_set(document, &fragment.node.selection_set.node, known, open)?;
    size.directives = size.directives.saturating_add(count(&fragment.node.directives));
    open.pop();
    known.insert(name, size);
    Ok(size)
}
