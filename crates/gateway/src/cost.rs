//! What an operation asks for, and how much of it is allowed: what `extensions.cost` tells.

use crate::error::{Code, Error};
use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Fields within fields.
const MAX_DEPTH: u64 = 20;
/// Fields after all fragments are put in their places.
const MAX_FIELDS: u64 = 10_000;
/// Fields under the operation itself: each is a statement of its own.
const MAX_ROOT_FIELDS: u64 = 50;
/// Records that an operation may yield, if every page were full.
const MAX_RECORDS: u64 = 10_000_000;

/// The operation asks for too much of something.
pub(crate) fn too_much(message: String) -> Error {
    Error::new(Code::CostLimitExceeded, message)
}

/// Size of a selection with its fragments in place.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    fields: u64,
    depth: u64,
    /// Fields of the first level.
    width: u64,
}

/// Refuses to yield more records than allowed.
pub(crate) fn check_records(records: u64) -> Result<(), Error> {
    if records <= MAX_RECORDS {
        return Ok(());
    }
    let message = format!(
        "The operation could yield {records} records; at most {MAX_RECORDS} are allowed: ask for smaller pages with `first`."
    );
    Err(too_much(message).with("cost", json!({"records": records, "limits": limits()})))
}

/// `"cost":{…}`, a part of the `extensions` of an answer.
pub(crate) fn extension(document: &ExecutableDocument, operation: &OperationDefinition, records: u64) -> Vec<u8> {
    let size = measure(document, operation).unwrap_or_default();
    let cost = json!({
        "fields": size.fields, "rootFields": size.width, "depth": size.depth, "records": records, "limits": limits(),
    });
    format!("\"cost\":{cost}").into_bytes()
}

fn limits() -> Value {
    json!({"fields": MAX_FIELDS, "rootFields": MAX_ROOT_FIELDS, "depth": MAX_DEPTH, "records": MAX_RECORDS})
}

/// Refuses what would be too large, before validation, whose time grows exponentially with fragments that use
/// fragments. Every fragment is measured once, so this is linear in the document.
pub(crate) fn check(document: &ExecutableDocument) -> Result<(), Error> {
    let mut known = HashMap::new();
    for (_, operation) in document.operations.iter() {
        let size = measure_set(document, &operation.node.selection_set.node, &mut known, &mut Vec::new())?;
        let message = match size {
            Size { fields, .. } if fields > MAX_FIELDS => {
                format!("The operation selects {fields} fields; at most {MAX_FIELDS} are allowed.")
            }
            Size { depth, .. } if depth > MAX_DEPTH => {
                format!("The operation is {depth} levels deep; at most {MAX_DEPTH} are allowed.")
            }
            Size { width, .. } if width > MAX_ROOT_FIELDS => {
                format!("The operation has {width} root fields; at most {MAX_ROOT_FIELDS} are allowed.")
            }
            _ => continue,
        };
        let cost = json!({
            "fields": size.fields, "rootFields": size.width, "depth": size.depth, "limits": limits(),
        });
        return Err(too_much(message).with("cost", cost).at(operation.pos));
    }
    Ok(())
}

fn measure(document: &ExecutableDocument, operation: &OperationDefinition) -> Result<Size, Error> {
    measure_set(document, &operation.selection_set.node, &mut HashMap::new(), &mut Vec::new())
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
