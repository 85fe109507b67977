use super::extension::RawAdjustment;
use super::field::{RawField, one_or_more, read_fields};
use super::label::{RawText, label};
use super::logic::{self, RawAccess, RawConvert, RawEvent, RawHistory, RawRule, RawViews};
use super::privacy::{RawConsent, RawRetention, read_consents, read_retention};
use super::read_format;
use crate::report::{Code, Sink};
use crate::yaml::{Kind, Node, Reader, Span, Spanned, boolean, expect_list, name_list, text};

/// A module as written: a file of `modules/`, or an entry of `children:`.
#[derive(Debug)]
pub(crate) struct RawModule {
    pub(crate) name: Spanned<String>,
    /// Where what is missing in it is reported.
    pub(crate) at: Span,
    /// Every key that is there and its place.
    pub(crate) keys: Vec<Spanned<String>>,
    pub(crate) plural: Option<Spanned<String>>,
    pub(crate) label: Option<RawText>,
    pub(crate) plural_label: Option<RawText>,
    pub(crate) help: Option<RawText>,
    pub(crate) title: Option<Spanned<String>>,
    pub(crate) traits: Vec<Spanned<String>>,
    pub(crate) system: Option<Spanned<bool>>,
    pub(crate) table: Option<Spanned<String>>,
    pub(crate) tenant: Option<Spanned<String>>,
    pub(crate) operations: Option<Vec<Spanned<String>>>,
    pub(crate) blocks: Vec<RawBlock>,
    pub(crate) children: Vec<RawModule>,
    pub(crate) convert: Vec<RawConvert>,
    pub(crate) rules: Vec<RawRule>,
    pub(crate) access: Vec<RawAccess>,
    /// What extensions grant and narrow, in the order in which they take effect.
    pub(crate) access_by_extensions: Vec<RawAccess>,
    /// What extensions say of fields that no author wrote, in that order.
    pub(crate) implied: Vec<RawAdjustment>,
    pub(crate) views: RawViews,
    pub(crate) indexes: Vec<Spanned<Vec<Spanned<String>>>>,
    pub(crate) unique: Vec<Spanned<Vec<Spanned<String>>>>,
    pub(crate) events: Vec<RawEvent>,
    pub(crate) consents: Vec<RawConsent>,
    pub(crate) retention: Vec<RawRetention>,
    /// Former names.
    pub(crate) former: Vec<Spanned<String>>,
    /// Fields that are gone for good.
    pub(crate) removed: Vec<Spanned<String>>,
    /// Children only: the connection on the parent.
    pub(crate) inverse: Option<Spanned<String>>,
    pub(crate) inverse_label: Option<RawText>,
    /// Children only: they have a position.
    pub(crate) ordered: bool,
    /// Children only: they keep what a field of the parent has been.
    pub(crate) history: Option<RawHistory>,
}

/// A titled group of fields.
#[derive(Debug)]
pub(crate) struct RawBlock {
    /// Nothing for the fields of a child, which need no block.
    pub(crate) name: Option<Spanned<String>>,
    pub(crate) label: Option<RawText>,
    pub(crate) fields: Vec<RawField>,
}

impl RawModule {
    /// Every field of every block.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &RawField> {
        self.blocks.iter().flat_map(|b| &b.fields)
    }

    /// Whether `system: true` is written.
    pub(crate) fn is_system(&self) -> bool {
        self.system.as_ref().is_some_and(|s| s.value)
    }
}

/// A file of `modules/`; nothing when it names no module.
pub(crate) fn read_module(node: &Node, sink: &mut Sink) -> Option<RawModule> {
    let mut reader = Reader::open(node, "a module", sink)?;
    let at = Span::start_of(node.span.file as usize);
    read_format(&mut reader, at, sink);
    let name = reader.need("module", at, sink).and_then(|n| text(n, "module", sink));
    // A file without a usable name is still read to its end, for everything else that is wrong with it.
    let known = name.is_some();
    let name = name.unwrap_or_else(|| Spanned::new(String::new(), at));
    let children = reader.take("children").map(|n| read_children(n, sink)).unwrap_or_default();
    let module = body(reader, name, children, sink);
    known.then_some(module)
}

fn read_children(node: &Node, sink: &mut Sink) -> Vec<RawModule> {
    let Kind::Map(entries) = &node.kind else {
        sink.at(node.span, Code::WrongType, format!("`children` is a map of modules, not {}", node.describe()))
            .label("expected a map");
        return Vec::new();
    };
    let mut children = Vec::new();
    for (name, node) in entries {
        let Some(mut reader) = Reader::open(node, "a child module", sink) else { continue };
        let inverse = reader.take("inverse").and_then(|n| text(n, "inverse", sink));
        let inverse_label = reader.take("inverse_label").and_then(|n| label(n, "inverse_label", sink));
        let ordered = reader.take("ordered").and_then(|n| boolean(n, "ordered", sink)).is_some_and(|b| b.value);
        let history = reader.take("history").and_then(|n| logic::read_history(n, sink));
        let fields = reader.take("fields").map(|n| read_fields(n, sink));
        let grandchildren = reader.take("children").map(|n| read_children(n, sink)).unwrap_or_default();
        let mut module = body(reader, name.clone(), grandchildren, sink);
        module.inverse = inverse;
        module.inverse_label = inverse_label;
        module.ordered = ordered;
        module.history = history;
        if let Some(fields) = fields {
            module.blocks.insert(0, RawBlock { name: None, label: None, fields });
        }
        children.push(module);
    }
    children
}

/// The keys that modules and children share.
fn body(mut r: Reader<'_>, name: Spanned<String>, children: Vec<RawModule>, sink: &mut Sink) -> RawModule {
    let at = name.span;
    macro_rules! get {
        ($key:literal, $read:path) => {
            r.take($key).and_then(|n| $read(n, $key, sink))
        };
    }
    macro_rules! list {
        ($key:literal, $read:expr) => {
            r.take($key).map(|n| $read(n, sink)).unwrap_or_default()
        };
    }
    let plural = r.need("plural", at, sink).and_then(|n| text(n, "plural", sink));
    let module = RawModule {
        at,
        keys: r.keys().cloned().collect(),
        plural,
        label: get!("label", label),
        plural_label: get!("plural_label", label),
        help: get!("help", label),
        title: get!("title", text),
        traits: list!("traits", |n, s| name_list(n, "traits", s)),
        system: get!("system", boolean),
        table: get!("table", text),
        tenant: get!("tenant", text),
        operations: r.take("operations").map(|n| name_list(n, "operations", sink)),
        blocks: list!("blocks", read_blocks),
        children,
        convert: list!("convert", logic::read_convert),
        rules: list!("rules", logic::read_rules),
        access: list!("access", logic::read_access),
        access_by_extensions: Vec::new(),
        implied: Vec::new(),
        views: list!("views", logic::read_views),
        indexes: list!("indexes", |n, s| read_indexes(n, "indexes", s)),
        unique: list!("unique", |n, s| read_indexes(n, "unique", s)),
        events: list!("events", logic::read_events),
        consents: list!("consents", read_consents),
        retention: list!("retention", read_retention),
        former: list!("renamed_from", |n, s| one_or_more(n, "renamed_from", s)),
        removed: list!("removed", |n, s| one_or_more(n, "removed", s)),
        inverse: None,
        inverse_label: None,
        ordered: false,
        history: None,
        name,
    };
    r.finish(sink);
    module
}

pub(super) fn read_blocks(node: &Node, sink: &mut Sink) -> Vec<RawBlock> {
    let Kind::Map(entries) = &node.kind else {
        sink.at(node.span, Code::WrongType, format!("`blocks` is a map of blocks, not {}", node.describe()))
            .label("expected a map");
        return Vec::new();
    };
    let mut blocks = Vec::new();
    for (name, node) in entries {
        let Some(mut r) = Reader::open(node, "a block", sink) else { continue };
        let label = r.take("label").and_then(|n| label(n, "label", sink));
        let fields = r.need("fields", name.span, sink).map(|n| read_fields(n, sink)).unwrap_or_default();
        r.finish(sink);
        blocks.push(RawBlock { name: Some(name.clone()), label, fields });
    }
    blocks
}

/// A list of lists of field names; each with its place.
pub(super) fn read_indexes(node: &Node, key: &str, sink: &mut Sink) -> Vec<Spanned<Vec<Spanned<String>>>> {
    expect_list(node, key, sink)
        .iter()
        .map(|list| {
            // `unique: [name]` for `unique: [[name]]` is understood: it can mean nothing else.
            let names = match list.as_scalar() {
                Some(name) => vec![Spanned::new(name.to_owned(), list.span)],
                None => name_list(list, key, sink),
            };
            Spanned::new(names, list.span)
        })
        .collect()
}
