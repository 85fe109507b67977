//! Texts as words: the same as the function `kontor_words` of PostgreSQL.

use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// PostgreSQL's text search takes no longer words, in bytes.
const LONGEST: usize = 2046;

/// Most characters of a record that are searched, all fields together: a `tsvector` holds a megabyte.
pub(crate) const SEARCHED: usize = 65_536;

/// The words of a text, folded: `Müller-Lüdenscheidt` has `muller` and `ludenscheidt`.
pub(crate) fn words(folded: &str) -> impl Iterator<Item = &str> {
    let parts = folded.split(' ').flat_map(|word| {
        let (number, rest) = word.split_at(scientific(word));
        [number, rest]
    });
    parts.filter(|word| !word.is_empty() && word.len() <= LONGEST)
}

/// Length of a number such as `1e5` that a word begins with: PostgreSQL's parser takes `1e5x` for two words, and nothing
/// else of letters and digits.
fn scientific(word: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mantissa = digits(word);
    match word[mantissa..].strip_prefix('e').map(digits) {
        Some(exponent) if mantissa > 0 && exponent > 0 => mantissa + 1 + exponent,
        _ => 0,
    }
}

/// The text in lower case, without accents (compatibility decomposition, Unicode Standard Annex 15), with one space
/// wherever there is something else than letters and digits, and at both ends.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    if text.is_ascii() {
        fold_into(&mut folded, &text.to_ascii_lowercase());
    } else {
        fold_into(&mut folded, &text.nfkd().collect::<String>().to_lowercase());
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
    folded
}

fn fold_into(folded: &mut String, text: &str) {
    for character in text.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)) {
        if is_of_words(character) {
            folded.push(character);
        } else if !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
}

/// What POSIX calls `alnum`, as ICU reads it: letters and decimal digits.
fn is_of_words(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || (!character.is_ascii()
            && (character.general_category_group() == GeneralCategoryGroup::Letter
                || character.general_category() == GeneralCategory::DecimalNumber))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_words() {
        for (text, expected) in [
            ("Müller & Söhne", " muller sohne "),
            ("Klaus-Peter  O'Hara", " klaus peter o hara "),
            ("a.b@c-d.example", " a b c d example "),
            ("Straße ½ ² Ⅷ", " straße 1 2 2 viii "),
            ("İstanbul ΣΑΣ 日本語", " istanbul σας 日本語 "),
            ("😀x\u{0}y 3D", " x y 3d "),
            ("", " "),
            ("'\"():*&|!<>\\", " "),
        ] {
            assert_eq!(fold(text), expected);
        }
        assert_eq!(words(" 1e5 1e5x e5 12e ").collect::<Vec<_>>(), ["1e5", "1e5", "x", "e5", "12e"]);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(words(&fold(&format!("a {long} b"))).collect::<Vec<_>>(), ["a", "b"]);
    }
}
