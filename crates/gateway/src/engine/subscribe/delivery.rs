use super::{
    teller::{Bound, Teller},
    transition::{Meaning, Transition},
};
use crate::{
    error::{Code, Error},
    lower::{Feed, FeedPart, Root, Shape, Source},
    schema::model::EventPart,
};
use kontor_domain::{
    calendar,
    error::StoreError,
    events::{Cursor, Event},
    json,
    plan::Plan,
    query::Operand,
    value::Value,
};
use kontor_metadata::naming;
use std::{borrow::Cow, sync::Arc};
use uuid::Uuid;

/// An event on its way to subscribers.
pub(super) struct Delivery<'a> {
    pub(super) cursor: Cursor,
    /// None for a gap.
    pub(super) event: Option<(&'a Event, Meaning)>,
}

impl Delivery<'_> {
    /// The response that tells of it; none where only a record would be told that is not there any more.
    pub(super) async fn write(
        &self,
        teller: &Teller,
        root: &Root,
        feed: &Feed,
        bound: &Bound,
    ) -> Result<Option<Vec<u8>>, Arc<StoreError>> {
        let mut body = b"{\"data\":".to_vec();
        body.extend_from_slice(&root.prefix);
        match (&feed.shape, &self.event) {
            (Shape::Event(parts), _) => {
                for (n, (key, part)) in parts.iter().enumerate() {
                    body.push(if n == 0 { b'{' } else { b',' });
                    json::text(&mut body, key.as_bytes());
                    body.push(b':');
                    self.part(teller, feed, part, bound, &mut body).await?;
                }
                body.push(b'}');
            }
            (Shape::Record(plan, operand), Some((event, _))) => {
                let start = body.len();
                read_one(teller, plan, *operand, event.record, bound, &mut body).await?;
                if body[start..] == *b"null" {
                    return Ok(None);
                }
            }
            (Shape::Record(..), None) => {
                let message =
                    "Some of what you missed is not kept any more: read the records anew. What follows is complete.";
                return Ok(Some(self.finished(teller.errors(Error::new(Code::Gap, message)))));
            }
        }
        body.push(b'}');
        Ok(Some(self.finished(body)))
    }

    /// A response with what is said besides its data and errors.
    fn finished(&self, mut body: Vec<u8>) -> Vec<u8> {
        body.extend_from_slice(b",\"extensions\":{\"cursor\":");
        json::text(&mut body, self.cursor.to_string().as_bytes());
        body.extend_from_slice(b"}}");
        body
    }

    async fn part(
        &self,
        teller: &Teller,
        feed: &Feed,
        part: &FeedPart,
        bound: &Bound,
        body: &mut Vec<u8>,
    ) -> Result<(), Arc<StoreError>> {
        let known =
            self.event.as_ref().filter(|(_, meaning)| meaning.transition != Transition::Left).map(|(event, _)| *event);
        let (plan, operand, id) = match part {
            FeedPart::Constant(constant) => {
                body.extend_from_slice(constant.as_bytes());
                return Ok(());
            }
            FeedPart::Of(part) => {
                let sources = &feed.sources;
                let source = self.event.as_ref().and_then(|(event, _)| sources.iter().find(|s| s.name == event.module));
                self.own(*part, &self.masked(source), body);
                return Ok(());
            }
            FeedPart::Record(plans, operand) => {
                let of = |event: &&Event| plans.iter().find(|(module, _)| *module == event.module);
                let found = known.and_then(|event| of(&event).map(|(_, plan)| (plan, event.record)));
                (found.map(|(plan, _)| plan), operand, found.map(|(_, id)| id))
            }
            FeedPart::Actor(plan, operand) => (Some(&**plan), operand, known.and_then(|event| event.actor)),
        };
        match plan.zip(id) {
            Some((plan, id)) => Ok(read_one(teller, plan, *operand, id, bound, body).await?),
            None => {
                body.extend_from_slice(b"null");
                Ok(())
            }
        }
    }

    /// Keys and names that the subscriber is not told of this record.
    fn masked<'f>(&self, source: Option<&'f Source>) -> Cow<'f, [String]> {
        let Some(source) = source else { return Cow::Borrowed(&[]) };
        match &self.event {
            Some((_, meaning)) if !meaning.closed.is_empty() => {
                let closed = meaning.closed.iter().flat_map(|n| &source.partly[*n].1);
                source.masked.iter().chain(closed).cloned().collect::<Vec<_>>().into()
            }
            _ => Cow::Borrowed(&source.masked),
        }
    }

    /// Writes a part of the event itself, without what is masked. Of a record that has left, its id alone is told.
    fn own(&self, part: EventPart, masked: &[String], body: &mut Vec<u8>) {
        let text = |body: &mut Vec<u8>, text: &str| json::text(body, text.as_bytes());
        let null = |body: &mut Vec<u8>| body.extend_from_slice(b"null");
        let id = |body: &mut Vec<u8>, id: &Uuid| json::uuid(body, id.as_bytes());
        let all = |body: &mut Vec<u8>, json: &Option<String>| match json {
            Some(json) if masked.is_empty() => json::json(body, json.as_bytes()),
            Some(json) => json::json(body, without(json, masked).as_bytes()),
            None => body.extend_from_slice(b"null"),
        };
        if part == EventPart::Cursor {
            return text(body, &self.cursor.to_string());
        }
        let Some((event, Meaning { transition, .. })) = &self.event else {
            return if part == EventPart::Kind { text(body, "GAP") } else { null(body) };
        };
        let left = *transition == Transition::Left;
        match part {
            EventPart::Kind => text(body, &event.kind),
            EventPart::Transition => text(
                body,
                match transition {
                    Transition::Entered => "ENTERED",
                    Transition::Updated => "UPDATED",
                    Transition::Left => "LEFT",
                },
            ),
            EventPart::RecordId => id(body, &event.record),
            EventPart::Module => text(body, &event.module),
            EventPart::TransactionId => text(body, &event.operation),
            EventPart::OccurredAt => {
                let mut plain = Vec::with_capacity(27);
                calendar::write_timestamp(&mut plain, event.occurred_at);
                body.push(b'"');
                calendar::write_trimmed(body, &plain);
                body.push(b'"');
            }
            _ if left => null(body),
            EventPart::ChangedFields => all(body, &event.changed),
            EventPart::Named => match &event.named {
                Some(named) => names(body, named),
                None => body.extend_from_slice(b"[]"),
            },
            EventPart::Before => all(body, &event.before),
            EventPart::After => all(body, &event.after),
            EventPart::ActorId => match &event.actor {
                Some(actor) => id(body, actor),
                None => null(body),
            },
            EventPart::Cursor | EventPart::Record | EventPart::Actor => null(body),
        }
    }
}

/// An image or a list of names without what the subscriber may not read.
fn without(json: &str, masked: &[String]) -> String {
    let mut json: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    match &mut json {
        serde_json::Value::Object(image) => image.retain(|key, _| !masked.contains(key)),
        serde_json::Value::Array(names) => {
            names.retain(|name| name.as_str().is_none_or(|name| !masked.iter().any(|hidden| hidden == name)));
        }
        _ => {}
    }
    json.to_string()
}

/// Names of events as the values of the enum that they are in the API.
fn names(body: &mut Vec<u8>, stored: &str) {
    let stored: Vec<String> = serde_json::from_str(stored).unwrap_or_default();
    for (n, name) in stored.iter().enumerate() {
        body.push(if n == 0 { b'[' } else { b',' });
        json::text(body, naming::enum_value(name).as_bytes());
    }
    body.push(b']');
}

async fn read_one(
    teller: &Teller,
    plan: &Plan,
    operand: Operand,
    id: Uuid,
    bound: &Bound,
    body: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let mut values = bound.values.to_vec();
    values[operand.0 as usize] = Value::Uuid(id);
    teller.engine.store.read(plan, &teller.asked(bound), &values, body).await
}
