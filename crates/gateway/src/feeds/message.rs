//! An event on its way through NATS.

use kontor_domain::events::{Cursor, Event, Images};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

/// What a message holds, as JSON; its place in the log is in its headers. Gateways of several versions understand each
/// other: what one does not know it leaves out, and what it cannot read it reads from the log.
#[derive(Serialize, Deserialize)]
struct Message {
    org: Uuid,
    operation: String,
    module: String,
    record: Uuid,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Uuid>,
    occurred_at: i64,
}

/// The message of an event.
pub(super) fn encode(event: &Event) -> serde_json::Result<Vec<u8>> {
    let json = |text: &Option<String>| text.clone().map(RawValue::from_string).transpose();
    serde_json::to_vec(&Message {
        org: event.org,
        operation: event.operation.clone(),
        module: event.module.clone(),
        record: event.record,
        kind: event.kind.clone(),
        changed: json(&event.changed)?,
        named: json(&event.named)?,
        before: json(&event.before)?,
        after: json(&event.after)?,
        actor: event.actor,
        occurred_at: event.occurred_at,
    })
}

/// The event of a message.
pub(super) fn decode(cursor: Cursor, message: &[u8]) -> serde_json::Result<Event> {
    let message: Message = serde_json::from_slice(message)?;
    let text = |json: Option<Box<RawValue>>| json.map(|json| String::from(Box::<str>::from(json)));
    Ok(Event {
        cursor,
        org: message.org,
        operation: message.operation,
        module: message.module,
        record: message.record,
        kind: message.kind,
        changed: text(message.changed),
        named: text(message.named),
        before: text(message.before),
        after: text(message.after),
        actor: message.actor,
        occurred_at: message.occurred_at,
        images: Images::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_as_it_was_written() {
        let event = Event {
            cursor: "MS43MzQuMTI".parse().unwrap(),
            org: Uuid::from_u128(1),
            operation: "018f".to_owned(),
            module: "Account".to_owned(),
            record: Uuid::from_u128(2),
            kind: "UPDATED".to_owned(),
            changed: Some(r#"["name"]"#.to_owned()),
            named: Some(r#"["won"]"#.to_owned()),
            before: None,
            after: Some(r#"{"name": "Äöü \"x\"", "amount": 1.50}"#.to_owned()),
            actor: Some(Uuid::from_u128(3)),
            occurred_at: 1_795_267_178_123_456,
            images: Images::default(),
        };
        let message = encode(&event).unwrap();
        assert_eq!(decode(event.cursor, &message).unwrap(), event);
        assert!(decode(event.cursor, b"").is_err());
    }
}
