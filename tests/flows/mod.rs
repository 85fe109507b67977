//! Stories of several requests.

mod abandoned;
mod aggregates;
mod computed;
mod cost;
mod cross_site;
mod custom_module;
mod derived;
mod entities;
mod following;
mod http;
mod introspection;
mod misplaced_values;
mod odd_requests;
mod paging;
mod persisted;
mod reconnect;
mod search;
mod sign_in;
mod starting;
mod statements;
mod tenancy;
mod trace;
mod uploads;
mod writing;
mod writing_many;
mod writing_nested;
