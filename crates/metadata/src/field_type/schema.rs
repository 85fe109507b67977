use super::literal::json;
use crate::model::{JsonSchema, Place};
use crate::raw::RawField;
use crate::report::{Code, Sink};
use crate::yaml::{Kind, Node, Span};

/// `schema` of a JSON field, compiled; what is wrong with it is reported where it stands.
pub(super) fn read(raw: &RawField, sink: &mut Sink) -> Option<JsonSchema> {
    let node = raw.schema.as_ref()?;
    match JsonSchema::new(json(node)) {
        Ok(schema) => Some(schema),
        Err(bad) => {
            let message = format!("the schema of `{}` cannot be used", raw.name.value);
            sink.at(place(node, &bad.at), Code::BadSchema, message)
                .label(bad.why)
                .help("it is JSON Schema, draft 2020-12: https://json-schema.org/understanding-json-schema");
            None
        }
    }
}

/// The place in YAML of a place in JSON, or of what of it there is.
fn place(node: &Node, at: &[Place]) -> Span {
    let (mut span, mut node) = (node.span, node);
    for step in at {
        let inner = match (step, &node.kind) {
            (Place::Key(key), Kind::Map(entries)) => {
                entries.iter().find(|(name, _)| name.value == *key).map(|(name, inner)| (name.span, inner))
            }
            (Place::Index(n), Kind::List(items)) => items.get(*n).map(|inner| (inner.span, inner)),
            _ => None,
        };
        let Some((at, inner)) = inner else { break };
        span = if matches!(inner.kind, Kind::Scalar { .. }) { inner.span } else { at };
        node = inner;
    }
    span
}
