//! What a person may ask for: everything that is kept of them (GDPR, articles 15 and 20), and to be forgotten
//! (article 17).
//!
//! `kin` finds the records that belong to a person, by what the metadata say of relations (`on_erase`). [`erase`] takes
//! the personal data out of them, and [`export`] tells them; `logs` and `answers` are the places that remember what
//! records were.

mod answers;
mod erase;
mod export;
mod hidden;
mod kin;
mod logs;
mod neutral;
mod words;

pub use erase::{Erased, erase};
pub(in crate::mutation) use erase::{erase_each, forget_words};
pub use export::{Export, ExportPage, export};
pub(in crate::mutation) use neutral::neutral;
