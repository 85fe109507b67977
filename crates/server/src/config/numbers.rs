//! How much and how often may be asked: whole numbers that are all read alike.

use kontor_domain::quota::Quota;
use kontor_gateway::{
    limits::Limits,
    rates::{Rate, Rates},
};
use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

/// A number that can be set.
struct Number {
    /// Its section and key.
    name: &'static str,
    default: u64,
    least: u64,
    most: u64,
}

const fn number(name: &'static str, default: u64, (least, most): (u64, u64)) -> Number {
    Number { name, default, least, most }
}

const NUMBERS: [Number; 19] = [
    number("limits.document_bytes", 200_000, (1, 1 << 30)),
    number("limits.tokens", 15_000, (1, 10_000_000)),
    number("limits.depth", 20, (1, 50)),
    number("limits.fields", 10_000, (1, 1_000_000)),
    number("limits.root_fields", 50, (1, 1_000)),
    number("limits.aliases", 500, (0, 1_000_000)),
    number("limits.directives", 200, (0, 1_000_000)),
    number("limits.records", 10_000_000, (1, 1 << 40)),
    number("limits.batch", 0, (0, 1_000)),
    number("limits.request_timeout", 30, (1, 86_400)),
    number("limits.sockets", 20_000, (1, 1_000_000)),
    number("organizations.max_users", 0, (0, 1 << 40)),
    number("organizations.max_records", 0, (0, 1 << 40)),
    number("rates.user_per_minute", 6_000, (0, 1_000_000_000)),
    number("rates.user_burst", 2_000, (1, 1_000_000_000)),
    number("rates.key_per_minute", 6_000, (0, 1_000_000_000)),
    number("rates.key_burst", 2_000, (1, 1_000_000_000)),
    number("rates.address_per_minute", 600, (0, 1_000_000_000)),
    number("rates.address_burst", 300, (1, 1_000_000_000)),
];

/// The keys of a section, with the names that they have beside their section.
pub(super) fn keys(section: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let names = NUMBERS.iter().map(|number| number.name);
    names.filter_map(move |name| name.split_once('.').filter(|(of, _)| *of == section).map(|(_, key)| (name, key)))
}

/// Resolved numbers, by their names.
#[derive(Debug, Clone)]
pub(crate) struct Numbers(BTreeMap<&'static str, u64>);

impl Numbers {
    /// From a file and the environment; adds what is wrong with them.
    pub(super) fn resolve(
        file: &BTreeMap<&'static str, u64>,
        environment: &dyn Fn(&str) -> Option<String>,
        mistakes: &mut Vec<String>,
    ) -> Self {
        let resolved = NUMBERS.iter().map(|Number { name, default, least, most }| {
            let variable = format!("KONTOR_{}", name.replace('.', "_").to_uppercase());
            let value = match environment(&variable).map(|text| text.parse().map_err(|_| text)) {
                Some(Ok(value)) => value,
                Some(Err(text)) => {
                    mistakes.push(format!("{variable} is `{text}`, which is not a whole number"));
                    *default
                }
                None => file.get(name).copied().unwrap_or(*default),
            };
            if !(*least..=*most).contains(&value) {
                mistakes.push(format!("{name} is {value}; it must be from {least} to {most}"));
            }
            (*name, value)
        });
        Self(resolved.collect())
    }

    fn of(&self, name: &'static str) -> u64 {
        self.0[name]
    }

    /// How much an operation may ask for.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            document_bytes: self.of("limits.document_bytes"),
            tokens: self.of("limits.tokens"),
            depth: self.of("limits.depth"),
            fields: self.of("limits.fields"),
            root_fields: self.of("limits.root_fields"),
            aliases: self.of("limits.aliases"),
            directives: self.of("limits.directives"),
            records: self.of("limits.records"),
            time: Duration::from_secs(self.of("limits.request_timeout")),
        }
    }

    /// What organizations may have whose plan says nothing else.
    pub(super) fn quota(&self) -> Quota {
        Quota { users: some(self.of("organizations.max_users")), records: some(self.of("organizations.max_records")) }
    }

    /// Requests that one body may hold.
    pub(crate) fn batch(&self) -> usize {
        usize::try_from(self.of("limits.batch")).unwrap_or(usize::MAX)
    }

    /// WebSockets at a time.
    pub(crate) fn sockets(&self) -> usize {
        usize::try_from(self.of("limits.sockets")).unwrap_or(usize::MAX)
    }

    /// How often anybody may ask.
    pub(crate) fn rates(&self) -> Rates {
        let rate = |per_minute, burst| {
            let number = |name| u32::try_from(self.of(name)).ok().and_then(NonZeroU32::new);
            Some(Rate { per_minute: number(per_minute)?, burst: number(burst)? })
        };
        Rates::new(
            rate("rates.user_per_minute", "rates.user_burst"),
            rate("rates.key_per_minute", "rates.key_burst"),
            rate("rates.address_per_minute", "rates.address_burst"),
        )
    }
}

/// A number of which 0 stands for as many as one likes.
pub(super) fn some(number: u64) -> Option<u64> {
    Some(number).filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_gateway() {
        let mut mistakes = Vec::new();
        let numbers = Numbers::resolve(&BTreeMap::new(), &|_| None, &mut mistakes);
        assert_eq!((numbers.limits(), numbers.batch(), mistakes), (Limits::default(), 0, Vec::new()));
    }

    #[test]
    fn the_environment_beats_the_file_and_mistakes_are_named() {
        let mut mistakes = Vec::new();
        let file = BTreeMap::from([("limits.depth", 10), ("limits.tokens", 0), ("limits.batch", 5)]);
        let environment = |name: &str| match name {
            "KONTOR_LIMITS_BATCH" => Some("7".to_owned()),
            "KONTOR_RATES_USER_BURST" => Some("many".to_owned()),
            _ => None,
        };
        let numbers = Numbers::resolve(&file, &environment, &mut mistakes);
        assert_eq!((numbers.limits().depth, numbers.batch()), (10, 7));
        assert_eq!(
            mistakes,
            [
                "limits.tokens is 0; it must be from 1 to 10000000",
                "KONTOR_RATES_USER_BURST is `many`, which is not a whole number",
            ]
        );
    }
}
