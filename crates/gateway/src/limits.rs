//! How much one operation may ask for.

use crate::error::{Code, Error};
use serde_json::{Value, json};
use std::time::Duration;

/// Most of everything that an operation may ask for. Fields, aliases and directives count with all fragments in their
/// places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a document's text.
    pub document_bytes: u64,
    /// Lexical tokens of a document (GraphQL specification §2.1).
    pub tokens: u64,
    /// Fields within fields. Introspection may always be as deep as the query that tools send.
    pub depth: u64,
    /// Fields.
    pub fields: u64,
    /// Fields under the operation itself: each is a statement of its own.
    pub root_fields: u64,
    /// Aliases.
    pub aliases: u64,
    /// Directives.
    pub directives: u64,
    /// Records, if every page were full.
    pub records: u64,
    /// How long an operation may take.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 200_000,
            tokens: 15_000,
            depth: 20,
            fields: 10_000,
            root_fields: 50,
            aliases: 500,
            directives: 200,
            records: 10_000_000,
            time: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// As `extensions.cost.limits` tells them.
    pub(crate) fn told(&self) -> Value {
        json!({
            "fields": self.fields, "rootFields": self.root_fields, "depth": self.depth, "aliases": self.aliases,
            "directives": self.directives, "records": self.records,
        })
    }
}

/// Refuses more of something than is allowed; `advice` is what to do.
pub(crate) fn check(name: &'static str, found: u64, most: u64, advice: &str) -> Result<(), Error> {
    if found <= most {
        return Ok(());
    }
    let (what, setting) = match name {
        "documentBytes" => ("bytes of document", "limits.document_bytes"),
        "tokens" => ("tokens", "limits.tokens"),
        "depth" => ("levels of fields", "limits.depth"),
        "fields" => ("fields", "limits.fields"),
        "rootFields" => ("root fields", "limits.root_fields"),
        "aliases" => ("aliases", "limits.aliases"),
        "directives" => ("directives", "limits.directives"),
        _ => ("records to yield", "limits.records"),
    };
    let message =
        format!("The operation has {found} {what}; at most {most} are allowed (setting `{setting}`): {advice}.");
    Err(exceeded(name, found, most, message))
}

/// More of something than is allowed, in a message's own words.
pub(crate) fn exceeded(name: &str, found: u64, most: u64, message: impl Into<String>) -> Error {
    Error::new(Code::CostLimitExceeded, message).with("limit", json!({"name": name, "most": most, "found": found}))
}
