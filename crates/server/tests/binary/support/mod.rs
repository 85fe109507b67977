//! Running the binary, databases of a test's own, and HTTP.

mod command;
mod database;
mod http;
mod served;

pub(crate) use command::{Output, Place, copy, repository};
pub(crate) use database::Database;
pub(crate) use http::Answer;
pub(crate) use kontor_tests::{Backend, backends};
pub(crate) use served::Served;
