//! Words that a query may have without looking for them: articles, prepositions and conjunctions of German and English
//! that are no names. Quotes make them count.

/// Folded and in order.
const WORDS: [&str; 58] = [
    "a", "als", "an", "and", "are", "as", "at", "auf", "aus", "be", "bei", "beim", "by", "das", "dem", "den", "der",
    "des", "die", "ein", "eine", "einem", "einen", "einer", "eines", "for", "from", "fur", "im", "in", "is", "ist",
    "mit", "nach", "not", "oder", "of", "on", "or", "sind", "that", "the", "there", "these", "this", "to", "uber",
    "und", "unter", "vom", "von", "vor", "war", "was", "with", "zu", "zum", "zur",
];

/// Whether a folded word is one of them.
pub(super) fn is_stop_word(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_in_order() {
        assert!(WORDS.is_sorted());
        assert!(is_stop_word("die") && !is_stop_word("will"));
    }
}
