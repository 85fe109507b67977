//! What the characters of a document tell before anything is parsed: how many tokens they are, and how deep its brackets
//! are nested.
//!
//! The parser and the validation call themselves once per level, so that a short document of brackets would use up the
//! stack of the thread and end the process; and both make much more of a token than it is long. This is one pass.

/// Most open brackets at one place: selections, arguments, objects, lists and types together.
pub(crate) const MOST_BRACKETS: u64 = 100;

/// Longest name, in bytes: names of a schema are far shorter, and a name is compared with many.
pub(crate) const LONGEST_NAME: u64 = 256;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Lexical tokens: punctuators, names, numbers and strings.
    pub(crate) tokens: u64,
    /// Brackets that are open at one place, at most. Those in strings and comments do not count.
    pub(crate) brackets: u64,
    /// Bytes of the longest name.
    pub(crate) name: u64,
}

/// Looks through a document.
pub(crate) fn scan(document: &str) -> Scan {
    let bytes = document.as_bytes();
    let mut found = Scan::default();
    let (mut open, mut at) = (0_u64, 0);
    while let Some(byte) = bytes.get(at) {
        found.tokens += 1;
        match byte {
            b'{' | b'[' | b'(' => {
                open += 1;
                found.brackets = found.brackets.max(open);
            }
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            b'"' if bytes[at..].starts_with(b"\"\"\"") => at = end_of_block(bytes, at + 3),
            b'"' => at = end_of_string(bytes, at + 1),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let start = at;
                at = last(bytes, at, |b| b.is_ascii_alphanumeric() || b == b'_');
                found.name = found.name.max((at + 1).min(bytes.len()) as u64 - start as u64);
            }
            b'-' | b'0'..=b'9' => {
                at = last(bytes, at, |b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
            }
            b'.' => at = last(bytes, at, |b| b == b'.'),
            b'!'..=b'~' if !matches!(byte, b'#' | b',') => {}
            other => {
                found.tokens -= 1;
                if *other == b'#' {
                    at = end_of_line(bytes, at);
                }
            }
        }
        at += 1;
    }
    found
}

/// The last of the bytes from here on that are of a kind; the first is.
fn last(bytes: &[u8], from: usize, of_kind: impl Fn(u8) -> bool) -> usize {
    bytes[from + 1..].iter().position(|b| !of_kind(*b)).map_or(bytes.len(), |n| from + n)
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| from + n)
}

/// The closing quote of a string; a line break ends it too, which the parser then reports.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' | b'\n' | b'\r' => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// The last of the three quotes that close a block string.
fn end_of_block(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if bytes[at..].starts_with(b"\"\"\"") {
            return at + 2;
        } else {
            at += 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_outside_strings_and_comments() {
        let brackets = |text: &str| scan(text).brackets;
        let nested = |n: usize| format!("{{ a(b: {}1{}) }}", "[".repeat(n), "]".repeat(n));
        assert_eq!(brackets(&nested(98)), 100);
        let many = "[".repeat(1000);
        assert_eq!(brackets(&format!("{{ a(b: \"{many}\\\"{many}\") }} # {many}")), 2);
        assert_eq!(brackets(&format!("{{ a(b: \"\"\"{many} \\\"\"\" {many}\"\"\") }}")), 2);
        assert_eq!(brackets(&format!("{{ a # \"\n {many}")), 1001);
        assert_eq!(brackets(&format!("{{ a(b: \"\", c: \"\"\"\"\"\", d: {many}")), 1002);
        assert_eq!(brackets(&"[]".repeat(1000)), 1);
    }

    #[test]
    fn the_longest_name_is_found() {
        for (text, longest) in
            [("{ a bcd ef }", 3), ("# long_comment\n{ a(b: \"long text\") }", 1), ("abcd", 4), ("", 0)]
        {
            assert_eq!(scan(text).name, longest, "{text}");
        }
    }

    #[test]
    fn tokens_are_those_of_the_specification() {
        for (text, tokens) in [
            ("", 0),
            (" \t\r\n,\u{feff}# comment { }", 0),
            ("{ a }", 3),
            ("query Q($a_1: [Int!] = -1.5e+10) @d { ...F ... on T { b } }", 25),
            ("{a(b:\"x y\",c:\"\"\"x \" y\"\"\",d:\"ü\")}", 14),
            ("{a,b#c\nd}", 5),
            ("\"\" \"open", 2),
            ("a\u{a0}b", 2),
        ] {
            assert_eq!(scan(text).tokens, tokens, "{text}");
        }
    }
}
