//! GraphQL over HTTP for a metadata catalog.
//!
//! Reading order: [`schema`] (types from the catalog), [`limits`] (how much may be asked for) and [`rates`] (how often),
//! [`document`] (parsed, measured and validated once; `scan`, `cost` and `survey` refuse before that), `values`
//! (literals, and variables where they are used), [`coerce`] (values of variables), [`lower`] (to the domain's intent and
//! plans), `inputs` (the values of records to write), [`engine`] (runs them and writes the answer), [`feeds`] (events as they happen), [`auth`] (who asks), [`files`] (uploads on disk), [`persisted`]
//! (documents that requests name by hash), [`packages`] (what is served, and that it is loaded anew), [`http`] (the transport), [`error`] (what clients are told).
//!
//! This crate must not know SQL, nor read or write a record but through the domain.

pub mod auth;
pub mod coerce;
mod cost;
pub mod document;
mod dry_run;
pub mod engine;
pub mod error;
pub mod feeds;
pub mod files;
pub mod http;
mod inputs;
pub mod limits;
pub mod lower;
mod overlap;
pub mod packages;
pub mod persisted;
pub mod rates;
mod scan;
pub mod schema;
mod suggest;
mod survey;
mod values;
mod zones;
