use super::FieldId;
use crate::expr::Formula;

/// What happens to a record when the person is erased that a relation of it leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnErase {
    /// It stays as it is, linked to who is a stranger now: what is kept for other reasons, such as an invoice.
    #[default]
    Keep,
    /// Its personal data are erased too, and so it goes on with what leads to it.
    Anonymize,
    /// It is removed for good.
    Delete,
    /// Both records are the same person, so that either is erased and exported with the other.
    SamePerson,
}

impl OnErase {
    /// Every one, in the order of the documentation.
    pub const ALL: [OnErase; 4] = [OnErase::Keep, OnErase::Anonymize, OnErase::Delete, OnErase::SamePerson];

    /// The name in YAML, `same_person`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            OnErase::Keep => "keep",
            OnErase::Anonymize => "anonymize",
            OnErase::Delete => "delete",
            OnErase::SamePerson => "same_person",
        }
    }

    /// The one of this YAML name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|on_erase| on_erase.name() == name)
    }
}

/// A consent that a record gives: whether, when and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// snake_case, unique in the module, `newsletter`.
    pub name: String,
    /// Boolean: whether it is given.
    pub given: FieldId,
    /// Moment since which it is given; set by the program unless it is told.
    pub at: FieldId,
    /// Text: by what it was given; demanded with it.
    pub source: FieldId,
}

/// How long records of a module are kept.
#[derive(Debug, Clone)]
pub struct Retention {
    /// snake_case, unique in the module.
    pub name: String,
    /// For so long behind the moment of [`Self::of`].
    pub after: Period,
    /// Date or moment; a record without one is kept.
    pub of: FieldId,
    /// Only records for which it is true.
    pub condition: Option<Formula>,
    /// What is done then.
    pub action: RetentionAction,
}

/// What is done with records that are kept no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetentionAction {
    /// The persons that they are, are erased.
    Erase,
    /// They are deleted, and can be restored.
    Delete,
    /// They are removed for good, deleted or not.
    Purge,
}

impl RetentionAction {
    /// Every one, in the order of the documentation.
    pub const ALL: [RetentionAction; 3] = [RetentionAction::Erase, RetentionAction::Delete, RetentionAction::Purge];

    /// The name in YAML, `erase`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            RetentionAction::Erase => "erase",
            RetentionAction::Delete => "delete",
            RetentionAction::Purge => "purge",
        }
    }

    /// The one of this YAML name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// A length of time in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Years and months, as months.
    pub months: u32,
    /// Weeks and days, as days.
    pub days: u32,
}

impl Period {
    /// Reads a duration of ISO 8601 of years, months, weeks and days, such as `P2Y6M` or `P90D`; nothing for what is none,
    /// is empty, or is longer than 1,000 years.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('P')?;
        let mut period = Self { months: 0, days: 0 };
        for (unit, months, days) in [('Y', 12, 0), ('M', 1, 0), ('W', 0, 7), ('D', 0, 1)] {
            let Some((number, behind)) = rest.split_once(unit) else { continue };
            if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let number: u32 = number.parse().ok()?;
            period.months = period.months.checked_add(number.checked_mul(months)?)?;
            period.days = period.days.checked_add(number.checked_mul(days)?)?;
            rest = behind;
        }
        let fits = period.months <= 12_000 && period.days <= 365_250 && period.months + period.days > 0;
        (rest.is_empty() && fits).then_some(period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_duration_of_days_and_more() {
        assert_eq!(Period::parse("P2Y6M"), Some(Period { months: 30, days: 0 }));
        assert_eq!(Period::parse("P1W3D"), Some(Period { months: 0, days: 10 }));
        for none in ["", "P", "2Y", "P0D", "P1.5Y", "P-1D", "PT1H", "P1D1M", "P1Y ", "P99999Y", "P1"] {
            assert_eq!(Period::parse(none), None, "{none}");
        }
    }
}
