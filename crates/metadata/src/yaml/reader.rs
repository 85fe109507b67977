use super::{Kind, Node, Span, Spanned};
use crate::{
    format,
    report::{Code, Problem, Sink, similar},
};

/// Takes a mapping apart key by key; what nobody asked for is an unknown key.
pub(crate) struct Reader<'a> {
    /// What the mapping describes, "a field"; for messages.
    what: &'static str,
    span: Span,
    entries: &'a [(Spanned<String>, Node)],
    known: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// Nothing, and a problem, when the node is no mapping.
    pub(crate) fn open(node: &'a Node, what: &'static str, sink: &mut Sink) -> Option<Self> {
        match &node.kind {
            Kind::Map(entries) => Some(Self { what, span: node.span, entries, known: Vec::new() }),
            _ => {
                sink.at(node.span, Code::WrongType, format!("{what} is a map of keys, not {}", node.describe()))
                    .label("expected a map");
                None
            }
        }
    }

    /// The value of a key, if it is there.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        self.entries.iter().find(|(k, _)| k.value == key).map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&mut self, key: &'static str, at: Span, sink: &mut Sink) -> Option<&'a Node> {
        let node = self.take(key);
        if node.is_none() {
            self.missing(key, at, sink);
        }
        node
    }

    /// Reports that a key is missing.
    pub(crate) fn missing<'s>(&self, key: &str, at: Span, sink: &'s mut Sink) -> Option<&'s mut Problem> {
        // A key that is nearly this one is reported as unknown, with the hint; saying it twice helps nobody.
        let typo = self.entries.iter().any(|(k, _)| similar(&k.value, [key]).is_some());
        if typo {
            return None;
        }
        Some(sink.at(at, Code::MissingKey, format!("{} needs the key `{key}`", self.what)).label("missing here"))
    }

    /// Where a key itself stands.
    pub(crate) fn key_span(&self, key: &str) -> Span {
        self.entries.iter().find(|(k, _)| k.value == key).map_or(self.span, |(k, _)| k.span)
    }

    /// The keys that are there, as written.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a Spanned<String>> + use<'a> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// Whether a key was asked for.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.known.contains(&key)
    }

    /// Reports the keys that were never asked for.
    pub(crate) fn finish(self, sink: &mut Sink) {
        debug_assert!(format::agrees(self.what, &self.known), "{} takes other keys than `format` says", self.what);
        for (key, _) in self.entries {
            if !self.known.contains(&key.value.as_str()) {
                let known = || self.known.iter().copied();
                let mut names: Vec<&str> = known().collect();
                names.sort_unstable();
                let problem = sink
                    .at(key.span, Code::UnknownKey, format!("`{}` is not a key of {}", key.value, self.what))
                    .label("unknown key");
                if names.len() <= 12 {
                    problem.help(format!("the keys are {}", names.join(", ")));
                }
                problem.suggest(&key.value, known());
            }
        }
    }
}

/// A text; numbers and booleans without quotes are none.
pub(crate) fn text(node: &Node, key: &str, sink: &mut Sink) -> Option<Spanned<String>> {
    match &node.kind {
        Kind::Scalar { text, plain } if !plain || (node.as_bool().is_none() && node.as_number().is_none()) => {
            Some(Spanned::new(text.clone(), node.span))
        }
        _ => {
            let quote = node.as_scalar().map(|s| format!("put it in quotes: \"{s}\""));
            let problem = wrong(node, key, "a text", sink).maybe_help(quote);
            if let Some(scalar) = node.as_scalar() {
                problem.replace(node.span, format!("\"{scalar}\""));
            }
            None
        }
    }
}

/// `true` or `false`.
pub(crate) fn boolean(node: &Node, key: &str, sink: &mut Sink) -> Option<Spanned<bool>> {
    let value = node.as_bool();
    if value.is_none() {
        wrong(node, key, "true or false", sink);
    }
    value.map(|v| Spanned::new(v, node.span))
}

/// A whole number.
pub(crate) fn integer(node: &Node, key: &str, sink: &mut Sink) -> Option<Spanned<i64>> {
    let value = node.as_number().and_then(|n| n.parse().ok());
    if value.is_none() {
        wrong(node, key, "a whole number", sink);
    }
    value.map(|v| Spanned::new(v, node.span))
}

/// The items of a list.
pub(crate) fn expect_list<'a>(node: &'a Node, key: &str, sink: &mut Sink) -> &'a [Node] {
    match &node.kind {
        Kind::List(items) => items,
        _ => {
            let example = node.as_scalar().map(|s| format!("write `[{s}]`"));
            let problem = wrong(node, key, "a list", sink).maybe_help(example);
            if let Kind::Scalar { text, plain: true } = &node.kind {
                problem.replace(node.span, format!("[{text}]"));
            }
            &[]
        }
    }
}

/// A list of names: options may look like numbers, so every scalar is a name.
pub(crate) fn name_list(node: &Node, key: &str, sink: &mut Sink) -> Vec<Spanned<String>> {
    let mut names = Vec::new();
    for item in expect_list(node, key, sink) {
        match item.as_scalar() {
            Some(name) => names.push(Spanned::new(name.to_owned(), item.span)),
            None => {
                sink.at(item.span, Code::WrongType, format!("`{key}` lists names, not {}", item.describe()))
                    .label("expected a name");
            }
        }
    }
    names
}

fn wrong<'s>(node: &Node, key: &str, expected: &str, sink: &'s mut Sink) -> &'s mut crate::report::Problem {
    sink.at(node.span, Code::WrongType, format!("`{key}` is {expected}, not {}", node.describe()))
        .label(format!("expected {expected}"))
}

/// A node as an author would write it on one line, for messages.
pub(crate) fn shown(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "null".to_owned(),
        Kind::Scalar { text, .. } => text.clone(),
        Kind::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let inner: Vec<_> = entries.iter().map(|(k, v)| format!("{}: {}", k.value, shown(v))).collect();
            format!("{{{}}}", inner.join(", "))
        }
    }
}
