//! Random expressions of a wanted type, over the fields of the module of the test.

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed, everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `below` - 1.
    pub(super) fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % below as u64).unwrap()
    }

    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// What an expression is to yield.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Boolean,
    Integer,
    Number,
    Text,
    Date,
    Moment,
    Duration,
}

use Wanted::{Boolean, Date, Duration, Integer, Moment, Number, Text};

/// Everything that an expression may begin with when it must end.
fn leaf(random: &mut Random, wanted: Wanted) -> String {
    let choices: &[&str] = match wanted {
        Boolean => &["yes", "no", "other.yes", "true", "false", "(float < 0.25)", "(float == -1.5)", "(other == id)"],
        Integer => &["count", "size", "other.count", "0", "1", "-7", "2147483647", "1000000"],
        Number => &["amount", "weight", "share", "other.amount", "count", "0", "0.5", "-3.14", "100", "0.000000001"],
        Text => &["title", "note", "trim(color)", "other.title", "''", "' x '", "'Straße'", "'it''s'", "'%'", "'a'"],
        Date => &["day", "due", "today()", "other.day"],
        Moment => &["start", "finish", "now()", "other.start"],
        Duration => &["(finish - start)", "(due - day)", "(now() - start)", "(today() - day)"],
    };
    random.pick(choices).to_owned()
}

/// An expression at most `depth` operations deep.
pub(super) fn expression(random: &mut Random, wanted: Wanted, depth: u32) -> String {
    if depth == 0 || random.below(8) == 0 {
        return leaf(random, wanted);
    }
    let common = match random.below(8) {
        _ if wanted == Duration => None,
        0 => Some("({b} ? {x} : {x})"),
        1 => Some("coalesce({x}, {x})"),
        2 => Some("if({b}, null, {x})"),
        _ => None,
    };
    let forms: &[&str] = match wanted {
        Boolean => &[
            "!{b}",
            "({b} && {b})",
            "({b} || {b})",
            "({n} == {n})",
            "({n} < {n})",
            "({n} >= {n})",
            "({i} != {i})",
            "({t} == {t})",
            "({t} > {t})",
            "({t} <= {t})",
            "({d} == {d})",
            "({d} < {d})",
            "({m} <= {m})",
            "({m} != {m})",
            "({u} > {u})",
            "({n} == null)",
            "({t} != null)",
            "({d} == null)",
            "({b} == {b})",
            "({n} in [{n}, 1, {n}])",
            "({t} in ['a', {t}])",
            "({i} in [])",
            "contains({t}, {t})",
            "starts_with({t}, {t})",
            "ends_with({t}, {t})",
            "contains(kinds, 'red')",
            "contains(kinds, trim({t}))",
            "(color == 'green')",
            "(color in ['red', 'blue'])",
            "(other == null)",
            "(day < '2026-06-15')",
            "(float <= -0.5)",
        ],
        Integer => &[
            "({i} + {i})",
            "({i} - {i})",
            "({i} * {i})",
            "-{i}",
            "({i} % {i})",
            "floor({n})",
            "ceil({n})",
            "round({n})",
            "abs({i})",
            "length({t})",
            "days({u})",
            "hours({u})",
            "minutes({u})",
            "seconds({u})",
            "year({d})",
            "month({d})",
            "day({d})",
            "year({m})",
            "day({m})",
            "min({i}, {i})",
            "max({i}, {i}, {i})",
        ],
        Number => &[
            "({n} + {n})",
            "({n} - {n})",
            "({n} * {n})",
            "({n} / {n})",
            "({n} % {n})",
            "-{n}",
            "round({n}, 2)",
            "round({n}, 0)",
            "abs({n})",
            "min({n}, {n})",
            "max({n}, {i})",
            "({n} / 3)",
            "({n} * 1.19)",
            "{i}",
            "floor({n})",
        ],
        Text => &[
            "lower({t})",
            "upper({t})",
            "trim({t})",
            "concat({t}, {t})",
            "concat({t}, '-', {t})",
            "join(' ', {t}, {t})",
            "join({t}, {t}, {t}, {t})",
            "min({t}, {t})",
            "max({t}, {t})",
        ],
        Date => &[
            "date({m})",
            "add_days({d}, {i})",
            "add_months({d}, {i})",
            "add_days({d}, 30)",
            "add_months({d}, -1)",
            "min({d}, {d})",
            "max({d}, {d})",
            "coalesce({d}, '2024-02-29')",
        ],
        Moment => &[
            "add_days({m}, {i})",
            "add_hours({m}, {i})",
            "add_minutes({m}, {i})",
            "({m} + {u})",
            "({m} - {u})",
            "min({m}, {m})",
            "max({m}, {m})",
            "add_hours({m}, -36)",
        ],
        Duration => &["({m} - {m})", "({d} - {d})", "({u} + {u})", "({u} - {u})", "-{u}"],
    };
    let form = common.unwrap_or_else(|| random.pick(forms));
    let mut out = String::new();
    let mut rest = form;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let inner = match &rest[at + 1..at + 2] {
            "b" => Boolean,
            "i" => Integer,
            "n" => Number,
            "t" => Text,
            "d" => Date,
            "m" => Moment,
            "u" => Duration,
            _ => wanted,
        };
        out.push_str(&expression(random, inner, depth - 1));
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
    out
}
