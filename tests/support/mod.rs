//! What the tests stand on: databases of their own, and an engine over them.

mod app;
mod database;

pub use app::{App, User, demo_spec};
pub use database::{Backend, Database, backends};
