//! Stories of several requests.

mod aggregates;
mod custom_module;
mod entities;
mod http;
mod introspection;
mod odd_requests;
mod paging;
mod reconnect;
mod sign_in;
mod starting;
mod statements;
mod tenancy;
mod writing;
