use super::expression::{RawExpr, expression};
use super::logic::entries;
use crate::report::Sink;
use crate::yaml::{Node, Reader, Spanned, text};

/// A consent, by the names of its fields.
#[derive(Debug)]
pub(crate) struct RawConsent {
    pub(crate) name: Spanned<String>,
    pub(crate) given: Option<Spanned<String>>,
    pub(crate) at: Option<Spanned<String>>,
    pub(crate) source: Option<Spanned<String>>,
}

/// How long records are kept, as written.
#[derive(Debug)]
pub(crate) struct RawRetention {
    pub(crate) name: Spanned<String>,
    pub(crate) after: Option<Spanned<String>>,
    pub(crate) of: Option<Spanned<String>>,
    pub(crate) condition: Option<RawExpr>,
    pub(crate) action: Option<Spanned<String>>,
}

pub(super) fn read_consents(node: &Node, sink: &mut Sink) -> Vec<RawConsent> {
    let mut consents = Vec::new();
    for (name, node) in entries(node, "consents", sink) {
        let Some(mut r) = Reader::open(node, "a consent", sink) else { continue };
        let mut field = |key| r.need(key, name.span, sink).and_then(|n| text(n, key, sink));
        let (given, at, source) = (field("given"), field("at"), field("source"));
        r.finish(sink);
        consents.push(RawConsent { name: name.clone(), given, at, source });
    }
    consents
}

pub(super) fn read_retention(node: &Node, sink: &mut Sink) -> Vec<RawRetention> {
    let mut rules = Vec::new();
    for (name, node) in entries(node, "retention", sink) {
        let Some(mut r) = Reader::open(node, "a rule of retention", sink) else { continue };
        let mut part = |key| r.need(key, name.span, sink).and_then(|n| text(n, key, sink));
        let (after, of, action) = (part("after"), part("of"), part("do"));
        let condition = r.take("where").and_then(|n| expression(n, "where", sink));
        r.finish(sink);
        rules.push(RawRetention { name: name.clone(), after, of, condition, action });
    }
    rules
}
