use super::{
    super::{Asker, Engine, Snapshot, write_errors},
    begin::feed,
    delivery::Delivery,
    follows::Follows,
    shared::SHARES,
};
use crate::{
    auth::Caller,
    coerce::Variables,
    error,
    feeds::{Frame, Interest},
    lower::{self, Circumstances, Feed, OperandSource, Prepared, Root, Source},
};
use bytes::Bytes;
use kontor_domain::{
    context::{Asked, Moment},
    error::StoreError,
    events::{Cursor, Event, Image},
    query::Operand,
    value::Value,
};
use kontor_metadata::model::Module;
use rustc_hash::FxHashSet;
use std::sync::Arc;
use uuid::Uuid;

/// Works out what the subscribers of a group are told.
pub(super) struct Teller {
    pub(super) engine: Arc<Engine>,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) prepared: Arc<Prepared>,
    variables: Variables,
    /// The first of them: who else is told the same is like it in all that matters.
    from: Asker,
    pub(super) caller: Caller,
    /// What the operation is bound to.
    values: Arc<[Value]>,
    /// Whether a part of it moves with time: days.
    moves: bool,
    follows: Follows,
}

/// What a plan is bound to for an event.
pub(super) struct Bound {
    pub(super) values: Arc<[Value]>,
    pub(super) moment: Moment,
    /// The records that the caller follows, where only these count.
    followed: Option<Arc<FxHashSet<Uuid>>>,
}

impl Bound {
    /// Whether a record, as it was or is, is followed or linked to one that is.
    pub(super) fn is_followed(&self, source: &Source, module: &Module, event: &Event, image: &Image) -> bool {
        let Some(followed) = &self.followed else { return true };
        let links: Vec<_> = source.links.iter().map(|link| module.field(*link)).collect();
        followed.contains(&event.record) || image.links_to(&links, |id| followed.contains(&id))
    }
}

impl Teller {
    pub(super) fn new(
        engine: Arc<Engine>,
        snapshot: Arc<Snapshot>,
        prepared: Arc<Prepared>,
        variables: Variables,
        from: Asker,
        caller: Caller,
        values: Vec<Value>,
    ) -> Self {
        let moves = prepared.operands.iter().any(|source| matches!(source, OperandSource::Relative { .. }));
        Self {
            engine,
            snapshot,
            prepared,
            variables,
            from,
            caller,
            values: values.into(),
            moves,
            follows: Follows::default(),
        }
    }

    /// Whose changes concern it.
    pub(super) fn interest(&self) -> Interest {
        let (_, feed) = self.feed();
        let modules = feed.sources.iter().map(|source| source.name.clone());
        let follows = feed.following.map(|_| Follows::MODULE.to_owned());
        let shares = feed.sources.iter().any(|source| source.unshared.is_some()).then(|| SHARES.to_owned());
        Interest::new(self.caller.org, modules.chain(follows).chain(shares))
    }

    pub(super) fn feed(&self) -> (&Root, &Feed) {
        feed(&self.prepared).expect("groups are of feeds")
    }

    /// What is told of an event, if it is asked for.
    ///
    /// # Errors
    /// When the database does not answer: it is to be tried again.
    pub(super) async fn tell(&self, event: &Event) -> Result<Option<Frame>, Arc<StoreError>> {
        let (_, feed) = self.feed();
        if feed.following.is_some() {
            self.follows.notice(&self.snapshot.catalog, &self.caller, event).await;
        }
        if event.org != self.caller.org {
            return Ok(None);
        }
        let told = match feed.sources.iter().any(|source| source.name == event.module) {
            true => self.work_out(event.cursor, Some(event)).await,
            false if self.may_be_share(feed, event) => self.share(event).await,
            false => return Ok(None),
        };
        self.frame(event.cursor, told)
    }

    /// What is told where events are missing: that concerns everybody.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub(super) async fn gap(&self, cursor: Cursor) -> Result<Frame, Arc<StoreError>> {
        let told = self.work_out(cursor, None).await;
        Ok(self.frame(cursor, told)?.unwrap_or_else(|| Frame { cursor, body: Bytes::new() }))
    }

    async fn work_out(&self, cursor: Cursor, event: Option<&Event>) -> Result<Option<Vec<u8>>, Arc<StoreError>> {
        let (root, feed) = self.feed();
        let mut bound = self.bind().await?;
        if feed.following.is_some_and(|following| bound.values[following.0 as usize] == Value::Boolean(true)) {
            bound.followed = Some(self.follows.of(&self.engine.store, &self.caller).await?);
        }
        let event = match event {
            None => None,
            Some(event) if !self.is_wanted(feed, &bound.values, event) => return Ok(None),
            Some(event) => match self.transition(feed, event, &bound).await? {
                Some(transition) => Some((event, transition)),
                None => return Ok(None),
            },
        };
        Delivery { cursor, event }.write(self, root, feed, &bound).await
    }

    fn frame(
        &self,
        cursor: Cursor,
        told: Result<Option<Vec<u8>>, Arc<StoreError>>,
    ) -> Result<Option<Frame>, Arc<StoreError>> {
        let body = match told {
            Ok(None) => return Ok(None),
            Ok(Some(body)) => body,
            Err(error) if matches!(*error, StoreError::Unavailable(_)) => return Err(error),
            // What does not go away by itself is told, and the feed goes on.
            Err(error) => self.refusal(&error),
        };
        Ok(Some(Frame { cursor, body: body.into() }))
    }

    /// The response that tells of an error.
    pub(super) fn refusal(&self, error: &StoreError) -> Vec<u8> {
        let mut body = self.errors(error::of_store(error, &self.from.request_id));
        body.push(b'}');
        body
    }

    /// A response of an error, up to where extensions may follow.
    pub(super) fn errors(&self, mut error: error::Error) -> Vec<u8> {
        if let Some(root) = self.prepared.roots.first() {
            error = error.at(root.pos).under(&root.key);
        }
        let mut body = b"{\"data\":null,\"errors\":".to_vec();
        write_errors(&mut body, &[error]);
        body
    }

    /// The values were read when the first began; days that move with time are read anew.
    pub(super) async fn bind(&self) -> Result<Bound, Arc<StoreError>> {
        let engine = &self.engine;
        let zone = match self.prepared.wants_zone {
            true => engine.zones.of(&engine.store, self.caller.org).await?,
            false => chrono_tz::Tz::UTC,
        };
        let moment = Moment::now(zone);
        let circumstances = Circumstances { caller: Some(self.caller.user), moment, zone };
        let values = if self.moves {
            let values = lower::bind(&self.snapshot.types, &self.prepared.operands, &self.variables, &circumstances);
            values.map_or_else(|_| self.values.clone(), Into::into)
        } else {
            self.values.clone()
        };
        Ok(Bound { values, moment, followed: None })
    }

    pub(super) fn asked(&self, bound: &Bound) -> Asked {
        Asked { org: self.caller.org, user: Some(self.caller.user), moment: bound.moment }
    }

    /// Whether such changes are asked for.
    pub(super) fn is_wanted(&self, feed: &Feed, values: &[Value], event: &Event) -> bool {
        let is_among = |wanted: Option<Operand>, is: &dyn Fn(&str) -> bool| {
            let Some(Value::List(wanted)) = wanted.map(|operand| &values[operand.0 as usize]) else { return true };
            wanted.iter().any(|wanted| matches!(wanted, Value::Text(wanted) if is(wanted)))
        };
        let names = |name: &str| {
            let named = event.named.as_deref().and_then(|json| serde_json::from_str::<Vec<String>>(json).ok());
            named.is_some_and(|named| named.iter().any(|one| one == name))
        };
        is_among(feed.kinds, &|kind| kind == event.kind) && is_among(feed.named, &names)
    }
}
