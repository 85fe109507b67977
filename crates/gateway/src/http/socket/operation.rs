//! The operations of a socket, each a task of its own.

use super::{
    super::{Shared, request::Envelope},
    message,
};
use crate::{
    cost,
    engine::{Asker, Begun, GraphQlRequest, Outcome, Told},
    persisted::Resolved,
};
use kontor_domain::events::Cursor;
use std::collections::HashMap;
use tokio::{sync::mpsc, task::AbortHandle};

/// Operations that one socket may have under way.
const MOST: usize = 100;

/// A message of an operation on its way.
pub(super) struct Outgoing {
    pub(super) id: String,
    pub(super) text: String,
    /// Whether the operation ends with it.
    pub(super) last: bool,
    /// Where a feed goes on behind it.
    pub(super) cursor: Option<Cursor>,
    /// Which operation, since an id may be used again.
    serial: u64,
}

/// Operations under way. They end with this value.
pub(super) struct Operations {
    sender: mpsc::Sender<Outgoing>,
    running: HashMap<String, (u64, AbortHandle)>,
    serial: u64,
    cursor: Option<Cursor>,
}

impl Operations {
    pub(super) fn new(sender: mpsc::Sender<Outgoing>) -> Self {
        Self { sender, running: HashMap::new(), serial: 0, cursor: None }
    }

    pub(super) fn is_running(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Whether a message is of an operation that is wanted still.
    pub(super) fn is_current(&self, outgoing: &Outgoing) -> bool {
        self.running.get(&outgoing.id).is_some_and(|(serial, _)| *serial == outgoing.serial)
    }

    /// The last event that was sent.
    pub(super) fn last_cursor(&self) -> Option<Cursor> {
        self.cursor
    }

    /// Begins an operation, unless that is refused with a message.
    pub(super) fn begin(&mut self, shared: &Shared, asker: Asker, id: String, envelope: Envelope) -> Option<String> {
        if self.running.len() >= MOST {
            let message = format!("A socket may have {MOST} operations at a time: end some, or open another.");
            return Some(message::error(&id, &[cost::too_much(message)]));
        }
        self.serial += 1;
        let operation = Operation { id: id.clone(), serial: self.serial, sender: self.sender.clone() };
        let task = tokio::spawn(operation.run(shared.clone(), asker, envelope));
        self.running.insert(id, (self.serial, task.abort_handle()));
        None
    }

    /// Ends an operation.
    pub(super) fn end(&mut self, id: &str) {
        if let Some((_, task)) = self.running.remove(id) {
            task.abort();
        }
    }

    /// A message of an operation was sent.
    pub(super) fn sent(&mut self, id: &str, last: bool, cursor: Option<Cursor>) {
        self.cursor = cursor.or(self.cursor);
        if last {
            self.running.remove(id);
        }
    }
}

impl Drop for Operations {
    fn drop(&mut self) {
        self.running.values().for_each(|(_, task)| task.abort());
    }
}

struct Operation {
    id: String,
    serial: u64,
    sender: mpsc::Sender<Outgoing>,
}

impl Operation {
    async fn run(self, shared: Shared, asker: Asker, envelope: Envelope) {
        let Envelope { query, id, operation_name, variables } = envelope;
        let persisted = &shared.options.persisted;
        let Resolved { text: query, learn } = match persisted.resolve(query, id) {
            Ok(resolved) => resolved,
            Err(error) => return self.send(message::error(&self.id, &[error]), true, None).await,
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
            Begun::Answered(answer) if valid => {
                self.send(message::next(&self.id, &answer.into_bytes()), false, None).await;
                self.send(message::complete(&self.id), true, None).await;
            }
            Begun::Answered(answer) => self.send(message::refused(&self.id, &answer.body), true, None).await,
            Begun::Subscribed(mut subscription) => {
                // Of a server that stops, the whole socket is closed: the operation is not complete.
                while let Told::Event(cursor, body) = subscription.next().await {
                    self.send(message::next(&self.id, &body), false, Some(cursor)).await;
                }
            }
        }
    }

    async fn send(&self, text: String, last: bool, cursor: Option<Cursor>) {
        let (id, serial) = (self.id.clone(), self.serial);
        // Where the socket is gone, this task ends with it.
        let _ = self.sender.send(Outgoing { id, text, last, cursor, serial }).await;
    }
}
