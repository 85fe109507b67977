use super::{Subject, walk::Walk};
use crate::{
    draft::DraftType,
    expr::{Ast, Binary, Node as Part, Range},
    raw::{RawExpr, expression},
    report::Sink,
    yaml::{Node, Span},
};

/// What the names in an expression are of, as indexes of drafts.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    /// Without a prefix.
    pub(super) plain: Option<usize>,
    /// Behind `record.` and `old.`.
    pub(super) record: Option<usize>,
}

impl Scope {
    /// Of a record alone.
    pub(super) fn of(draft: Option<usize>) -> Self {
        Self { plain: draft, record: draft }
    }
}

impl Walk<'_, '_> {
    /// The names in an expression.
    pub(super) fn expression(&mut self, node: &Node, scope: Scope) {
        let Some(expr) = expression(node, "", &mut Sink::default()) else { return };
        let mut parts = Vec::new();
        expr.value.ast.walk(&mut |part| parts.push(part));
        for part in parts {
            match &part.ast {
                Ast::Name(_) | Ast::Path(_) => self.path(&expr, part, scope),
                Ast::Binary { operator: Binary::Equal | Binary::NotEqual, left, right } => {
                    self.compared(&expr, left, std::slice::from_ref(right.as_ref()), scope);
                    self.compared(&expr, right, std::slice::from_ref(left.as_ref()), scope);
                }
                Ast::In { value, list } => self.compared(&expr, value, list, scope),
                _ => {}
            }
        }
    }

    /// A path outside of an expression, `stage.probability`.
    pub(super) fn plain_path(&mut self, node: &Node, from: Option<usize>) {
        self.expression(node, Scope::of(from));
    }

    /// `line_items.total`: a connection, and a field of its records; gives these.
    pub(super) fn connection_path(&mut self, node: &Node, from: Option<usize>) -> Option<usize> {
        let text = node.as_scalar()?;
        let (first, rest) = text.split_once('.').map_or((text, None), |(first, rest)| (first, Some(rest)));
        let draft = &self.set.drafts[from?];
        let connection = draft.connection(first)?;
        let target = connection.targets.first().copied();
        let length = u32::try_from(first.chars().count()).ok()?;
        let column = node.span.column + u32::from(self.is_quoted(node.span));
        let place = Span { column, end_line: node.span.line, end_column: column + length, ..node.span };
        self.refer(place, Subject::Connection(draft.name().to_owned(), first.to_owned()));
        if let (Some(name), Some(target)) = (rest, target) {
            let column = column + length + 1;
            let end_column = column + u32::try_from(name.chars().count()).ok()?;
            self.field(Span { column, end_column, ..place }, Some(target), name);
        }
        target
    }

    /// The names of a path.
    fn path(&mut self, expr: &RawExpr, part: &Part, scope: Scope) {
        let places = parts(&expr.value.source, part.range);
        let Some(Led { draft, via, name }) = self.leads(part, scope) else { return };
        if let (Some((from, relation)), [.., before, _]) = (via, places.as_slice()) {
            self.field(expr.place(*before), Some(from), relation);
        }
        if let Some(last) = places.last() {
            self.field(expr.place(*last), Some(draft), name);
        }
    }

    fn leads<'p>(&self, part: &'p Part, scope: Scope) -> Option<Led<'p>> {
        let path: Vec<&'p str> = match &part.ast {
            Ast::Name(name) => vec![name],
            Ast::Path(path) => path.iter().map(String::as_str).collect(),
            _ => return None,
        };
        let (start, names) = match path.as_slice() {
            ["record" | "old", rest @ ..] => (scope.record?, rest),
            all => (scope.plain?, all),
        };
        match names {
            [name] => Some(Led { draft: start, via: None, name }),
            [relation, name] => match self.set.drafts[start].field(relation)?.ty {
                DraftType::One(to) => Some(Led { draft: to, via: Some((start, relation)), name }),
                _ => None,
            },
            _ => None,
        }
    }

    /// Texts that a picklist is compared with are its options.
    fn compared(&mut self, expr: &RawExpr, field: &Part, texts: &[Part], scope: Scope) {
        let Some(Led { draft, name, .. }) = self.leads(field, scope) else { return };
        for text in texts {
            let Ast::Text(value) = &text.ast else { continue };
            // Without the quotes of the expression.
            let inner = Range { start: text.range.start + 1, end: text.range.end.saturating_sub(1) };
            self.choice(expr.place(inner), Some(draft), name, value);
        }
    }
}

/// What a path leads to.
struct Led<'p> {
    /// The module, as an index of drafts.
    draft: usize,
    /// The relation before the field, with its module.
    via: Option<(usize, &'p str)>,
    /// The field.
    name: &'p str,
}

/// Where the names of a path stand.
fn parts(source: &str, range: Range) -> Vec<Range> {
    let mut at = range.start;
    source[range.start..range.end]
        .split('.')
        .map(|part| {
            let start = at + (part.len() - part.trim_start().len());
            at += part.len() + 1;
            Range { start, end: start + part.trim().len() }
        })
        .collect()
}
