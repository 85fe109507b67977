use crate::expr::{Expr, Range};
use crate::report::{Code, Sink};
use crate::yaml::{Kind, Node, Span, text};

/// A parsed expression and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct RawExpr {
    pub(crate) value: Expr,
    pub(crate) span: Span,
    plain: bool,
}

impl RawExpr {
    /// The place of a part of it in the file.
    pub(crate) fn place(&self, range: Range) -> Span {
        inside(self.span, self.plain, &self.value.source, range)
    }
}

/// Parses the expression that a key holds; a syntax error is placed inside the YAML text where that can be told.
pub(crate) fn expression(node: &Node, key: &str, sink: &mut Sink) -> Option<RawExpr> {
    let (source, plain) = match &node.kind {
        // `true` and numbers are expressions too.
        Kind::Scalar { text, plain } => (text.clone(), *plain),
        _ => (text(node, key, sink)?.value, false),
    };
    match Expr::parse(&source) {
        Ok(value) => Some(RawExpr { value, span: node.span, plain }),
        Err(error) => {
            let span = inside(node.span, plain, &source, error.range);
            sink.at(span, Code::ExpressionSyntax, format!("{} in the expression of `{key}`", error.message))
                .label(format!("expected {}", error.expected));
            None
        }
    }
}

/// Bytes of a scalar's value → place in the file. Exact for texts on one line; a folded text as a whole otherwise.
fn inside(span: Span, plain: bool, value: &str, range: Range) -> Span {
    if span.line != span.end_line || value.contains('\n') {
        return span;
    }
    let width = (span.end_column - span.column) as usize;
    let length = value.chars().count();
    // A quoted text is longer by its quotes, and by one for each escaped character, which are taken to be quotes.
    let lead = u32::from(!plain);
    let escapes = !plain && width != length + 2;
    let column = |byte: usize| {
        let before = &value[..byte];
        let doubled = if escapes { before.chars().filter(|c| *c == '\'').count() } else { 0 };
        span.column + lead + u32::try_from(before.chars().count() + doubled).unwrap_or(0)
    };
    let (from, to) = (column(range.start), column(range.end));
    Span { column: from, end_column: to.max(from + 1), ..span }
}
