//! Stems of words by the Snowball algorithms for German and English, as PostgreSQL's dictionaries make them.

use rust_stemmers::{Algorithm, Stemmer};

/// A folded word and its stems, each once.
pub(crate) fn forms(word: &str) -> impl Iterator<Item = String> {
    // The algorithms take any letters, and know what to do with those of their alphabet only.
    let stem = |language| Stemmer::create(language).stem(word).into_owned();
    let mut forms = vec![word.to_owned(), stem(Algorithm::German), stem(Algorithm::English)];
    forms.dedup();
    if forms.len() == 3 && forms[0] == forms[2] {
        forms.pop();
    }
    forms.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_stems() {
        for (word, expected) in [
            ("hauser", vec!["hauser", "haus"]),
            ("companies", vec!["companies", "compani"]),
            ("houses", vec!["houses", "hous"]),
            ("2026", vec!["2026"]),
        ] {
            assert_eq!(forms(word).collect::<Vec<_>>(), expected, "{word}");
        }
    }
}
