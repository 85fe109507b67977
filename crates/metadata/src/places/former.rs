use super::Extent;
use crate::yaml::{Kind, Node, Span, Spanned};

/// How a former name is written where something is described, so that its data go with it: what is at `at` is replaced by
/// `before`, the name and `behind`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    /// Where; often nothing stands there.
    pub at: Extent,
    /// In front of the name.
    pub before: String,
    /// Behind it.
    pub behind: String,
}

const KEY: &str = "renamed_from";

impl Former {
    fn insert(line: u32, column: u32, before: impl Into<String>, behind: impl Into<String>) -> Self {
        let at = Extent { line, column, end_line: line, end_column: column };
        Self { at, before: before.into(), behind: behind.into() }
    }
}

/// Of what a key with a map describes; `text` is that of the file.
pub(super) fn of_entry(name: &Spanned<String>, node: &Node, text: &str) -> Option<Former> {
    match &node.kind {
        Kind::Map(entries) => of_map(entries, node.span, text),
        // `open:` alone says nothing more.
        Kind::Null => {
            let line = text.lines().nth(name.span.end_line.checked_sub(1)? as usize)?;
            let from = name.span.end_column.saturating_sub(1) as usize;
            let colon = line.chars().skip(from).position(|c| c == ':')?;
            let column = name.span.end_column + u32::try_from(colon).ok()? + 1;
            Some(Former::insert(name.span.end_line, column, format!(" {{{KEY}: "), "}"))
        }
        // `open: Open` is its label.
        Kind::Scalar { .. } if node.span.line == node.span.end_line => {
            let label = written(node.span, text)?;
            let before = format!("{{label: {label}, {KEY}: ");
            Some(Former { at: node.span.into(), before, behind: "}".to_owned() })
        }
        _ => None,
    }
}

/// Of what a map describes.
pub(super) fn of_map(entries: &[(Spanned<String>, Node)], span: Span, text: &str) -> Option<Former> {
    if let Some((_, names)) = entries.iter().find(|(key, _)| key.value == KEY) {
        return of_names(names, text);
    }
    if starts_with(span, text, '{') {
        return Some(Former::insert(span.line, span.column + 1, format!("{KEY}: "), ", "));
    }
    let (first, value) = entries.first()?;
    // Behind a first entry of one line, such as `module: Shipment` or `type: text`; else before it.
    let indent = " ".repeat(first.span.column.saturating_sub(1) as usize);
    if value.span.line == first.span.line && value.span.end_line == first.span.line {
        let line = text.lines().nth(first.span.line.checked_sub(1)? as usize)?;
        let end = u32::try_from(line.chars().count()).ok()? + 1;
        return Some(Former::insert(first.span.line, end, format!("\n{indent}{KEY}: "), ""));
    }
    Some(Former::insert(first.span.line, first.span.column, format!("{KEY}: "), format!("\n{indent}")))
}

/// Beside former names that there are.
fn of_names(names: &Node, text: &str) -> Option<Former> {
    let span = names.span;
    match &names.kind {
        Kind::Scalar { .. } => {
            let name = written(span, text)?;
            Some(Former { at: span.into(), before: "[".to_owned(), behind: format!(", {name}]") })
        }
        Kind::List(_) if starts_with(span, text, '[') => Some(Former::insert(span.line, span.column + 1, "", ", ")),
        _ => None,
    }
}

fn starts_with(span: Span, text: &str, mark: char) -> bool {
    let line = text.lines().nth(span.line.saturating_sub(1) as usize);
    line.and_then(|line| line.chars().nth(span.column.saturating_sub(1) as usize)) == Some(mark)
}

/// What stands in a place of one line.
fn written(span: Span, text: &str) -> Option<String> {
    let line = text.lines().nth(span.line.checked_sub(1)? as usize)?;
    let (from, to) = (span.column.checked_sub(1)? as usize, span.end_column.checked_sub(1)? as usize);
    Some(line.chars().skip(from).take(to - from).collect())
}
