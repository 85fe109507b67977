//! How well a record matches, in steps that both databases can tell: how much the fields count in which the words occur,
//! and whether whole words do.

use kontor_metadata::model::Weight;

/// How words must occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// As they are, or in another form by the German or English stem.
    Word,
    /// That, or as the beginning of a longer word.
    Prefix,
}

impl Form {
    /// From the strictest on.
    pub const ALL: [Self; 2] = [Self::Word, Self::Prefix];
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
    /// PostgreSQL's `ts_rank` has them, and a fifth less for a beginning.
    #[must_use]
    pub fn hundredths(self) -> u32 {
        let weight = match self.through {
            Weight::A => 100,
            Weight::B => 40,
            Weight::C => 20,
            Weight::D => 10,
        };
        match self.form {
            Form::Word => weight,
            Form::Prefix => weight * 4 / 5,
        }
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
        assert_eq!(levels.len(), 8);
        assert!(levels.is_sorted_by(|a, b| a.hundredths() > b.hundredths()));
        assert_eq!(levels[3].letters(), "AB");
    }
}
