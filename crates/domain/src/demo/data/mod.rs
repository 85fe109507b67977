//! Words and numbers that the demo is made of. Lists in two languages hold German first, English second.

pub(crate) mod companies;
pub(crate) mod labels;
pub(crate) mod offers;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod texts;
