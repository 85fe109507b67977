//! How deep the brackets of a document are nested, told from its characters alone.
//!
//! The parser and the validation call themselves once per level, so that a short document of brackets would use up the
//! stack of the thread and end the process. This is looked at before anything is parsed, in one pass.

/// Most open brackets at one place: selections, arguments, objects, lists and types together.
pub(crate) const MOST: usize = 100;

/// Whether more than [`MOST`] brackets are open anywhere. Those in strings and comments do not count.
pub(crate) fn is_too_deep(document: &str) -> bool {
    let bytes = document.as_bytes();
    let (mut open, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' | b'(' => {
                open += 1;
                if open > MOST {
                    return true;
                }
            }
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            b'#' => at = end_of_line(bytes, at),
            b'"' if bytes[at..].starts_with(b"\"\"\"") => at = end_of_block(bytes, at + 3),
            b'"' => at = end_of_string(bytes, at + 1),
            _ => {}
        }
        at += 1;
    }
    false
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
        let nested = |n: usize| format!("{{ a(b: {}1{}) }}", "[".repeat(n), "]".repeat(n));
        assert!(!is_too_deep(&nested(MOST - 2)));
        assert!(is_too_deep(&nested(MOST - 1)));
        let many = "[".repeat(1000);
        assert!(!is_too_deep(&format!("{{ a(b: \"{many}\\\"{many}\") }} # {many}")));
        assert!(!is_too_deep(&format!("{{ a(b: \"\"\"{many} \\\"\"\" {many}\"\"\") }}")));
        assert!(is_too_deep(&format!("{{ a # \"\n {many}")));
        assert!(is_too_deep(&format!("{{ a(b: \"\", c: \"\"\"\"\"\", d: {many}")));
        assert!(!is_too_deep(&"[]".repeat(1000)));
    }
}
