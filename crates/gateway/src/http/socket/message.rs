//! The messages of graphql-transport-ws.

use super::super::request::{self, Envelope};
use crate::error::Error;
use serde_json::{Map, Value, json};

/// What a client says.
pub(super) enum Incoming {
    /// Who it is: the value of an `Authorization` header, if it says so.
    Init(Option<String>),
    /// Whether the server is there.
    Ping(Option<Value>),
    /// It is there.
    Pong,
    /// Begin an operation.
    Subscribe {
        /// What it calls it.
        id: String,
        /// The operation.
        envelope: Box<Envelope>,
    },
    /// End an operation.
    Complete(String),
}

/// Reads a message.
///
/// # Errors
/// What is wrong with it, in a few words.
pub(super) fn parse(text: &str) -> Result<Incoming, &'static str> {
    let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
        return Err("A message is a JSON object");
    };
    let payload = message.remove("payload");
    match message.get("type").and_then(Value::as_str) {
        Some("connection_init") => Ok(Incoming::Init(token(&object(payload)?)?)),
        Some("ping") => object(payload).map(|payload| Incoming::Ping(payload.map(Value::Object))),
        Some("pong") => Ok(Incoming::Pong),
        Some("subscribe") => {
            let payload = payload.ok_or("`payload` is missing")?;
            let envelope = request::from_value(payload).map_err(|_| "`payload` is no GraphQL request")?;
            Ok(Incoming::Subscribe { id: id(&message)?, envelope: Box::new(envelope) })
        }
        Some("complete") => id(&message).map(Incoming::Complete),
        Some(_) => Err("There is no such type of message"),
        None => Err("`type` is missing"),
    }
}

fn object(payload: Option<Value>) -> Result<Option<Map<String, Value>>, &'static str> {
    match payload {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err("`payload` must be an object"),
    }
}

fn id(message: &Map<String, Value>) -> Result<String, &'static str> {
    let id = message.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
    id.map(str::to_owned).ok_or("`id` must be a text")
}

/// `authorization`, whatever its letter case, as in a header; or the bare `token`.
fn token(payload: &Option<Map<String, Value>>) -> Result<Option<String>, &'static str> {
    let mut entries = payload.iter().flatten();
    let found = entries.find(|(key, _)| key.eq_ignore_ascii_case("authorization") || *key == "token");
    match found {
        None | Some((_, Value::Null)) => Ok(None),
        Some((key, Value::String(token))) if key == "token" => Ok(Some(format!("Bearer {token}"))),
        Some((_, Value::String(value))) => Ok(Some(value.clone())),
        Some(_) => Err("The token must be a text"),
    }
}

pub(super) fn ack() -> String {
    json!({"type": "connection_ack"}).to_string()
}

pub(super) fn ping(reason: &str) -> String {
    json!({"type": "ping", "payload": {"reason": reason}}).to_string()
}

pub(super) fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({"type": "pong", "payload": payload}).to_string(),
        None => json!({"type": "pong"}).to_string(),
    }
}

pub(super) fn next(id: &str, body: &[u8]) -> String {
    // Answers are JSON already.
    format!("{{\"type\":\"next\",\"id\":{},\"payload\":{}}}", json!(id), String::from_utf8_lossy(body))
}

pub(super) fn complete(id: &str) -> String {
    json!({"type": "complete", "id": id}).to_string()
}

pub(super) fn error(id: &str, errors: &[Error]) -> String {
    json!({"type": "error", "id": id, "payload": errors}).to_string()
}

/// The message for an answer that has nothing but errors.
pub(super) fn refused(id: &str, body: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    json!({"type": "error", "id": id, "payload": answer["errors"]}).to_string()
}
