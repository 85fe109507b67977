use super::field::read_fields;
use super::module::{read_blocks, read_indexes};
use super::{label::label, logic, read_format};
use crate::report::{Code, Sink};
use crate::yaml::{Kind, Node, Reader, Span, Spanned, name_list, text};

/// Checks the shape of an extension (`extend: core/Opportunity`); its meaning comes with a later release.
/// Gives what it extends, as written.
pub(crate) fn read_extension(node: &Node, sink: &mut Sink) -> Option<Spanned<String>> {
    let mut reader = Reader::open(node, "an extension", sink)?;
    let at = Span::start_of(node.span.file as usize);
    read_format(&mut reader, at, sink);
    let target = reader.need("extend", at, sink).and_then(|n| text(n, "extend", sink));
    if let Some(fields) = reader.take("fields") {
        read_fields(fields, sink);
    }
    if let Some(blocks) = reader.take("blocks") {
        read_blocks(blocks, sink);
    }
    if let Some(options) = reader.take("options") {
        map(options, "options", sink);
    }
    if let Some(adjust) = reader.take("adjust") {
        for (_, change) in map(adjust, "adjust", sink) {
            adjustment(change, sink);
        }
    }
    if let Some(rules) = reader.take("rules") {
        logic::read_rules(rules, sink);
    }
    if let Some(access) = reader.take("access") {
        logic::read_access(access, sink);
    }
    if let Some(events) = reader.take("events") {
        logic::read_events(events, sink);
    }
    for key in ["indexes", "unique"] {
        if let Some(lists) = reader.take(key) {
            read_indexes(lists, key, sink);
        }
    }
    if let Some(traits) = reader.take("traits") {
        name_list(traits, "traits", sink);
    }
    reader.finish(sink);
    target
}

/// What may be changed of a field that somebody else wrote: never its type.
fn adjustment(node: &Node, sink: &mut Sink) {
    let Some(mut reader) = Reader::open(node, "an adjustment", sink) else { return };
    for key in ["label", "help"] {
        if let Some(node) = reader.take(key) {
            label(node, key, sink);
        }
    }
    for key in ["default", "required", "visible", "deprecated", "access", "search", "indexed"] {
        reader.take(key);
    }
    reader.finish(sink);
}

fn map<'a>(node: &'a Node, key: &str, sink: &mut Sink) -> &'a [(Spanned<String>, Node)] {
    match &node.kind {
        Kind::Map(entries) => entries,
        _ => {
            sink.at(node.span, Code::WrongType, format!("`{key}` is a map, not {}", node.describe()))
                .label("expected a map");
            &[]
        }
    }
}
