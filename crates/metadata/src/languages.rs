//! Language tags, and which languages a set of labels is given in.

/// Whether a text has the shape of a BCP 47 tag: `de`, `pt-BR`, `zh-Hant-TW`.
pub(crate) fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::is_tag;

    #[test]
    fn tags() {
        for tag in ["en", "de", "pt-BR", "zh-Hant-TW", "gsw"] {
            assert!(is_tag(tag), "{tag}");
        }
        for other in ["", "e", "EN", "german", "de_DE", "de-", "label"] {
            assert!(!is_tag(other), "{other}");
        }
    }
}
