//! One file, one command.

pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod describe;
pub(crate) mod diff;
pub(crate) mod docs;
pub(crate) mod erd;
pub(crate) mod explain;
pub(crate) mod generate;
pub(crate) mod keys;
pub(crate) mod lsp;
pub(crate) mod man;
pub(crate) mod new;
pub(crate) mod org;
pub(crate) mod plan;
pub(crate) mod retention;
pub(crate) mod rollback;
pub(crate) mod schema;
pub(crate) mod serve;
pub(crate) mod user;
pub(crate) mod verify;
