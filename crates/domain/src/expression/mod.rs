//! The value of expressions, twice: [`evaluate()`] in Rust, for the write pipeline and, as a function that
//! SQL calls, on SQLite; `sql` as SQL of PostgreSQL. Both mean the same to the last digit; a property test holds them to
//! it.
//!
//! Numbers are exact and as long as it takes, in Rust as in PostgreSQL's `numeric`, so that nothing in the middle of an
//! expression overflows or is rounded unasked. Only a quotient is: half away from zero, to the digits that its step
//! names. A value that does not fit its field at the end is refused on the way into a record, and null on the way out.

mod calendar;
mod evaluate;
mod function;
mod sql;
mod value;

#[cfg(test)]
mod tests;

pub use evaluate::evaluate;
pub(crate) use function::{register, text as program};
pub(crate) use sql::{fitted, postgres};
pub use value::{Datum, Misfit};
