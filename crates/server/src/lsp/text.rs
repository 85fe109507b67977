//! How the protocol counts: lines and UTF-16 code units from 0. Packages are counted in lines and characters from 1.

use kontor_metadata::places::Extent;
use lsp_types::{Position, Range, Uri};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::path::{Path, PathBuf};

/// What does not stand in the path of an address as it is (RFC 3986).
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b']')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// Line and column of a place.
pub(super) fn place(text: &str, position: Position) -> (u32, u32) {
    let line = text.lines().nth(position.line as usize).unwrap_or_default();
    let mut units = 0;
    let mut column = 1;
    for character in line.chars() {
        if units >= position.character {
            break;
        }
        units += if character.len_utf16() == 2 { 2 } else { 1 };
        column += 1;
    }
    (position.line + 1, column)
}

/// A line and column as the protocol has them.
fn position(text: &str, line: u32, column: u32) -> Position {
    let number = line.saturating_sub(1);
    let content = text.lines().nth(number as usize).unwrap_or_default();
    let units: usize = content.chars().take(column.saturating_sub(1) as usize).map(char::len_utf16).sum();
    Position { line: number, character: u32::try_from(units).unwrap_or(u32::MAX) }
}

/// A range of a text.
pub(super) fn range(text: &str, extent: &Extent) -> Range {
    Range { start: position(text, extent.line, extent.column), end: position(text, extent.end_line, extent.end_column) }
}

/// The file of an address.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let encoded = uri.as_str().strip_prefix("file://")?;
    // A host may stand there, which is this one.
    let encoded = &encoded[encoded.find('/')?..];
    Some(PathBuf::from(percent_decode_str(encoded).decode_utf8().ok()?.into_owned()))
}

/// The address of a file.
pub(super) fn uri(path: &Path) -> Option<Uri> {
    format!("file://{}", utf8_percent_encode(&path.to_string_lossy(), ENCODED)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_here_and_code_units_there() {
        let text = "a\nü🚚x: y\n";
        let at = Position { line: 1, character: 3 };
        assert_eq!(place(text, at), (2, 3));
        assert_eq!(position(text, 2, 3), at);
        assert_eq!(place(text, Position { line: 7, character: 9 }), (8, 1));
    }

    #[test]
    fn addresses_are_those_of_files() {
        let path_of = |text: &str| path(&text.parse().unwrap());
        assert_eq!(path_of("file:///a%20b/%C3%BC.yaml"), Some("/a b/ü.yaml".into()));
        assert_eq!(path_of("https://example.com/a"), None);
        assert_eq!(path(&uri(Path::new("/a b/ü#.yaml")).unwrap()), Some("/a b/ü#.yaml".into()));
    }
}
