use std::collections::BTreeMap;

/// A text for people, in one or more languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(BTreeMap<String, String>);

impl Text {
    /// From language tag (BCP 47, `de`) to text.
    #[must_use]
    pub fn new(by_language: BTreeMap<String, String>) -> Self {
        Self(by_language)
    }

    /// The same text whatever the language; what a name gives when no label was written.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self(BTreeMap::from([("en".to_owned(), text.into())]))
    }

    /// The text in `language`, else in English, else in any; empty if there is none.
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        self.0.get(language).or_else(|| self.0.get("en")).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }

    /// This text, and another's in the languages that it lacks.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        for (language, text) in &other.0 {
            self.0.entry(language.clone()).or_insert_with(|| text.clone());
        }
        self
    }

    /// Language and text, in order of the language tags.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(language, text)| (language.as_str(), text.as_str()))
    }

    /// Whether nothing was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
