//! Full-text search: what a query asks for, and how both databases are asked the same.
//!
//! Reading order: [`words`] (texts become words), [`stem`](mod@stem) (words become stems), [`query`] (what somebody typed), [`level`]
//! (how well a record can match, from which its rank follows), [`fts`] (the index of SQLite), `sought` (a record by itself). PostgreSQL does the same with
//! the functions of the migration `m20261121_000003_search`; the tests compare the two.
//!
//! No text of a query ever reaches a parser of a database: words consist of letters and digits, and nothing else of the
//! text is passed on.

pub mod fts;
pub mod level;
pub mod query;
pub(crate) mod sought;
pub mod stem;
mod stop_words;
pub mod words;

use crate::value::Value;
use level::Level;
use query::Query;
use uuid::Uuid;

/// What a statement wants to know of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Words that must match by prefix or stem, as a list.
    Words,
    /// Words that must match literally, as a list.
    Literal,
    /// Words that must not match, as a list.
    Excluded,
    /// Patterns of phrases, as a list; `+` is in front of those that must occur, `-` in front of the others.
    Phrases,
    /// The query as it was typed.
    Text,
    /// The query in the language of SQLite's FTS5.
    Match(Level),
}

/// A part of the query `text`, of a caller of this organisation. A text that is refused where it is read from the
/// request finds nothing here.
#[must_use]
pub fn part(text: &str, part: Part, org: Uuid) -> Value {
    let query = Query::parse(text).unwrap_or_default();
    let list = |texts: Vec<String>| Value::List(texts.into_iter().map(Value::Text).collect());
    match part {
        Part::Words => list(query.words),
        Part::Literal => list(query.literal),
        Part::Excluded => list(query.excluded),
        Part::Phrases => list(query.phrases),
        Part::Text => Value::Text(text.to_owned()),
        Part::Match(level) => Value::Text(fts::expression(&query, level, org)),
    }
}
