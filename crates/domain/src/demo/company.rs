//! Companies: a name and domain that no other has, an address in a real city, a size.

use super::data::companies::{SIZES, STEMS, TRADES};
use super::data::places::{COUNTRIES, Country, Place};
use super::person::slug;
use super::rng::{Purpose, Rng};

/// A company as others see it.
pub(super) struct Company {
    pub(super) german: bool,
    pub(super) country: &'static Country,
    pub(super) place: &'static Place,
    pub(super) street: String,
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) industry: &'static str,
    /// Index into [`SIZES`].
    pub(super) size: usize,
}

impl Company {
    /// The `index`th company; another index is another name and domain.
    pub(super) fn new(seed: u64, index: u64) -> Self {
        let mut rng = Rng::new(seed, Purpose::Company, index);
        let weights: Vec<u32> = COUNTRIES.iter().map(|c| c.weight).collect();
        let country = &COUNTRIES[rng.weighted(&weights)];
        let place = &country.places[rng.index(country.places.len())];
        let number = rng.range(1, 180).to_string();
        let street = rng.pick(country.streets).replace('#', &number);
        let (name, industry) = named(seed, index, country.german);
        let size = rng.weighted(&SIZES.iter().map(|size| size.4).collect::<Vec<_>>());
        let domain = format!("{}.example", slug(&name));
        let name = format!("{name} {}", rng.pick(country.forms));
        Self { german: country.german, country, place, street, name, domain, industry, size }
    }

    /// A telephone number in the company's city.
    pub(super) fn phone(&self, rng: &mut Rng) -> String {
        rng.digits(self.place.phone)
    }

    /// A mobile number in its country.
    pub(super) fn mobile(&self, rng: &mut Rng) -> String {
        rng.digits(self.country.mobile)
    }
}

/// Name without the legal form, and industry. Walks through all pairs of stem and trade in leaps, so that neighbours
/// have nothing in common; once all pairs are used, a second stem joins the first.
fn named(seed: u64, index: u64, german: bool) -> (String, &'static str) {
    let list = usize::from(!german);
    let stems = STEMS[list];
    let words: Vec<(&'static str, &'static str)> =
        TRADES.iter().flat_map(|(industry, words)| words[list].iter().map(|word| (*industry, *word))).collect();
    let pairs = (stems.len() * words.len()) as u64;
    // A prime larger than any divisor of `pairs`, so that the leaps meet each pair once before they meet any twice.
    let pair = ((index % pairs) * 7919 + seed % pairs) % pairs;
    let round = (index / pairs) as usize;
    let (stem, word) = (pair as usize % stems.len(), pair as usize / stems.len());
    let (industry, word) = words[word];
    let name = if round == 0 {
        format!("{} {word}", stems[stem])
    } else {
        let second = stems[(stem + round) % stems.len()];
        let generation = round / stems.len();
        let suffix = if generation == 0 { String::new() } else { format!(" {}", generation + 1) };
        format!("{} & {second} {word}{suffix}", stems[stem])
    };
    (name, industry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_companies_share_a_domain() {
        let mut seen = HashSet::new();
        for index in 0..40_000 {
            assert!(seen.insert(Company::new(42, index).domain), "company {index}");
        }
    }

    #[test]
    fn stems_of_the_languages_differ() {
        assert!(STEMS[0].iter().all(|stem| !STEMS[1].contains(stem)));
        for list in STEMS {
            assert_eq!(list.iter().collect::<HashSet<_>>().len(), list.len());
        }
    }
}
