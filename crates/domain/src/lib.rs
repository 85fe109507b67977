//! Records: from intent to plan, to SQL, to JSON bytes, over a metadata catalog.
//!
//! Reading order: [`query`] (what is asked for), [`plan`] (compiled once), [`store`] (the databases, the only
//! connections), [`mutation`] (the only way to write a record), [`expression`] (the values of computed fields and
//! rules), [`events`] (what has changed, in one order), [`rights`] and [`explain`] (who may do what, and why), [`notify`] (who is told of it), [`ddl`] (tables from the catalog), [`entities`] (typed rows for Rust code), [`search`] (words, stems and
//! ranks), [`demo`] (believable data), [`processes`] (what an operator does).
//!
//! This crate must not know GraphQL or HTTP: no async-graphql, no axum. It says what went wrong ([`error`]) and leaves to
//! others how to tell it.

pub mod bucket;
pub mod calendar;
pub mod column;
pub mod context;
pub mod cursor;
pub mod ddl;
pub mod decimal;
pub mod demo;
pub mod entities;
pub mod error;
pub mod events;
pub mod explain;
pub mod expression;
pub mod json;
pub mod mutation;
pub mod notify;
pub mod plan;
pub mod processes;
pub mod query;
pub mod quota;
pub mod range;
pub mod rights;
pub mod search;
pub mod store;
pub mod value;
