//! Running the binary, databases of a test's own, and HTTP.

mod command;
mod http;
mod postgres;
mod served;

pub(crate) use command::{Output, Place, repository};
pub(crate) use http::Answer;
pub(crate) use postgres::{Backend, Database, backends};
pub(crate) use served::Served;
