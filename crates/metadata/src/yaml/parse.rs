use super::{Kind, Node, Span, Spanned};
use crate::report::{Code, Sink};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span as Range, StrInput};

/// Deeper than any metadata; keeps a malicious file from exhausting the stack.
const MAX_DEPTH: usize = 64;

/// The one document of a file; nothing when it is not YAML or has no content.
pub(crate) fn parse(file: usize, text: &str, sink: &mut Sink) -> Option<Node> {
    let mut builder = Builder {
        parser: Parser::new_from_str(text),
        file: u32::try_from(file).unwrap_or(u32::MAX),
        lines: text.lines().collect(),
        sink,
    };
    builder.stream().unwrap_or_default()
}

/// The rest of the file cannot be read; why was reported.
struct Stop;

struct Builder<'a> {
    parser: Parser<'a, StrInput<'a>>,
    file: u32,
    lines: Vec<&'a str>,
    sink: &'a mut Sink,
}

impl<'a> Builder<'a> {
    fn stream(&mut self) -> Result<Option<Node>, Stop> {
        let mut root = None;
        let mut documents = 0;
        loop {
            let (event, range) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents == 2 {
                        self.sink
                            .at(self.span(range), Code::SeveralDocuments, "a file holds one document")
                            .label("a second one begins")
                            .help("put it into a file of its own");
                    }
                }
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                event => {
                    let node = self.node(event, range, 0)?;
                    root.get_or_insert(node);
                }
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Range), Stop> {
        match self.parser.next_event() {
            Some(Ok(pair)) => Ok(pair),
            Some(Err(error)) => {
                let mark = *error.marker();
                let mut span = self.span(Range::new(mark, mark));
                // The scanner may stop behind the last line, where there is nothing to show.
                let last = u32::try_from(self.lines.len()).unwrap_or(u32::MAX).max(1);
                if span.line > last {
                    let width = self.lines.last().map_or(0, |l| l.chars().count());
                    let column = u32::try_from(width).unwrap_or(u32::MAX).max(1);
                    span = Span { line: last, end_line: last, column, end_column: column + 1, ..span };
                }
                self.sink
                    .at(span, Code::Syntax, format!("this is not YAML: {}", error.info()))
                    .label("the parser stopped here");
                Err(Stop)
            }
            None => Err(Stop),
        }
    }

    fn node(&mut self, event: Event<'a>, range: Range, depth: usize) -> Result<Node, Stop> {
        let start = self.span(range);
        if depth > MAX_DEPTH {
            self.sink.at(start, Code::Syntax, format!("nested more than {MAX_DEPTH} levels deep"));
            return Err(Stop);
        }
        match event {
            Event::Alias(_) => {
                self.anchor(start);
                Ok(Node { span: start, kind: Kind::Null })
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.forbid(anchor, tag.is_some(), start);
                let plain = style == ScalarStyle::Plain;
                let kind = if plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") {
                    Kind::Null
                } else {
                    Kind::Scalar { text: text.into_owned(), plain }
                };
                Ok(Node { span: self.scalar_span(start, plain, &kind), kind })
            }
            Event::SequenceStart(anchor, tag) => {
                self.forbid(anchor, tag.is_some(), start);
                let mut items = Vec::new();
                loop {
                    let (event, range) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        return Ok(Node { span: self.until(start, range.end), kind: Kind::List(items) });
                    }
                    items.push(self.node(event, range, depth + 1)?);
                }
            }
            Event::MappingStart(anchor, tag) => {
                self.forbid(anchor, tag.is_some(), start);
                self.mapping(start, depth)
            }
            _ => Err(Stop),
        }
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node, Stop> {
        let mut entries: Vec<(Spanned<String>, Node)> = Vec::new();
        loop {
            let (event, range) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(Node { span: self.until(start, range.end), kind: Kind::Map(entries) });
            }
            let key = self.node(event, range, depth + 1)?;
            let (event, range) = self.next()?;
            let value = self.node(event, range, depth + 1)?;
            let name = match key.kind {
                Kind::Scalar { text, .. } => text,
                Kind::Null => "null".to_owned(),
                Kind::List(_) | Kind::Map(_) => {
                    self.sink.at(key.span, Code::Syntax, "a key is a name, not a list or a map");
                    continue;
                }
            };
            if let Some((first, _)) = entries.iter().find(|(k, _)| k.value == name) {
                let line = first.span.line;
                self.sink
                    .at(key.span, Code::DuplicateKey, format!("`{name}` stands twice in the same map"))
                    .label(format!("first in line {line}"))
                    .help("keep one of them");
                continue;
            }
            entries.push((Spanned::new(name, key.span), value));
        }
    }

    fn forbid(&mut self, anchor: usize, tag: bool, span: Span) {
        if anchor > 0 {
            self.anchor(span);
        }
        if tag {
            self.sink
                .at(span, Code::Tag, "tags (`!name`) are not part of the format")
                .help("write the value alone; its type follows from the key");
        }
    }

    fn anchor(&mut self, span: Span) {
        self.sink
            .at(span, Code::Anchor, "anchors (`&name`) and aliases (`*name`) are not part of the format")
            .help("write the value out; a text that begins with & or * needs quotes");
    }

    fn span(&self, range: Range) -> Span {
        let (line, column) = place(range.start);
        let (end_line, end_column) = place(range.end);
        let end_column = if (end_line, end_column) <= (line, column) { column + 1 } else { end_column };
        Span { file: self.file, line, column, end_line: end_line.max(line), end_column }
    }

    fn until(&self, start: Span, end: Marker) -> Span {
        let (end_line, end_column) = place(end);
        Span { end_line, end_column, ..start }
    }

    /// Scalars end where their text ends, not where the scanner looked for more of it.
    fn scalar_span(&self, span: Span, plain: bool, kind: &Kind) -> Span {
        let Kind::Scalar { text, .. } = kind else { return span };
        let rest = self.lines.get(span.line.saturating_sub(1) as usize).map_or("", |l| skip(l, span.column));
        let width = if plain { rest.starts_with(text.as_str()).then(|| text.chars().count()) } else { quoted(rest) };
        match width.and_then(|width| u32::try_from(width).ok()) {
            Some(width) => Span { end_line: span.line, end_column: span.column.saturating_add(width), ..span },
            None => span,
        }
    }
}

/// Characters of the quoted text at the start of a line, with its quotes; nothing if it goes on in the next line.
fn quoted(rest: &str) -> Option<usize> {
    let mut chars = rest.chars().enumerate().peekable();
    let quote = chars.next().map(|(_, c)| c).filter(|c| matches!(c, '\'' | '"'))?;
    while let Some((at, c)) = chars.next() {
        let escaped =
            if quote == '"' { c == '\\' } else { c == quote && chars.peek().is_some_and(|(_, n)| *n == quote) };
        if escaped {
            chars.next();
        } else if c == quote {
            return Some(at + 1);
        }
    }
    None
}

/// The rest of a line from a column (from 1) on.
fn skip(line: &str, column: u32) -> &str {
    line.char_indices().nth(column.saturating_sub(1) as usize).map_or("", |(at, _)| &line[at..])
}

fn place(marker: Marker) -> (u32, u32) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (number(marker.line()).max(1), number(marker.col()).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Option<Node>, usize) {
        let mut sink = Sink::default();
        let node = parse(0, text, &mut sink);
        (node, sink.into_report(&[]).diagnostics().len())
    }

    #[test]
    fn places_are_lines_and_characters_from_one() {
        let (node, problems) = parsed("größe: 'ä b'   # comment\nlist: [eins ,zwei]\n");
        assert_eq!(problems, 0);
        let Some(Node { kind: Kind::Map(entries), .. }) = node else { panic!() };
        let place = |s: Span| (s.line, s.column, s.end_line, s.end_column);
        assert_eq!(place(entries[0].0.span), (1, 1, 1, 6));
        assert_eq!(place(entries[0].1.span), (1, 8, 1, 13));
        let Kind::List(items) = &entries[1].1.kind else { panic!() };
        assert_eq!(place(items[0].span), (2, 8, 2, 12));
        assert_eq!(place(items[1].span), (2, 14, 2, 18));
    }

    #[test]
    fn windows_line_ends_and_byte_order_marks_are_fine() {
        let (node, problems) = parsed("\u{feff}a: b\r\nc: d\r\n");
        assert_eq!(problems, 0);
        let Some(Node { kind: Kind::Map(entries), .. }) = node else { panic!() };
        assert_eq!(entries[0].0.value, "a");
        assert_eq!(entries[1].1.as_scalar(), Some("d"));
    }

    #[test]
    fn no_content_is_nothing() {
        for text in ["", "# only a comment\n", "\n\n"] {
            let (node, problems) = parsed(text);
            assert!(node.is_none() && problems == 0, "{text:?}");
        }
    }
}
