//! LIKE for SQLite with PostgreSQL's meaning: `%`, `_` and the escape `\` over characters, letter case as asked for.

use super::sqlite::Deadline;
use memchr::memmem::Finder;
use rusqlite::ffi;
use std::sync::atomic::{AtomicU32, Ordering};

/// Places that are tried between two looks at the clock: SQLite itself looks only between two rows.
const PLACES_PER_CHECK: u32 = 4_096;

/// Texts up to so many bytes are folded without asking for memory.
const SHORT: usize = 256;

/// A pattern, made ready once for all rows of a statement.
pub(crate) struct Pattern {
    /// What stands between the `%`: the first at the start of the text, the last at its end, the others anywhere in
    /// order.
    segments: Vec<Segment>,
    insensitive: bool,
    /// Places that were tried, in all rows.
    tried: AtomicU32,
}

/// A part of a pattern without `%`.
#[derive(Default)]
struct Segment {
    pieces: Vec<Piece>,
    /// Characters that it covers.
    length: usize,
}

enum Piece {
    Text(Box<Finder<'static>>),
    /// Any one character.
    One,
}

impl Pattern {
    pub(crate) fn new(pattern: &str, insensitive: bool) -> Self {
        let folded = if insensitive { pattern.to_lowercase() } else { pattern.to_owned() };
        let (mut segments, mut text) = (vec![Segment::default()], String::new());
        let mut characters = folded.chars();
        while let Some(character) = characters.next() {
            let segment = segments.last_mut().expect("there is one from the start");
            match character {
                '%' => {
                    segment.end_text(&mut text);
                    segments.push(Segment::default());
                }
                '_' => {
                    segment.end_text(&mut text);
                    segment.pieces.push(Piece::One);
                    segment.length += 1;
                }
                other => {
                    text.push(if other == '\\' { characters.next().unwrap_or('\\') } else { other });
                    segment.length += 1;
                }
            }
        }
        segments.last_mut().expect("there is one from the start").end_text(&mut text);
        Self { segments, insensitive, tried: AtomicU32::new(0) }
    }

    /// Whether the text is as the pattern says. Each segment is taken where it is first found, so this is linear but
    /// for segments with `_`.
    ///
    /// # Errors
    /// The statement has had its time.
    pub(crate) fn matches(&self, text: &str) -> rusqlite::Result<bool> {
        if !self.insensitive {
            return self.fits(text.as_bytes());
        }
        if text.len() > SHORT || !text.is_ascii() {
            return self.fits(text.to_lowercase().as_bytes());
        }
        let mut buffer = [0; SHORT];
        let folded = &mut buffer[..text.len()];
        folded.copy_from_slice(text.as_bytes());
        folded.make_ascii_lowercase();
        self.fits(folded)
    }

    fn fits(&self, text: &[u8]) -> rusqlite::Result<bool> {
        let [first, rest @ ..] = &self.segments[..] else { return Ok(text.is_empty()) };
        let Some(mut at) = first.end_from(text, 0) else { return Ok(false) };
        let [middle @ .., last] = rest else { return Ok(at == text.len()) };
        for segment in middle {
            match segment.find(text, at, &self.tried)? {
                Some(end) => at = end,
                None => return Ok(false),
            }
        }
        Ok(last.start_at_end(text).is_some_and(|start| start >= at && last.end_from(text, start).is_some()))
    }
}

impl Segment {
    fn end_text(&mut self, text: &mut String) {
        if !text.is_empty() {
            self.pieces.push(Piece::Text(Box::new(Finder::new(text.as_bytes()).into_owned())));
            text.clear();
        }
    }

    /// Where it ends if it begins here.
    fn end_from(&self, text: &[u8], start: usize) -> Option<usize> {
        let mut at = start;
        for piece in &self.pieces {
            at = match piece {
                Piece::Text(finder) if text[at..].starts_with(finder.needle()) => at + finder.needle().len(),
                Piece::Text(_) => return None,
                Piece::One => next(text, at)?,
            };
        }
        Some(at)
    }

    /// Where it ends if it begins at the first place from here on where it can.
    fn find(&self, text: &[u8], from: usize, tried: &AtomicU32) -> rusqlite::Result<Option<usize>> {
        let mut at = from;
        loop {
            if let Some(Piece::Text(finder)) = self.pieces.first() {
                let Some(skipped) = finder.find(&text[at..]) else { return Ok(None) };
                at += skipped;
            }
            if let Some(end) = self.end_from(text, at) {
                return Ok(Some(end));
            }
            let Some(after) = next(text, at) else { return Ok(None) };
            at = after;
            if tried.fetch_add(1, Ordering::Relaxed) % PLACES_PER_CHECK == PLACES_PER_CHECK - 1 && Deadline::has_come()
            {
                return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_INTERRUPT), None));
            }
        }
    }

    /// Where it begins if it ends with the text.
    fn start_at_end(&self, text: &[u8]) -> Option<usize> {
        let mut at = text.len();
        for _ in 0..self.length {
            at = (0..at).rev().find(|at| is_boundary(text[*at]))?;
        }
        Some(at)
    }
}

/// The next character of UTF-8 text.
fn next(text: &[u8], at: usize) -> Option<usize> {
    (at < text.len()).then(|| (at + 1..text.len()).find(|at| is_boundary(text[*at])).unwrap_or(text.len()))
}

/// Whether a character begins with this byte (RFC 3629).
fn is_boundary(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_match_as_in_postgresql() {
        for (text, pattern, expected) in [
            ("Müller", "M_ller", true),
            ("Müller", "%l%r", true),
            ("Müller", "m%", false),
            ("100%", "100\\%", true),
            ("1000", "100\\%", false),
            ("", "%", true),
            ("", "_", false),
            ("aXbXc", "a%X%c", true),
            ("abc", "abc%", true),
            ("abcd", "abc", false),
            ("abab", "%ab", true),
            ("aab", "%ab%ab", false),
            ("Müller", "%_üll%", true),
            ("üü", "%_ü_%", false),
            ("xüü", "%_ü_", true),
            ("", "", true),
            ("a", "", false),
            ("a\\", "a\\", true),
        ] {
            assert_eq!(Pattern::new(pattern, false).matches(text), Ok(expected), "{text} like {pattern}");
        }
    }

    #[test]
    fn letter_case_is_no_matter_where_it_is_not_asked_for() {
        let long = format!("{}Zug", "x".repeat(300));
        for (text, pattern, expected) in
            [("ENERGIE", "%Energ%", true), ("Grüße", "grÜ%", true), (&long, "%zUG", true), ("abc", "ABD", false)]
        {
            assert_eq!(Pattern::new(pattern, true).matches(text), Ok(expected), "{text} ilike {pattern}");
        }
    }
}
