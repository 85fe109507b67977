use super::expression::{RawExpr, expression};
use super::field::{RawField, RawOption, RawRequired, one_or_more, options, read_fields, required};
use super::label::{RawText, label};
use super::logic::{self, RawAccess, RawConvert, RawEvent, RawRule, entries};
use super::module::{RawBlock, read_blocks, read_indexes};
use super::read_format;
use crate::report::Sink;
use crate::yaml::{Node, Reader, Span, Spanned, boolean, name_list, text};

/// A file of `extend/`: what a package adds to a module, and changes in it.
#[derive(Debug)]
pub(crate) struct RawExtension {
    /// As written, `core/Opportunity`.
    pub(crate) target: Spanned<String>,
    /// Fields that are in no block of the author's, and where the key stands.
    pub(crate) fields: Option<Spanned<Vec<RawField>>>,
    pub(crate) blocks: Vec<RawBlock>,
    /// By the name of the picklist.
    pub(crate) options: Vec<(Spanned<String>, Vec<RawOption>)>,
    pub(crate) adjust: Vec<RawAdjustment>,
    pub(crate) rules: Vec<RawRule>,
    pub(crate) access: Vec<RawAccess>,
    pub(crate) convert: Vec<RawConvert>,
    pub(crate) events: Vec<RawEvent>,
    pub(crate) indexes: Vec<Spanned<Vec<Spanned<String>>>>,
    pub(crate) unique: Vec<Spanned<Vec<Spanned<String>>>>,
    pub(crate) traits: Vec<Spanned<String>>,
    /// Fields of it that are gone for good.
    pub(crate) removed: Vec<Spanned<String>>,
    /// Every key that is there and its place.
    pub(crate) keys: Vec<Spanned<String>>,
}

/// What is changed of a field that is there already: never its type.
#[derive(Debug)]
pub(crate) struct RawAdjustment {
    pub(crate) field: Spanned<String>,
    /// Every key that is there and its place.
    pub(crate) keys: Vec<Spanned<String>>,
    pub(crate) label: Option<RawText>,
    pub(crate) help: Option<RawText>,
    pub(crate) default: Option<Node>,
    pub(crate) required: Option<RawRequired>,
    pub(crate) visible: Option<RawExpr>,
    pub(crate) deprecated: Option<Spanned<String>>,
    pub(crate) access: Vec<RawAccess>,
    pub(crate) search: Option<Spanned<String>>,
    pub(crate) indexed: Option<Spanned<bool>>,
}

/// A file of `extend/`; nothing when it does not say what it extends.
pub(crate) fn read_extension(node: &Node, sink: &mut Sink) -> Option<RawExtension> {
    let mut reader = Reader::open(node, "an extension", sink)?;
    let at = Span::start_of(node.span.file as usize);
    read_format(&mut reader, at, sink);
    let target = reader.need("extend", at, sink).and_then(|n| text(n, "extend", sink));
    macro_rules! list {
        ($key:literal, $read:expr) => {
            reader.take($key).map(|n| $read(n, sink)).unwrap_or_default()
        };
    }
    let keys = reader.keys().cloned().collect();
    let fields = reader.take("fields").map(|n| Spanned::new(read_fields(n, sink), reader.key_span("fields")));
    let blocks = list!("blocks", read_blocks);
    let options = list!("options", read_options);
    let adjust = list!("adjust", read_adjustments);
    let rules = list!("rules", logic::read_rules);
    let access = list!("access", logic::read_access);
    let convert = list!("convert", logic::read_convert);
    let events = list!("events", logic::read_events);
    let indexes = list!("indexes", |n, s| read_indexes(n, "indexes", s));
    let unique = list!("unique", |n, s| read_indexes(n, "unique", s));
    let traits = list!("traits", |n, s| name_list(n, "traits", s));
    let removed = list!("removed", |n, s| one_or_more(n, "removed", s));
    reader.finish(sink);
    let target = target?;
    Some(RawExtension {
        target,
        fields,
        blocks,
        options,
        adjust,
        rules,
        access,
        convert,
        events,
        indexes,
        unique,
        traits,
        removed,
        keys,
    })
}

fn read_options(node: &Node, sink: &mut Sink) -> Vec<(Spanned<String>, Vec<RawOption>)> {
    entries(node, "options", sink).iter().map(|(field, node)| (field.clone(), options(node, sink))).collect()
}

fn read_adjustments(node: &Node, sink: &mut Sink) -> Vec<RawAdjustment> {
    entries(node, "adjust", sink).iter().filter_map(|(field, node)| read_adjustment(field, node, sink)).collect()
}

fn read_adjustment(field: &Spanned<String>, node: &Node, sink: &mut Sink) -> Option<RawAdjustment> {
    let mut r = Reader::open(node, "an adjustment", sink)?;
    macro_rules! get {
        ($key:literal, $read:path) => {
            r.take($key).and_then(|n| $read(n, $key, sink))
        };
    }
    let mut adjustment = RawAdjustment {
        field: field.clone(),
        keys: r.keys().cloned().collect(),
        label: get!("label", label),
        help: get!("help", label),
        default: r.take("default").cloned(),
        required: r.take("required").and_then(|n| required(n, sink)),
        visible: get!("visible", expression),
        deprecated: get!("deprecated", text),
        access: r.take("access").map(|n| logic::read_access(n, sink)).unwrap_or_default(),
        search: get!("search", text),
        indexed: get!("indexed", boolean),
    };
    adjustment.keys.retain(|key| r.knows(&key.value));
    r.finish(sink);
    Some(adjustment)
}
