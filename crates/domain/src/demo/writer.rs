//! Gathers rows by module and hands them to the sink in an order in which links hold.

use super::row::Row;
use super::{Action, Batch, ROWS};
use crate::value::Value;

/// Modules, each after those it links to. Links within a module point to earlier rows.
const ORDER: &[&str] = &[
    "Team",
    "User",
    "user_teams",
    "Pipeline",
    "Stage",
    "Product",
    "Tag",
    "Campaign",
    "EmailSequence",
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "OpportunityLineItem",
    "StageChange",
    "Quote",
    "QuoteLineItem",
    "Invoice",
    "InvoiceLineItem",
    "Ticket",
    "Activity",
    "SocialEvent",
    "EmailMessage",
    "LeadScore",
    "Note",
    "taggings",
];

/// Rows held before they are handed on: enough that most batches are full.
const HELD: usize = 16_000;

#[derive(Default)]
struct Buffer {
    fields: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
    inserted: u64,
}

/// Rows on their way to the sink. Flushed between stories only, since a story is whole in itself.
pub(super) struct Writer<'s, E> {
    sink: &'s mut dyn FnMut(Batch) -> Result<(), E>,
    inserts: Vec<Buffer>,
    amends: Vec<Buffer>,
    held: usize,
}

impl<'s, E> Writer<'s, E> {
    pub(super) fn new(sink: &'s mut dyn FnMut(Batch) -> Result<(), E>) -> Self {
        let buffers = || ORDER.iter().map(|_| Buffer::default()).collect();
        Self { sink, inserts: buffers(), amends: buffers(), held: 0 }
    }

    /// Takes a new row; all rows of a module set the same fields in the same order.
    pub(super) fn insert(&mut self, module: &'static str, row: Row) {
        self.take(module, Action::Insert, row);
    }

    /// Takes more about a row that was inserted.
    pub(super) fn amend(&mut self, module: &'static str, row: Row) {
        self.take(module, Action::Amend, row);
    }

    fn take(&mut self, module: &'static str, action: Action, row: Row) {
        let rank = ORDER.iter().position(|m| *m == module).expect("ORDER lists every module that is written");
        let buffer = match action {
            Action::Insert => &mut self.inserts[rank],
            Action::Amend => &mut self.amends[rank],
        };
        if buffer.fields.is_empty() {
            buffer.fields = row.fields;
        } else {
            debug_assert_eq!(buffer.fields, row.fields, "rows of {module} differ in their fields");
        }
        buffer.rows.push(row.values);
        self.held += 1;
    }

    pub(super) fn flush_when_full(&mut self) -> Result<(), E> {
        if self.held < HELD { Ok(()) } else { self.flush() }
    }

    pub(super) fn flush(&mut self) -> Result<(), E> {
        for (buffers, action) in [(&mut self.inserts, Action::Insert), (&mut self.amends, Action::Amend)] {
            for (buffer, module) in buffers.iter_mut().zip(ORDER) {
                buffer.inserted += buffer.rows.len() as u64;
                let mut rows = buffer.rows.drain(..);
                loop {
                    let some: Vec<_> = rows.by_ref().take(ROWS).collect();
                    if some.is_empty() {
                        break;
                    }
                    (self.sink)(Batch { module, action, fields: buffer.fields.clone(), rows: some })?;
                }
            }
        }
        self.held = 0;
        Ok(())
    }

    /// Hands on what is left; rows inserted per module.
    pub(super) fn finish(mut self) -> Result<Vec<(&'static str, u64)>, E> {
        self.flush()?;
        Ok(ORDER.iter().zip(&self.inserts).map(|(module, buffer)| (*module, buffer.inserted)).collect())
    }
}
