//! The compiled form of an expression: checked, flat, with identifiers for names.

use crate::model::{FieldId, ModuleId};
use serde::{Deserialize, Serialize};

/// A checked expression as a program for a stack: each step takes its operands from the top and puts its result there,
/// and what is left at the end is the value. No step fails: what cannot be computed (a quotient by zero, a day behind
/// the year 9999) is null. Rust runs the steps, and the translation to SQL walks over the same ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// As the author wrote it.
    pub source: String,
    /// The program.
    pub steps: Vec<Step>,
    /// What it reads from records: all that its value depends on besides the time.
    pub reads: Vec<Read>,
    /// What it yields.
    pub ty: Type,
    /// Whether its value changes with time alone: it uses `now()` or `today()`, itself or through a field that does.
    pub uses_now: bool,
}

/// A value that a formula takes from a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// Which record.
    pub of: Of,
    /// The relation that leads from there to the record of the field.
    pub via: Option<FieldId>,
    /// The field.
    pub field: FieldId,
    /// What it holds.
    pub ty: Type,
}

/// Whose field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The record that the expression belongs to.
    Record,
    /// That record before the change; every field of a new record is null there.
    Old,
    /// The linked record that a `where` is about.
    Linked,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    /// Only null.
    Null,
    /// True or false.
    Boolean,
    /// An exact number with at most `scale` digits behind the point; whole with 0.
    Number {
        /// Digits behind the point.
        scale: u16,
    },
    /// IEEE 754 double: compared, never calculated with.
    Float,
    /// Text, also of picklists.
    Text,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    DateTime,
    /// The time between two days or moments.
    Duration,
    /// A link to a record of a module, or of one of several.
    Record(Option<ModuleId>),
    /// Options of a multiselect.
    Set,
    /// JSON, of which only its absence can be asked.
    Json,
}

impl Type {
    /// As in a message, "a number".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number { scale: 0 } => "a whole number",
            Self::Number { .. } => "a number",
            Self::Float => "a float",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::Time => "a time",
            Self::DateTime => "a datetime",
            Self::Duration => "a duration",
            Self::Record(_) => "a link",
            Self::Set => "a multiselect",
            Self::Json => "JSON",
        }
    }
}

/// A step of a formula. Operands are written in the order in which they were put on the stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// Puts null.
    Null,
    /// Puts true or false.
    Boolean(bool),
    /// Puts units × 10^-scale.
    Number(i64, u8),
    /// Puts a double.
    Float(f64),
    /// Puts a text.
    Text(String),
    /// Puts a day, `2026-11-21`.
    Date(String),
    /// Puts a value of [`Formula::reads`], by number.
    Read(usize),
    /// Puts the moment of the request.
    Now,
    /// Puts the day of the request, in the time zone of the organisation.
    Today,
    /// Not: a → !a.
    Not,
    /// a, b → a && b.
    And,
    /// a, b → a || b.
    Or,
    /// a → whether it is null; never null itself.
    IsNull,
    /// a, b → whether they differ, null being a value; never null itself.
    Differs,
    /// a, b → the outcome of a comparison of two values of one type.
    Compare(Comparison),
    /// a, n items → whether a is among them.
    In(usize),
    /// condition, a, b → a where the condition is true, else b.
    If,
    /// a → -a; a number, a float or a duration.
    Negate,
    /// a, b → a + b; numbers or durations.
    Add,
    /// a, b → a - b; numbers or durations.
    Subtract,
    /// a, b → a × b.
    Multiply,
    /// a, b → a / b, rounded half away from zero to so many digits behind the point; null when b is 0.
    Divide(u16),
    /// a, b → what is left of a after division by b, with the sign of a; null when b is 0.
    Remainder,
    /// a → a rounded half away from zero to so many digits behind the point.
    Round(u8),
    /// a → the greatest whole number that is not greater.
    Floor,
    /// a → the least whole number that is not less.
    Ceil,
    /// a → a without its sign.
    Abs,
    /// n values → the least that is not null.
    Min(usize),
    /// n values → the greatest that is not null.
    Max(usize),
    /// n values → the first that is not null.
    Coalesce(usize),
    /// a → its length in characters (Unicode scalar values).
    Length,
    /// a → a in small letters.
    Lower,
    /// a → a in capital letters.
    Upper,
    /// a → a without spaces, tabs and line ends around it.
    Trim,
    /// n texts → all of them in one.
    Concat(usize),
    /// separator, n texts → those that are not null nor empty, with the separator between them; null when none is left.
    Join(usize),
    /// a, b → whether a contains b, letter case respected.
    Contains,
    /// a, b → whether a begins with b.
    StartsWith,
    /// a, b → whether a ends with b.
    EndsWith,
    /// multiselect, option → whether it is chosen.
    Has,
    /// two moments → the duration from the second to the first.
    Elapsed,
    /// two days → the duration from the second to the first.
    ElapsedDays,
    /// a whole number → so many times a number of seconds.
    Span(i32),
    /// moment, duration → the later moment; null outside the years 1 to 9999.
    Shift,
    /// duration → how many times a number of seconds it holds, the rest cut off.
    Whole(i32),
    /// moment → its day in UTC.
    DateOf,
    /// day → a part of it.
    Part(DatePart),
    /// day, whole number → so many days later; null outside the years 1 to 9999.
    AddDays,
    /// day, whole number of months between -50,000 and 50,000 → so many months later, at most the last day of that
    /// month; null outside the years 1 to 9999.
    AddMonths,
}

/// How two values are compared. Numbers by value, texts by code point, false before true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DatePart {
    /// 1 to 9999.
    Year,
    /// 1 to 12.
    Month,
    /// 1 to 31.
    Day,
}
