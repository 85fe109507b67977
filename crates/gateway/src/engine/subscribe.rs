//! Subscriptions: one root field, answered with every event of the log that it asks for.

use super::{Answer, Asker, Engine, GraphQlRequest, Run, Snapshot, refused, trace::Phases, write_errors};
use crate::{
    coerce::Variables,
    document::Document,
    error::{self, Error},
    feeds::{Follower, Next},
    lower::{self, Action, Feed, FeedPart, Prepared, Root},
    schema::model::EventPart,
};
use kontor_domain::{
    calendar,
    error::StoreError,
    events::{self, Cursor, Event, Image},
    json,
    plan::Plan,
    query::Operand,
    value::Value,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Wait before a database that does not answer is asked again.
const REST: Duration = Duration::from_secs(1);

/// What becomes of a request that may be a subscription.
pub enum Begun {
    /// It was none, or it was refused.
    Answered(Answer),
    /// A stream of answers.
    Subscribed(Box<Subscription>),
}

/// What a subscription has to tell next.
#[derive(Debug)]
pub enum Told {
    /// The JSON of a response, and where it goes on behind it.
    Event(Cursor, Vec<u8>),
    /// The server stops; another, or the same later, goes on behind what was told.
    Stopped,
}

/// A subscription under way. It keeps to the metadata that it began with.
pub struct Subscription {
    engine: Arc<Engine>,
    snapshot: Arc<Snapshot>,
    document: Arc<Document>,
    prepared: Arc<Prepared>,
    variables: Variables,
    request: GraphQlRequest,
    from: Asker,
    follower: Follower,
    /// An event that could not be told yet.
    pending: Option<Next>,
}

impl Engine {
    /// Answers a request, or begins to. `after` is where it goes on, whatever the document says.
    pub async fn begin(self: &Arc<Self>, request: GraphQlRequest, from: Asker, after: Option<Cursor>) -> Begun {
        let snapshot = self.snapshot.load_full();
        let prepared = self.prepare(&snapshot, &request, &from, &mut Phases::default()).await;
        let (document, prepared, variables) = match prepared {
            Ok(prepared) if prepared.1.subscription => prepared,
            Ok(_) => return Begun::Answered(self.execute(request, &from).await),
            Err(errors) => return Begun::Answered(refused(&errors)),
        };
        match self.follow(&snapshot, &prepared, &variables, &from, after).await {
            Ok(follower) => {
                let engine = self.clone();
                Begun::Subscribed(Box::new(Subscription {
                    engine,
                    snapshot,
                    document,
                    prepared,
                    variables,
                    request,
                    from,
                    follower,
                    pending: None,
                }))
            }
            Err(error) => Begun::Answered(refused(&[error])),
        }
    }

    async fn follow(
        &self,
        snapshot: &Snapshot,
        prepared: &Prepared,
        variables: &Variables,
        from: &Asker,
        after: Option<Cursor>,
    ) -> Result<Follower, Error> {
        from.caller.as_ref().ok_or_else(Error::unauthenticated)?;
        let circumstances = self.circumstances(prepared, from).await?;
        let values = lower::bind(&snapshot.types, &prepared.operands, variables, &circumstances)?;
        let given = feed(prepared).and_then(|(_, feed)| feed.after).map(|operand| &values[operand.0 as usize]);
        let after = match (after, given) {
            (None, Some(Value::Text(text))) => {
                let malformed =
                    "The cursor is not one of this API's; pass on the `cursor` of an event as it was given.";
                Some(text.parse().map_err(|_| Error::input(malformed))?)
            }
            (after, _) => after,
        };
        let started = Follower::start(&self.hub, after).await;
        started.map_err(|e| error::of_store(&e, &from.request_id))
    }
}

fn feed(prepared: &Prepared) -> Option<(&Root, &Feed)> {
    prepared.roots.iter().find_map(|root| match &root.action {
        Action::Feed(feed) => Some((root, &**feed)),
        _ => None,
    })
}

/// What a change means for a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transition {
    Entered,
    Updated,
    Left,
}

/// An event on its way to a subscriber.
struct Delivery<'a> {
    cursor: Cursor,
    /// None for a gap.
    event: Option<(&'a Event, Transition)>,
}

impl Subscription {
    /// The next thing to tell. Whoever drops the future before it is ready has missed nothing. A database that does not
    /// answer delays it.
    pub async fn next(&mut self) -> Told {
        loop {
            if self.pending.is_none() {
                match self.follower.next().await {
                    Ok(next) => self.pending = Some(next),
                    Err(error) => self.rest(&error).await,
                }
            }
            let told = match &self.pending {
                None => continue,
                Some(Next::Stopped) => return Told::Stopped,
                Some(Next::Gap(cursor)) => self.tell(*cursor, None).await,
                Some(Next::Event(event)) => self.tell(event.cursor, Some(event)).await,
            };
            match told {
                Ok(told) => {
                    self.pending = None;
                    if let Some(told) = told {
                        return told;
                    }
                }
                Err(error) => self.rest(&error).await,
            }
        }
    }

    async fn rest(&self, error: &StoreError) {
        tracing::warn!(error = error::chain(error), "a feed waits for the database");
        tokio::time::sleep(REST).await;
    }

    /// The answer for an event, if it is asked for. What the caller cannot help is tried again.
    async fn tell(&self, cursor: Cursor, event: Option<&Event>) -> Result<Option<Told>, StoreError> {
        let (Some((root, feed)), Some(caller)) = (feed(&self.prepared), &self.from.caller) else { return Ok(None) };
        let module = self.snapshot.catalog.module(feed.module);
        if event.is_some_and(|event| event.org != caller.org || event.module != module.name) {
            return Ok(None);
        }
        let run = Run {
            engine: &self.engine,
            snapshot: &self.snapshot,
            document: &self.document,
            variables: &self.variables,
            request: &self.request,
            from: &self.from,
            begun: Instant::now(),
            operation: Uuid::nil(),
            circumstances: match self.engine.circumstances(&self.prepared, &self.from).await {
                Ok(circumstances) => circumstances,
                Err(error) => return Ok(Some(Told::Event(cursor, refused(&[error]).body))),
            },
        };
        match run.deliver(root, feed, cursor, event, &self.prepared).await {
            Ok(body) => Ok(body.map(|body| Told::Event(cursor, body))),
            Err(error @ StoreError::Unavailable(_)) => Err(error),
            Err(error) => {
                let error = error::of_store(&error, &self.from.request_id).at(root.pos).under(&root.key);
                let mut body = b"{\"data\":null,\"errors\":".to_vec();
                write_errors(&mut body, &[error]);
                body.push(b'}');
                Ok(Some(Told::Event(cursor, body)))
            }
        }
    }
}

impl Run<'_> {
    /// The answer for an event, if it is asked for.
    async fn deliver(
        &self,
        root: &Root,
        feed: &Feed,
        cursor: Cursor,
        event: Option<&Event>,
        prepared: &Prepared,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        // They were read when the subscription began; days that move with time are read anew.
        let Ok(mut values) = lower::bind(&self.snapshot.types, &prepared.operands, self.variables, &self.circumstances)
        else {
            return Ok(None);
        };
        let event = match event {
            None => None,
            Some(event) => match self.transition(feed, event, &values) {
                Some(transition) => Some((event, transition)),
                None => return Ok(None),
            },
        };
        let kind = event.map_or("GAP", |(event, _)| event.kind.as_str());
        let kinds = feed.kinds.map(|operand| &values[operand.0 as usize]);
        // A gap concerns everybody.
        if let (Some(Value::List(kinds)), Some(_)) = (kinds, event)
            && !kinds.iter().any(|wanted| matches!(wanted, Value::Text(wanted) if wanted == kind))
        {
            return Ok(None);
        }
        let delivery = Delivery { cursor, event };
        let mut body = b"{\"data\":".to_vec();
        body.extend_from_slice(&root.prefix);
        for (n, (key, part)) in feed.parts.iter().enumerate() {
            body.push(if n == 0 { b'{' } else { b',' });
            json::text(&mut body, key.as_bytes());
            body.push(b':');
            self.part(&delivery, part, &mut values, &mut body).await?;
        }
        body.extend_from_slice(b"}}}");
        Ok(Some(body))
    }

    /// What a change means for the subscription; nothing if it is not about it.
    fn transition(&self, feed: &Feed, event: &Event, values: &[Value]) -> Option<Transition> {
        let module = self.snapshot.catalog.module(feed.module);
        let counts = |image: &Option<String>| {
            image.as_deref().and_then(Image::parse).is_some_and(|image| {
                let filter = feed.filter.as_ref();
                let holds = |filter| events::holds(module, filter, values, &image) == Some(true);
                image.is_there(module) && filter.is_none_or(holds)
            })
        };
        match (counts(&event.before), counts(&event.after)) {
            (false, true) => Some(Transition::Entered),
            (true, true) => Some(Transition::Updated),
            (true, false) => Some(Transition::Left),
            (false, false) => None,
        }
    }

    async fn part(
        &self,
        delivery: &Delivery<'_>,
        part: &FeedPart,
        values: &mut [Value],
        body: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let known = delivery.event.filter(|(_, transition)| *transition != Transition::Left).map(|(event, _)| event);
        match part {
            FeedPart::Constant(constant) => body.extend_from_slice(constant.as_bytes()),
            FeedPart::Of(part) => write(delivery, *part, body),
            FeedPart::Record(plan, id) => self.read_one((plan, *id), known.map(|e| e.record), values, body).await?,
            FeedPart::Actor(plan, id) => self.read_one((plan, *id), known.and_then(|e| e.actor), values, body).await?,
        }
        Ok(())
    }

    async fn read_one(
        &self,
        (plan, operand): (&Plan, Operand),
        id: Option<Uuid>,
        values: &mut [Value],
        body: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let (Some(id), Some(caller)) = (id, &self.from.caller) else {
            body.extend_from_slice(b"null");
            return Ok(());
        };
        values[operand.0 as usize] = Value::Uuid(id);
        self.engine.store.read(plan, &self.asked(caller), values, body).await
    }
}

/// Writes a part of the event itself. Of a record that has left, its id alone is told.
fn write(delivery: &Delivery<'_>, part: EventPart, body: &mut Vec<u8>) {
    let text = |body: &mut Vec<u8>, text: &str| json::text(body, text.as_bytes());
    let null = |body: &mut Vec<u8>| body.extend_from_slice(b"null");
    let id = |body: &mut Vec<u8>, id: &Uuid| json::uuid(body, id.as_bytes());
    let all = |body: &mut Vec<u8>, json: &Option<String>| match json {
        Some(json) => json::json(body, json.as_bytes()),
        None => body.extend_from_slice(b"null"),
    };
    if part == EventPart::Cursor {
        return text(body, &delivery.cursor.to_string());
    }
    let Some((event, transition)) = delivery.event else {
        return if part == EventPart::Kind { text(body, "GAP") } else { null(body) };
    };
    let left = transition == Transition::Left;
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
        EventPart::Before => all(body, &event.before),
        EventPart::After => all(body, &event.after),
        EventPart::ActorId => match &event.actor {
            Some(actor) => id(body, actor),
            None => null(body),
        },
        EventPart::Cursor | EventPart::Record | EventPart::Actor => null(body),
    }
}
