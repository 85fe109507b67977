//! What the tests stand on: databases of their own, and an engine over them.

mod app;
mod asking;
mod database;
mod guest;
mod notifier;
mod served;

pub(crate) use app::{App, User, repository};
pub(crate) use asking::{Asking, Who, told};
pub(crate) use database::Database;
pub(crate) use guest::{Clock, Guest, Post};
pub(crate) use kontor_tests::{Backend, Random, backends};
pub(crate) use notifier::{Notifier, killed};
pub(crate) use served::{RESPONSE, Received, Served, post};
