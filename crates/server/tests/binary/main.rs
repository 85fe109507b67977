//! The `kontor` binary as an operator meets it: what it prints, how it exits, and what it leaves behind.

#![expect(clippy::unwrap_used, reason = "what fails in a test may fail loudly")]

mod authoring;
mod bad_input;
mod clients;
mod database;
mod demo;
mod evolving;
mod hardening;
mod killed;
mod lsp;
mod metadata;
mod newer;
mod notifications;
mod org;
mod reload;
mod retention;
mod rust_client;
mod secrets;
mod serve;
mod settings;
mod sockets;
mod support;
mod torture;
mod transport;
mod tutorial;
mod user;
mod verify;
mod workshop;
