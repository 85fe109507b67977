//! Whether a record is found, told from its texts alone. Where only a few records are looked at anyway, this costs less
//! than a walk through an index of all of them.

use super::{
    fts,
    query::Query,
    stem::forms,
    words::{fold, words},
};
use std::collections::BTreeSet;

/// A query, prepared for many records.
pub(crate) struct Sought {
    query: Query,
    /// The forms of each word that is looked for.
    words: Vec<Vec<String>>,
    /// The forms of words that must not occur.
    excluded: Vec<String>,
}

impl Sought {
    /// Reads the text of a query; one that is refused where it is read from the request finds nothing here.
    pub(crate) fn new(text: &str) -> Self {
        let query = Query::parse(text).unwrap_or_default();
        let words = query.words.iter().map(|word| forms(word).collect()).collect();
        let excluded = query.excluded.iter().flat_map(|word| forms(word)).collect();
        Self { query, words, excluded }
    }

    /// Whether it finds a record with these texts in its searched fields.
    pub(crate) fn finds<'t>(&self, texts: impl Iterator<Item = &'t str>) -> bool {
        if self.query.is_empty() {
            return false;
        }
        let texts: Vec<String> = texts.map(fold).collect();
        let terms: BTreeSet<String> = texts.iter().flat_map(|text| words(text)).flat_map(forms).collect();
        let begins = |word: &String| {
            fts::takes_prefix(word) && terms.range::<String, _>(word..).next().is_some_and(|t| t.starts_with(word))
        };
        let wanted = |(word, forms): (&String, &Vec<String>)| begins(word) || forms.iter().any(|f| terms.contains(f));
        self.query.words.iter().zip(&self.words).all(wanted)
            && self.query.literal.iter().all(|word| terms.contains(word))
            && !self.excluded.iter().any(|form| terms.contains(form))
            && self.query.phrases.iter().all(|pattern| {
                let phrase = pattern.get(1..).unwrap_or_default().trim_matches('%');
                texts.iter().any(|text| text.contains(phrase)) != pattern.starts_with('-')
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_by_their_texts() {
        let texts = ["Klaus-Peter Winter", "Häuser GmbH"];
        for (query, expected) in [
            ("winter haus", true),
            ("wint häus", true),
            ("winter sommer", false),
            ("winter -haus", false),
            ("winter -hau", true),
            ("\"klaus peter\"", true),
            ("\"winter hauser\"", false),
            ("gmbh -\"klaus peter\"", false),
            ("w", false),
            ("-sommer", false),
            ("", false),
        ] {
            assert_eq!(Sought::new(query).finds(texts.into_iter()), expected, "{query}");
        }
    }
}
