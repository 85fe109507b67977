//! The operations of a socket. Each begins in a task of its own; feeds then go on within the socket's, so that an event
//! wakes nothing in between.

use super::{
    super::{Shared, request::Envelope},
    message,
};
use crate::{
    engine::{Asker, Begun, GraphQlRequest, Outcome, Subscription, Told},
    limits,
    persisted::Resolved,
};
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{AbortHandle, Abortable, Aborted, BoxFuture},
    stream::FuturesUnordered,
};
use kontor_domain::events::Cursor;
use std::collections::HashMap;
use tokio::task::{self, JoinSet};

/// Operations that one socket may have under way.
const MOST: usize = 100;

/// Operations under way. They end with this value.
#[derive(Default)]
pub(super) struct Operations {
    /// Those that begin, and those that are answered once.
    beginning: JoinSet<Began>,
    feeds: FuturesUnordered<Abortable<BoxFuture<'static, Heard>>>,
    running: HashMap<String, Running>,
    /// Number of the last one, since an id may be used again.
    serial: u64,
    /// The last event of which there was a message.
    cursor: Option<Cursor>,
    /// The last one of which the client has been given it.
    given: Option<Cursor>,
}

struct Running {
    serial: u64,
    stop: Stop,
}

enum Stop {
    Beginning(task::AbortHandle),
    Feed(AbortHandle),
}

/// What an operation began with.
struct Began {
    id: String,
    serial: u64,
    with: With,
}

enum With {
    /// Its last messages.
    Answer(Vec<String>),
    /// A feed.
    Feed(Box<Subscription>),
}

/// What a feed told.
struct Heard {
    id: String,
    serial: u64,
    told: Told,
    feed: Box<Subscription>,
}

impl Operations {
    pub(super) fn is_running(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Takes note that the client has been given all messages so far.
    pub(super) fn given(&mut self) {
        self.given = self.cursor;
    }

    /// The last event that the client has been told of.
    pub(super) fn last_cursor(&self) -> Option<Cursor> {
        self.given
    }

    /// Begins an operation, unless that is refused with a message.
    pub(super) fn begin(&mut self, shared: &Shared, asker: Asker, id: String, envelope: Envelope) -> Option<String> {
        if self.running.len() >= MOST {
            let message = format!("A socket may have {MOST} operations at a time: end some, or open another.");
            let error = limits::exceeded("operations", MOST as u64 + 1, MOST as u64, message);
            return Some(message::error(&id, &[error]));
        }
        self.serial += 1;
        let serial = self.serial;
        let (shared, own) = (shared.clone(), id.clone());
        let began = async move { Began { with: begin(&shared, &own, asker, envelope).await, id: own, serial } };
        let stop = Stop::Beginning(self.beginning.spawn(began));
        self.running.insert(id, Running { serial, stop });
        None
    }

    /// Ends an operation.
    pub(super) fn end(&mut self, id: &str) {
        match self.running.remove(id).map(|running| running.stop) {
            Some(Stop::Beginning(task)) => task.abort(),
            Some(Stop::Feed(feed)) => feed.abort(),
            None => {}
        }
    }

    /// The next messages of any of them; waits for some. Whoever drops the future before it is ready has missed nothing.
    pub(super) async fn next(&mut self) -> Vec<String> {
        loop {
            let messages = tokio::select! {
                Some(Ok(began)) = self.beginning.join_next() => self.began(began),
                Some(heard) = self.feeds.next() => self.heard(heard),
                else => std::future::pending().await,
            };
            if !messages.is_empty() {
                return messages;
            }
        }
    }

    /// The next messages, if there are some already.
    pub(super) fn ready(&mut self) -> Option<Vec<String>> {
        self.next().now_or_never()
    }

    fn is_current(&self, id: &str, serial: u64) -> bool {
        self.running.get(id).is_some_and(|running| running.serial == serial)
    }

    fn began(&mut self, Began { id, serial, with }: Began) -> Vec<String> {
        if !self.is_current(&id, serial) {
            return Vec::new();
        }
        match with {
            With::Answer(messages) => {
                self.running.remove(&id);
                messages
            }
            With::Feed(feed) => {
                self.go_on(id, serial, feed);
                Vec::new()
            }
        }
    }

    fn heard(&mut self, heard: Result<Heard, Aborted>) -> Vec<String> {
        let Ok(Heard { id, serial, told, feed }) = heard else { return Vec::new() };
        let body = match told {
            _ if !self.is_current(&id, serial) => return Vec::new(),
            Told::Event(frame) => {
                self.cursor = Some(frame.cursor);
                frame.body
            }
            Told::State(body) => body,
            Told::Ended(errors) => {
                self.running.remove(&id);
                return vec![message::error(&id, &errors)];
            }
            // The whole socket is closed: the operation is not complete.
            Told::Stopped => return Vec::new(),
        };
        let message = message::next(&id, &body);
        self.go_on(id, serial, feed);
        vec![message]
    }

    fn go_on(&mut self, id: String, serial: u64, mut feed: Box<Subscription>) {
        let (stop, registration) = AbortHandle::new_pair();
        self.running.insert(id.clone(), Running { serial, stop: Stop::Feed(stop) });
        let hear = async move { Heard { id, serial, told: feed.next().await, feed } };
        self.feeds.push(Abortable::new(hear.boxed(), registration));
    }
}

/// Executes an operation, or begins its feed.
async fn begin(shared: &Shared, own: &str, asker: Asker, envelope: Envelope) -> With {
    let Envelope { query, id, operation_name, variables } = envelope;
    let persisted = &shared.options.persisted;
    let Resolved { text: query, learn } = match persisted.resolve(query, id) {
        Ok(resolved) => resolved,
        Err(error) => return With::Answer(vec![message::error(own, &[error])]),
    };
    let learnt = learn.map(|hash| (hash, query.clone()));
    let request = GraphQlRequest { query, operation_name, variables, ..GraphQlRequest::default() };
    let begun = shared.engine.begin(request, asker, None).await;
    let valid = match &begun {
        Begun::Subscribed(_) => true,
        Begun::Answered(answer) => matches!(answer.outcome, Outcome::Executed | Outcome::Replayed),
    };
    if let (Some((hash, text)), true) = (learnt, valid) {
        persisted.learn(hash, &text);
    }
    match begun {
        Begun::Subscribed(feed) => With::Feed(feed),
        Begun::Answered(answer) if valid => {
            With::Answer(vec![message::next(own, &answer.into_bytes()), message::complete(own)])
        }
        Begun::Answered(answer) => With::Answer(vec![message::refused(own, &answer.body)]),
    }
}
