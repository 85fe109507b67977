//! Stories of several requests.

mod custom_module;
mod http;
mod introspection;
mod paging;
mod sign_in;
mod statements;
mod tenancy;
mod writing;
