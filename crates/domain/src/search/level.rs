//! How well a record matches, in steps that both databases can tell: how much the fields count in which the words occur,
//! and how literally.

use kontor_metadata::model::Weight;

/// How literally words must occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// As they are.
    Literal,
    /// That, or another form of the same word by its German or English stem.
    Stem,
    /// That, or a longer word that begins with them.
    Prefix,
}

impl Form {
    /// From the strictest on.
    pub const ALL: [Self; 3] = [Self::Literal, Self::Stem, Self::Prefix];

    /// Name for the function `kontor_query`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Literal => "literal",
            Self::Stem => "stem",
            Self::Prefix => "prefix",
        }
    }
}

/// All words of a query occur in this form in fields that count at least so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The least weight.
    pub through: Weight,
    /// The form.
    pub form: Form,
}

impl Level {
    /// What every hit meets.
    pub const ANY: Self = Self { through: Weight::D, form: Form::Prefix };

    /// The levels of fields with these weights, from the best on.
    pub fn of(weights: &[Weight]) -> Vec<Self> {
        let mut weights = weights.to_vec();
        weights.sort_unstable();
        weights.dedup();
        weights.into_iter().flat_map(|through| Form::ALL.map(|form| Self { through, form })).collect()
    }

    /// The rank of a record that meets this level and none before it, in hundredths: 100, 40, 20 or 10 by weight, as
    /// PostgreSQL's `ts_rank` has them, a tenth less for a stem and two tenths less for a beginning.
    #[must_use]
    pub fn hundredths(self) -> u32 {
        let weight = match self.through {
            Weight::A => 100,
            Weight::B => 40,
            Weight::C => 20,
            Weight::D => 10,
        };
        let form = match self.form {
            Form::Literal => 10,
            Form::Stem => 9,
            Form::Prefix => 8,
        };
        weight * form / 10
    }

    /// Letters of the weights that count, `AB`.
    #[must_use]
    pub fn letters(self) -> String {
        [Weight::A, Weight::B, Weight::C, Weight::D]
            .into_iter()
            .filter(|weight| *weight <= self.through)
            .map(Weight::letter)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_better_level_has_a_higher_rank() {
        let levels = Level::of(&[Weight::D, Weight::B, Weight::A, Weight::C, Weight::A]);
        assert_eq!(levels.len(), 12);
        assert!(levels.is_sorted_by(|a, b| a.hundredths() > b.hundredths()));
        assert_eq!(levels[5].letters(), "AB");
    }
}
