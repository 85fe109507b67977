//! Stems of words by the Snowball algorithms for German and English, as PostgreSQL's dictionaries make them.

use rust_stemmers::{Algorithm, Stemmer};

/// The stems of a folded word that are not the word itself.
pub(crate) fn stems(word: &str) -> impl Iterator<Item = String> {
    // The algorithms take any letters, and know what to do with those of their alphabet only.
    let stems =
        [Algorithm::German, Algorithm::English].map(|language| Stemmer::create(language).stem(word).into_owned());
    let [german, english] = stems;
    let other = (english != german).then_some(english);
    std::iter::once(german).chain(other).filter(move |stem| stem != word).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_stems() {
        for (word, expected) in
            [("hauser", vec!["haus"]), ("companies", vec!["compani"]), ("houses", vec!["hous"]), ("2026", vec![])]
        {
            assert_eq!(stems(word).collect::<Vec<_>>(), expected, "{word}");
        }
    }
}
