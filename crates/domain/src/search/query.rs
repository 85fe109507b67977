//! What somebody typed into a search box.

use super::{
    stop_words::is_stop_word,
    words::{fold, words},
};

/// Most characters of a query.
pub const MOST_CHARACTERS: usize = 500;
/// Most words of a query.
pub const MOST_WORDS: usize = 20;

/// What a query asks for. All words are folded: letters and digits only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Must match, each by prefix or by stem.
    pub words: Vec<String>,
    /// Must match literally: the words of phrases.
    pub literal: Vec<String>,
    /// Must not match, literally or by stem.
    pub excluded: Vec<String>,
    /// LIKE patterns over folded texts: `+% klaus peter %` must match a field, `-% klaus peter %` must not.
    pub phrases: Vec<String>,
}

/// Why a query is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// It is too long.
    #[error("A search takes {MOST_CHARACTERS} characters at most, this one has {0}.")]
    TooLong(usize),
    /// It has too many words.
    #[error("A search takes {MOST_WORDS} words at most, this one has {0}.")]
    TooManyWords(usize),
}

impl Query {
    /// Reads a query: words, `"phrases"`, and either with `-` in front for what must not occur. Everything else that is
    /// neither letter nor digit separates words. Articles and the like are not looked for outside quotes.
    ///
    /// # Errors
    /// When it is longer than [`MOST_CHARACTERS`] or has more words than [`MOST_WORDS`].
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let characters = text.chars().count();
        if characters > MOST_CHARACTERS {
            return Err(QueryError::TooLong(characters));
        }
        let mut query = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (excluded, unsigned) = match rest.strip_prefix('-') {
                Some(unsigned) => (true, unsigned),
                None => (false, rest),
            };
            let (quoted, piece, after) = match unsigned.strip_prefix(is_quote) {
                Some(inside) => {
                    let (piece, after) = inside.split_once(is_quote).unwrap_or((inside, ""));
                    (true, piece, after)
                }
                None => {
                    let end = unsigned.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(unsigned.len());
                    let (piece, after) = unsigned.split_at(end);
                    (false, piece, after)
                }
            };
            query.take(&fold(piece), quoted, excluded);
            rest = after.trim_start();
        }
        let unwanted = query.phrases.iter().filter(|phrase| phrase.starts_with('-')).count();
        let count = query.words.len() + query.literal.len() + query.excluded.len() + unwanted;
        if count > MOST_WORDS { Err(QueryError::TooManyWords(count)) } else { Ok(query) }
    }

    fn take(&mut self, folded: &str, quoted: bool, excluded: bool) {
        let all = words(folded).map(str::to_owned);
        match (quoted, excluded) {
            (false, false) => self.words.extend(all.filter(|word| !is_stop_word(word))),
            (true, false) => {
                let before = self.literal.len();
                self.literal.extend(all);
                self.phrases.extend((self.literal.len() > before).then(|| format!("+%{folded}%")));
            }
            (_, true) => {
                let all: Vec<_> = all.collect();
                match (quoted, all.len()) {
                    (_, 0) => {}
                    (false, 1) => self.excluded.extend(all),
                    _ => self.phrases.push(format!("-%{folded}%")),
                }
            }
        }
    }

    /// Whether it looks for nothing, and so finds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.literal.is_empty()
    }
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '„' | '“' | '”' | '«' | '»')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        let Query { words, literal, excluded, phrases } = Query::parse(text).unwrap();
        [words, literal, excluded, phrases].map(|list| list.join(",")).join(" | ")
    }

    #[test]
    fn queries_are_read() {
        for (text, expected) in [
            ("Müller Berlin", "muller,berlin |  |  | "),
            ("die Bahn AG", "bahn,ag |  |  | "),
            ("\"Die Bahn\" -gmbh", " | die,bahn | gmbh | +% die bahn %"),
            ("„Klaus-Peter“ x", "x | klaus,peter |  | +% klaus peter %"),
            ("-\"a b\" -t-systems c", "c |  |  | -% a b %,-% t systems %"),
            ("\"open", " | open |  | +% open %"),
            ("a.b@c.de", "b,c,de |  |  | "),
            ("''):*& | ! <-> \\ \" \" - --", " |  |  | "),
            ("", " |  |  | "),
        ] {
            assert_eq!(parsed(text), expected, "{text}");
        }
        assert!(Query::parse("the \u{0} ---").unwrap().is_empty());
    }

    #[test]
    fn limits_are_named() {
        let long = Query::parse(&"x".repeat(501)).unwrap_err();
        assert_eq!(long.to_string(), "A search takes 500 characters at most, this one has 501.");
        let many = Query::parse(&"x ".repeat(21)).unwrap_err();
        assert_eq!(many.to_string(), "A search takes 20 words at most, this one has 21.");
    }
}
