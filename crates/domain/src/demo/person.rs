//! Somebody at a customer's.

use super::data::people::{FIRST_NAMES, JOBS, LAST_NAMES};
use super::rng::Rng;

/// A person's name and job.
#[derive(Clone, Copy)]
pub(super) struct Person {
    pub(super) first: &'static str,
    pub(super) last: &'static str,
    pub(super) job: &'static str,
    pub(super) department: &'static str,
}

impl Person {
    pub(super) fn new(rng: &mut Rng, german: bool) -> Self {
        let list = usize::from(!german);
        let (job, department) = rng.pick(JOBS[list]);
        Self { first: rng.pick(FIRST_NAMES[list]), last: rng.pick(LAST_NAMES[list]), job, department }
    }

    /// Address at a company's domain, `joerg.schaefer@…`.
    pub(super) fn email(&self, domain: &str) -> String {
        format!("{}.{}@{domain}", slug(self.first), slug(self.last))
    }
}

/// Letters, digits and hyphens of ASCII that stand for `text` in addresses: umlauts in two letters, as Germans do.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'á' => out.push('a'),
            'ı' => out.push('i'),
            ' ' | '-' if !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_ascii() {
        assert_eq!(slug("Jörg Weiß"), "joerg-weiss");
        assert_eq!(slug("O'Brien & Müller"), "obrien-mueller");
        for name in FIRST_NAMES.iter().chain(&LAST_NAMES).copied().flatten() {
            assert!(slug(name).len() > 1, "{name}");
        }
    }
}
