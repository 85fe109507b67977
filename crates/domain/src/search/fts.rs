//! Terms and expressions for SQLite's FTS5.
//!
//! A term is the organisation's id followed by a word or stem, so that the index itself keeps organisations apart: a
//! search walks through no entry of another.

use super::{
    level::{Form, Level},
    query::Query,
    stem::forms,
    words::{fold, words},
};
use std::{collections::BTreeSet, fmt::Write as _};
use uuid::Uuid;

/// The terms of some texts with a space between, for the tokenizer `ascii`, which splits at nothing else in them.
pub(crate) fn terms<'t>(org: &[u8], texts: impl Iterator<Item = &'t str>) -> String {
    let org = hexadecimal(org);
    let mut distinct = BTreeSet::new();
    for text in texts {
        for word in words(&fold(text)) {
            distinct.extend(forms(word));
        }
    }
    let mut out = String::with_capacity(distinct.len() * (org.len() + 8));
    for term in distinct {
        // Writing into a string cannot fail.
        let _ = write!(out, "{org}{term} ");
    }
    out
}

/// The expression for what a query finds at a level; for a query that looks for nothing, a term that nothing has.
pub(super) fn expression(query: &Query, level: Level, org: Uuid) -> String {
    let org = hexadecimal(org.as_bytes());
    let term = |word: &str| format!("\"{org}{word}\"");
    if query.is_empty() {
        return term("");
    }
    let any_form = |word: &str| forms(word).map(|form| term(&form)).collect::<Vec<_>>().join(" OR ");
    let wanted = query.words.iter().map(|word| match level.form {
        Form::Prefix if takes_prefix(word) => format!("({}* OR {})", term(word), any_form(word)),
        _ => format!("({})", any_form(word)),
    });
    let wanted: Vec<_> = wanted.chain(query.literal.iter().map(|word| term(word))).collect();
    let columns: Vec<_> = level.letters().chars().map(|letter| letter.to_ascii_lowercase().to_string()).collect();
    let mut expression = format!("({{{}}} : ({}))", columns.join(" "), wanted.join(" AND "));
    if !query.excluded.is_empty() {
        let excluded: Vec<_> = query.excluded.iter().map(|word| any_form(word)).collect();
        expression = format!("{expression} NOT ({})", excluded.join(" OR "));
    }
    expression
}

/// A letter alone begins too many words to be meant as a beginning.
pub(super) fn takes_prefix(word: &str) -> bool {
    word.len() > 1
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kontor_metadata::model::Weight;

    fn said(text: &str, through: Weight, form: Form) -> String {
        let org = Uuid::from_u128(10);
        let query = Query::parse(text).unwrap();
        expression(&query, Level { through, form }, org).replace(&hexadecimal(org.as_bytes()), "")
    }

    #[test]
    fn expressions_hold_quoted_words_only() {
        for (text, through, form, expected) in [
            ("Häuser x", Weight::D, Form::Prefix, r#"({a b c d} : (("hauser"* OR "hauser" OR "haus") AND ("x")))"#),
            ("Häuser", Weight::B, Form::Word, r#"({a b} : (("hauser" OR "haus")))"#),
            ("\"a b\" -x", Weight::A, Form::Prefix, r#"({a} : ("a" AND "b")) NOT ("x")"#),
            ("x' OR NOT (a:b*)", Weight::A, Form::Word, r#"({a} : (("x") AND ("b")))"#),
            ("-x", Weight::A, Form::Word, "\"\""),
            ("\" '", Weight::A, Form::Word, "\"\""),
        ] {
            assert_eq!(said(text, through, form), expected, "{text}");
        }
    }

    #[test]
    fn terms_are_words_and_stems_of_an_organisation() {
        assert_eq!(terms(&[0xab], ["Häuser, Haus"].into_iter()), "abhaus abhauser ");
    }
}
