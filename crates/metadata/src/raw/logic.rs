use super::expression::{RawExpr, expression};
use super::label::{RawText, label};
use crate::report::{Code, Sink};
use crate::yaml::{Kind, Node, Reader, Spanned, name_list, shown, text};

/// A named check over the whole record.
#[derive(Debug)]
pub(crate) struct RawRule {
    pub(crate) name: Spanned<String>,
    pub(crate) check: Option<RawExpr>,
    pub(crate) at: Option<Spanned<String>>,
    pub(crate) message: Option<RawText>,
}

/// What one role may do, as written.
#[derive(Debug)]
pub(crate) struct RawAccess {
    pub(crate) role: Spanned<String>,
    /// Action and level.
    pub(crate) grants: Vec<(Spanned<String>, Spanned<String>)>,
}

/// A named event.
#[derive(Debug)]
pub(crate) struct RawEvent {
    pub(crate) name: Spanned<String>,
    pub(crate) when: Option<RawExpr>,
}

/// How lists and boards show a module.
#[derive(Debug, Default)]
pub(crate) struct RawViews {
    pub(crate) list: Vec<Spanned<String>>,
    pub(crate) board: Option<RawBoard>,
}

/// A board.
#[derive(Debug)]
pub(crate) struct RawBoard {
    pub(crate) by: Option<Spanned<String>>,
    pub(crate) sum: Option<Spanned<String>>,
}

/// A value recomputed from the records of a connection.
#[derive(Debug)]
pub(crate) struct RawRollup {
    pub(crate) function: Spanned<String>,
    /// `quotes.total`, or `quotes` for a count.
    pub(crate) path: Spanned<String>,
    pub(crate) condition: Option<RawExpr>,
}

/// What a record becomes: a module, and for its fields the fields they are filled from.
#[derive(Debug)]
pub(crate) struct RawConvert {
    pub(crate) to: Spanned<String>,
    pub(crate) fields: Vec<(Spanned<String>, Spanned<String>)>,
}

/// What a child module keeps of its parent's changes.
#[derive(Debug)]
pub(crate) struct RawHistory {
    pub(crate) of: Option<Spanned<String>>,
    pub(crate) before: Option<Spanned<String>>,
    pub(crate) after: Option<Spanned<String>>,
    pub(crate) at: Option<Spanned<String>>,
    pub(crate) by: Option<Spanned<String>>,
    pub(crate) seconds: Option<Spanned<String>>,
}

/// The aggregate functions.
const FUNCTIONS: [&str; 5] = ["count", "sum", "min", "max", "avg"];

pub(super) fn read_rollup(node: &Node, sink: &mut Sink) -> Option<RawRollup> {
    let mut reader = Reader::open(node, "a rollup", sink)?;
    let mut found = Vec::new();
    for function in FUNCTIONS {
        if let Some(path) = reader.take(function).and_then(|n| text(n, function, sink)) {
            found.push((Spanned::new(function.to_owned(), reader.key_span(function)), path));
        }
    }
    let condition = reader.take("where").and_then(|n| expression(n, "where", sink));
    reader.finish(sink);
    if found.len() != 1 {
        sink.at(node.span, Code::MissingKey, "a rollup has one of the keys count, sum, min, max, avg")
            .label(if found.is_empty() { "none here" } else { "more than one here" })
            .help("for example `rollup: {sum: line_items.total}`");
    }
    found.into_iter().next().map(|(function, path)| RawRollup { function, path, condition })
}

/// The entries of a map under a key.
pub(super) fn entries<'a>(node: &'a Node, key: &str, sink: &mut Sink) -> &'a [(Spanned<String>, Node)] {
    match &node.kind {
        Kind::Map(entries) => entries,
        _ => {
            sink.at(node.span, Code::WrongType, format!("`{key}` is a map, not {}", node.describe()))
                .label("expected a map");
            &[]
        }
    }
}

pub(super) fn read_rules(node: &Node, sink: &mut Sink) -> Vec<RawRule> {
    let mut rules = Vec::new();
    for (name, node) in entries(node, "rules", sink) {
        let Some(mut r) = Reader::open(node, "a rule", sink) else { continue };
        rules.push(RawRule {
            name: name.clone(),
            check: r.need("check", name.span, sink).and_then(|n| expression(n, "check", sink)),
            at: r.take("at").and_then(|n| text(n, "at", sink)),
            message: r.take("message").and_then(|n| label(n, "message", sink)),
        });
        r.finish(sink);
    }
    rules
}

pub(super) fn read_access(node: &Node, sink: &mut Sink) -> Vec<RawAccess> {
    let mut access = Vec::new();
    for (role, node) in entries(node, "access", sink) {
        let mut grants = Vec::new();
        for (action, level) in entries(node, &role.value, sink) {
            match level.as_scalar() {
                Some(name) => grants.push((action.clone(), Spanned::new(name.to_owned(), level.span))),
                None => {
                    sink.at(level.span, Code::BadAccess, format!("`{}` is not a level of access", shown(level)))
                        .label("expected own, team, all, true or false");
                }
            }
        }
        access.push(RawAccess { role: role.clone(), grants });
    }
    access
}

pub(super) fn read_events(node: &Node, sink: &mut Sink) -> Vec<RawEvent> {
    entries(node, "events", sink)
        .iter()
        .map(|(name, node)| RawEvent { name: name.clone(), when: expression(node, "events", sink) })
        .collect()
}

pub(super) fn read_views(node: &Node, sink: &mut Sink) -> RawViews {
    let Some(mut r) = Reader::open(node, "views", sink) else { return RawViews::default() };
    let list = r.take("list").map(|n| name_list(n, "list", sink)).unwrap_or_default();
    let board = r.take("board").and_then(|n| {
        let mut board = Reader::open(n, "a board", sink)?;
        let by = board.need("by", n.span, sink).and_then(|n| text(n, "by", sink));
        let sum = board.take("sum").and_then(|n| text(n, "sum", sink));
        board.finish(sink);
        Some(RawBoard { by, sum })
    });
    r.finish(sink);
    RawViews { list, board }
}

pub(super) fn read_history(node: &Node, sink: &mut Sink) -> Option<RawHistory> {
    let mut reader = Reader::open(node, "a history", sink)?;
    let of = reader.need("of", node.span, sink).and_then(|n| text(n, "of", sink));
    let mut field = |key: &'static str| reader.take(key).and_then(|n| text(n, key, sink));
    let [before, after, at, by, seconds] = ["before", "after", "at", "by", "seconds"].map(&mut field);
    reader.finish(sink);
    Some(RawHistory { of, before, after, at, by, seconds })
}

pub(super) fn read_convert(node: &Node, sink: &mut Sink) -> Vec<RawConvert> {
    let mut converts = Vec::new();
    for (to, node) in entries(node, "convert", sink) {
        let fields = entries(node, &to.value, sink)
            .iter()
            .filter_map(|(field, from)| Some((field.clone(), text(from, &field.value, sink)?)))
            .collect();
        converts.push(RawConvert { to: to.clone(), fields });
    }
    converts
}
