use super::{Datum, calendar};
use crate::{
    calendar::{DAY, parse_date},
    context::Moment,
};
use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive as _, Zero as _, num_bigint::BigInt};
use kontor_metadata::expr::{Comparison, Step};
use std::cmp::Ordering;

/// The value of a formula's steps. `reads` are the values of the formula's reads, by number.
#[must_use]
pub fn evaluate(steps: &[Step], reads: &[Datum], moment: Moment) -> Datum {
    let mut stack = Stack(Vec::with_capacity(8));
    for step in steps {
        let value = stack.run(step, reads, moment).unwrap_or(Datum::Null);
        stack.0.push(value);
    }
    stack.pop()
}

/// Values that wait to be operands.
struct Stack(Vec<Datum>);

impl Stack {
    /// The last value; a formula takes no more than it has put.
    fn pop(&mut self) -> Datum {
        self.0.pop().unwrap_or(Datum::Null)
    }

    fn last(&mut self, count: usize) -> Vec<Datum> {
        self.0.split_off(self.0.len().saturating_sub(count))
    }

    fn number(&mut self) -> Option<BigDecimal> {
        match self.pop() {
            Datum::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Two operands in the order in which they were written; both are taken before either is looked at.
    fn numbers(&mut self) -> Option<(BigDecimal, BigDecimal)> {
        let (b, a) = (self.number(), self.number());
        Some((a?, b?))
    }

    fn text(&mut self) -> Option<String> {
        match self.pop() {
            Datum::Text(text) => Some(text),
            _ => None,
        }
    }

    fn texts(&mut self) -> Option<(String, String)> {
        let (b, a) = (self.text(), self.text());
        Some((a?, b?))
    }

    /// Runs a step; `None` is null.
    fn run(&mut self, step: &Step, reads: &[Datum], moment: Moment) -> Option<Datum> {
        Some(match step {
            Step::Null => Datum::Null,
            Step::Boolean(value) => Datum::Boolean(*value),
            Step::Number(units, scale) => Datum::units(*units, (*scale).into()),
            Step::Float(value) => Datum::Float(*value),
            Step::Text(text) => Datum::Text(text.clone()),
            Step::Date(text) => Datum::Date(parse_date(text)?),
            Step::Read(number) => reads.get(*number)?.clone(),
            Step::Now => Datum::Moment(moment.now),
            Step::Today => Datum::Date(moment.today),
            Step::Not => match self.pop() {
                Datum::Boolean(value) => Datum::Boolean(!value),
                _ => return None,
            },
            Step::And => decided(self.last(2), false)?,
            Step::Or => decided(self.last(2), true)?,
            Step::IsNull => Datum::Boolean(self.pop() == Datum::Null),
            Step::Differs => {
                let (b, a) = (self.pop(), self.pop());
                Datum::Boolean(if a == Datum::Null || b == Datum::Null { a != b } else { !equal(&a, &b) })
            }
            Step::Compare(comparison) => {
                let (b, a) = (self.pop(), self.pop());
                Datum::Boolean(holds(*comparison, order(&a, &b)?))
            }
            Step::In(count) => {
                let items = self.last(*count);
                let value = self.pop();
                is_in(&value, &items)?
            }
            Step::If => {
                let (otherwise, then) = (self.pop(), self.pop());
                if self.pop().holds() { then } else { otherwise }
            }
            Step::Negate => match self.pop() {
                Datum::Number(number) => Datum::Number(-number),
                Datum::Float(float) => Datum::Float(-float),
                Datum::Duration(micros) => Datum::Duration(-micros),
                _ => return None,
            },
            Step::Add | Step::Subtract => {
                let (b, a) = (self.pop(), self.pop());
                let add = *step == Step::Add;
                match (a, b) {
                    (Datum::Number(a), Datum::Number(b)) => Datum::Number(if add { a + b } else { a - b }),
                    (Datum::Duration(a), Datum::Duration(b)) => Datum::Duration(if add { a + b } else { a - b }),
                    _ => return None,
                }
            }
            Step::Multiply => {
                let (a, b) = self.numbers()?;
                Datum::Number(a * b)
            }
            Step::Divide(digits) => {
                let (a, b) = self.numbers()?;
                Datum::Number(quotient(a, b, *digits)?)
            }
            Step::Remainder => {
                let (a, b) = self.numbers()?;
                if b.is_zero() {
                    return None;
                }
                Datum::Number(a % b)
            }
            Step::Round(digits) => Datum::Number(rounded(&self.number()?, *digits, RoundingMode::HalfUp)),
            Step::Floor => Datum::Number(rounded(&self.number()?, 0, RoundingMode::Floor)),
            Step::Ceil => Datum::Number(rounded(&self.number()?, 0, RoundingMode::Ceiling)),
            Step::Abs => Datum::Number(self.number()?.abs()),
            Step::Min(count) => extreme(self.last(*count), Ordering::Less),
            Step::Max(count) => extreme(self.last(*count), Ordering::Greater),
            Step::Coalesce(count) => self.last(*count).into_iter().find(|v| *v != Datum::Null)?,
            step => return self.text_step(step).unwrap_or_else(|step| self.time_step(step)),
        })
    }

    /// A step that works on texts and sets; another one is handed back.
    fn text_step<'s>(&mut self, step: &'s Step) -> Result<Option<Datum>, &'s Step> {
        Ok(match step {
            Step::Length => self.text().map(|t| Datum::Number(BigDecimal::from(t.chars().count() as u64))),
            Step::Lower => self.text().map(|t| Datum::Text(t.to_lowercase())),
            Step::Upper => self.text().map(|t| Datum::Text(t.to_uppercase())),
            Step::Trim => self.text().map(|t| Datum::Text(t.trim_matches([' ', '\t', '\n', '\r']).to_owned())),
            Step::Concat(count) => {
                let texts: Option<Vec<String>> = self.last(*count).into_iter().map(text_of).collect();
                texts.map(|texts| Datum::Text(texts.concat()))
            }
            Step::Join(count) => {
                let texts: Vec<String> =
                    self.last(*count).into_iter().filter_map(text_of).filter(|t| !t.is_empty()).collect();
                self.text().filter(|_| !texts.is_empty()).map(|separator| Datum::Text(texts.join(&separator)))
            }
            Step::Contains => self.texts().map(|(a, b)| Datum::Boolean(a.contains(&b))),
            Step::StartsWith => self.texts().map(|(a, b)| Datum::Boolean(a.starts_with(&b))),
            Step::EndsWith => self.texts().map(|(a, b)| Datum::Boolean(a.ends_with(&b))),
            Step::Has => {
                let (option, set) = (self.text(), self.pop());
                match set {
                    Datum::Set(options) if options.is_empty() => Some(Datum::Boolean(false)),
                    Datum::Set(options) => option.map(|o| Datum::Boolean(options.contains(&o))),
                    _ => None,
                }
            }
            other => return Err(other),
        })
    }

    /// A step that works on days, moments and durations.
    fn time_step(&mut self, step: &Step) -> Option<Datum> {
        Some(match step {
            Step::Elapsed => match (self.pop(), self.pop()) {
                (Datum::Moment(b), Datum::Moment(a)) => Datum::Duration(i128::from(a) - i128::from(b)),
                _ => return None,
            },
            Step::ElapsedDays => match (self.pop(), self.pop()) {
                (Datum::Date(b), Datum::Date(a)) => Datum::Duration((i128::from(a) - i128::from(b)) * i128::from(DAY)),
                _ => return None,
            },
            // What is too much for 128 bits is too much for every moment.
            Step::Span(seconds) => {
                Datum::Duration(self.number()?.to_i128()?.checked_mul(i128::from(*seconds) * 1_000_000)?)
            }
            Step::Shift => match (self.pop(), self.pop()) {
                (Datum::Duration(by), Datum::Moment(from)) => {
                    Datum::Moment(calendar::moment(by.checked_add(from.into())?)?)
                }
                _ => return None,
            },
            Step::Whole(seconds) => match self.pop() {
                Datum::Duration(micros) => Datum::Number(BigDecimal::from(micros / (i128::from(*seconds) * 1_000_000))),
                _ => return None,
            },
            Step::DateOf => match self.pop() {
                Datum::Moment(micros) => Datum::Date(calendar::day(micros.div_euclid(DAY))?),
                _ => return None,
            },
            Step::Part(part) => match self.pop() {
                Datum::Date(days) => Datum::Number(BigDecimal::from(calendar::part(days, *part)?)),
                _ => return None,
            },
            Step::AddDays | Step::AddMonths => {
                let (count, from) = (self.number().and_then(|n| n.to_i64()), self.pop());
                match (from, count, step) {
                    (Datum::Date(days), Some(count), Step::AddDays) => {
                        Datum::Date(calendar::day(i64::from(days).checked_add(count)?)?)
                    }
                    (Datum::Date(days), Some(count), _) => Datum::Date(calendar::add_months(days, count)?),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}

fn text_of(value: Datum) -> Option<String> {
    match value {
        Datum::Text(text) => Some(text),
        _ => None,
    }
}

/// `&&` and `||`: one operand that decides is enough, else one that is unknown leaves it unknown.
fn decided(operands: Vec<Datum>, deciding: bool) -> Option<Datum> {
    if operands.contains(&Datum::Boolean(deciding)) {
        return Some(Datum::Boolean(deciding));
    }
    let known = operands.iter().all(|o| matches!(o, Datum::Boolean(_)));
    known.then_some(Datum::Boolean(!deciding))
}

fn is_in(value: &Datum, items: &[Datum]) -> Option<Datum> {
    if items.is_empty() {
        return Some(Datum::Boolean(false));
    }
    if items.iter().any(|item| equal(value, item)) {
        return Some(Datum::Boolean(true));
    }
    let known = *value != Datum::Null && !items.contains(&Datum::Null);
    known.then_some(Datum::Boolean(false))
}

fn equal(a: &Datum, b: &Datum) -> bool {
    order(a, b) == Some(Ordering::Equal)
}

/// How two values of one type stand to each other; nothing when one is null.
fn order(a: &Datum, b: &Datum) -> Option<Ordering> {
    match (a, b) {
        (Datum::Boolean(a), Datum::Boolean(b)) => Some(a.cmp(b)),
        (Datum::Number(a), Datum::Number(b)) => Some(a.cmp(b)),
        (Datum::Float(a), Datum::Float(b)) => a.partial_cmp(b),
        (Datum::Text(a), Datum::Text(b)) => Some(a.cmp(b)),
        (Datum::Record(a), Datum::Record(b)) => Some(a.cmp(b)),
        (Datum::Date(a), Datum::Date(b)) => Some(a.cmp(b)),
        (Datum::Time(a), Datum::Time(b)) | (Datum::Moment(a), Datum::Moment(b)) => Some(a.cmp(b)),
        (Datum::Duration(a), Datum::Duration(b)) => Some(a.cmp(b)),
        // `changed(…)` alone compares sets: they are lists of options in their own order.
        (Datum::Set(a), Datum::Set(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn holds(comparison: Comparison, order: Ordering) -> bool {
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// The least or the greatest of the values that are there.
fn extreme(values: Vec<Datum>, wanted: Ordering) -> Datum {
    values
        .into_iter()
        .filter(|v| *v != Datum::Null)
        .reduce(|best, value| if order(&value, &best) == Some(wanted) { value } else { best })
        .unwrap_or(Datum::Null)
}

fn rounded(number: &BigDecimal, digits: u8, mode: RoundingMode) -> BigDecimal {
    number.with_scale_round(digits.into(), mode)
}

/// The quotient, rounded half away from zero: cut off behind one digit more, which alone decides.
fn quotient(a: BigDecimal, b: BigDecimal, digits: u16) -> Option<BigDecimal> {
    if b.is_zero() {
        return None;
    }
    let more = i64::from(digits) + 1;
    let ((a, a_scale), (b, b_scale)) = (a.into_bigint_and_scale(), b.into_bigint_and_scale());
    // a / 10^a_scale / (b / 10^b_scale) × 10^more
    let shift = more + b_scale - a_scale;
    let ten = |power: i64| BigInt::from(10).pow(u32::try_from(power).unwrap_or(0));
    let cut = if shift >= 0 { a * ten(shift) / b } else { a / (b * ten(-shift)) };
    Some(BigDecimal::new(cut, more).with_scale_round(digits.into(), RoundingMode::HalfUp))
}
