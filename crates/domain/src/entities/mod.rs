//! SeaORM entities: typed access to tables for administration and for code that knows its modules.
//!
//! [`platform`]: the tables of the migrations, written by hand. [`Canonical`]: the connection to write them through.
//! [`core`]: the shipped modules, generated from the metadata by [`generate`](mod@generate), for reading.

mod canonical;
pub mod core;
pub mod generate;
pub mod platform;
mod scaled;
mod texts;

pub use canonical::Canonical;
pub use scaled::Scaled;
pub use texts::Texts;
