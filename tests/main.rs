//! Behaviour tests. Every case runs on SQLite and on PostgreSQL; see `support/database.rs` for what happens where there
//! is no PostgreSQL.

mod cases;
mod core_model;
mod evolution;
mod expressions;
mod flows;
mod property;
mod readme;
mod support;
mod trials;
