use crate::source::Source;
use crate::yaml::Span;

/// What mends a problem for certain, so that a program can do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// Another text in a place of the file; columns in characters, all from 1, the end behind the last character.
    Replace {
        /// Line of the first character.
        line: u32,
        /// Its column.
        column: u32,
        /// Line of the end.
        end_line: u32,
        /// Column of the end.
        end_column: u32,
        /// What is written there instead.
        text: String,
    },
    /// Another name for the file, in its folder.
    Rename {
        /// The name, `shipment.yaml`.
        to: String,
    },
}

impl Fix {
    /// The text of the file afterwards; nothing where the place is not in the text, or the file is only renamed.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        let Fix::Replace { line, column, end_line, end_column, text: new } = self else { return None };
        let (from, to) = (offset(text, *line, *column)?, offset(text, *end_line, *end_column)?);
        Some(format!("{}{new}{}", text.get(..from)?, text.get(to..)?))
    }
}

/// A fix before the text of its file is looked up.
#[derive(Debug)]
pub(super) enum Draft {
    /// The place of the problem holds a name, or ends with it, that should be another.
    Name { wrong: String, right: String },
    /// A place holds another text.
    Replace(Span, String),
    /// An item of a list goes, with its comma.
    Remove(Span),
    /// The file has another name.
    Rename(String),
}

impl Draft {
    /// The fix; nothing where the file does not read as it would have to.
    pub(super) fn resolve(self, problem: Span, source: &Source) -> Option<Fix> {
        match self {
            Draft::Rename(to) => Some(Fix::Rename { to }),
            Draft::Replace(span, text) => Some(replace(span, text)),
            Draft::Name { wrong, right } => {
                let there = slice(&source.text, problem)?;
                let bare = there.trim_matches(['"', '\'']);
                let before = bare.strip_suffix(wrong.as_str())?;
                // `core/Acount`, or the word alone: never a part of another word.
                (before.is_empty() || before.ends_with('/')).then_some(())?;
                Some(replace(problem, there.replacen(bare, &format!("{before}{right}"), 1)))
            }
            Draft::Remove(span) => {
                let (mut span, line) = (span, source.text.lines().nth(span.line.checked_sub(1)? as usize)?);
                (span.line == span.end_line).then_some(())?;
                let characters: Vec<char> = line.chars().collect();
                let behind = characters.get(span.end_column as usize - 1..)?;
                let ahead = characters.get(..span.column as usize - 1)?;
                if behind.first() == Some(&',') {
                    let blank = behind[1..].iter().take_while(|c| **c == ' ').count();
                    span.end_column += 1 + u32::try_from(blank).ok()?;
                } else {
                    let blank = ahead.iter().rev().take_while(|c| **c == ' ').count();
                    let comma = ahead.len().checked_sub(blank + 1).is_some_and(|at| ahead[at] == ',');
                    let opens = behind.first() == Some(&']') && ahead.last() == Some(&'[');
                    // An item of a block list has a line and a dash of its own: nothing to cut out of a line.
                    (comma || opens).then_some(())?;
                    span.column -= if comma { u32::try_from(blank + 1).ok()? } else { 0 };
                }
                Some(replace(span, String::new()))
            }
        }
    }
}

fn replace(span: Span, text: String) -> Fix {
    let Span { line, column, end_line, end_column, .. } = span;
    Fix::Replace { line, column, end_line, end_column, text }
}

/// What stands at a place.
fn slice(text: &str, span: Span) -> Option<&str> {
    text.get(offset(text, span.line, span.column)?..offset(text, span.end_line, span.end_column)?)
}

/// Line and column in characters → byte.
fn offset(text: &str, line: u32, column: u32) -> Option<usize> {
    let start = match line {
        1 => 0,
        _ => text.match_indices('\n').nth(line as usize - 2)?.0 + 1,
    };
    let rest = &text[start..];
    let end = rest.find('\n').unwrap_or(rest.len());
    let inside = rest[..end].char_indices().map(|(at, _)| at).chain([end]).nth(column.checked_sub(1)? as usize)?;
    Some(start + inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(line: u32, column: u32, end_column: u32) -> Span {
        Span { file: 0, line, column, end_line: line, end_column }
    }

    fn mended(text: &str, draft: Draft, at: Span) -> Option<String> {
        draft.resolve(at, &Source::new("a.yaml", text))?.apply(text)
    }

    #[test]
    fn names_are_replaced_where_they_stand() {
        let name = |wrong: &str, right: &str| Draft::Name { wrong: wrong.into(), right: right.into() };
        let text = "größe: x\nto: 'Acount'\nextend: core/Acount\n";
        assert_eq!(
            mended(text, name("Acount", "Account"), span(2, 5, 13)).unwrap(),
            "größe: x\nto: 'Account'\nextend: core/Acount\n"
        );
        assert_eq!(
            mended(text, name("Acount", "Account"), span(3, 9, 20)).unwrap(),
            "größe: x\nto: 'Acount'\nextend: core/Account\n"
        );
        assert_eq!(mended(text, name("count", "Account"), span(3, 9, 20)), None);
    }

    #[test]
    fn items_go_with_their_comma() {
        for (text, at, expected) in [
            ("i: [[a], [b]]", span(1, 5, 8), "i: [[b]]"),
            ("i: [[a], [b]]", span(1, 10, 13), "i: [[a]]"),
            ("i: [[a]]", span(1, 5, 8), "i: []"),
        ] {
            assert_eq!(mended(text, Draft::Remove(at), at).as_deref(), Some(expected));
        }
        assert_eq!(mended("- [a]", Draft::Remove(span(1, 3, 6)), span(1, 3, 6)), None);
    }
}
