//! One change on its way: what it has done so far, and what is still to be done because of it.

use super::{Violation, WriteError, Writing, journal::Journal, layout::Layout, message, stale::Stale};
use crate::{context::Context, processes, store::Transaction};
use kontor_metadata::model::{Catalog, Module, ModuleId};
use std::collections::HashSet;
use uuid::Uuid;

/// Most records that a statement takes.
pub(super) const CHUNK: usize = 1_000;

/// A change on its way.
pub(super) struct Session<'s, 't> {
    pub(super) transaction: &'s mut Transaction<'t>,
    pub(super) writing: &'s Writing,
    pub(super) context: &'s Context,
    /// What was written, on its way to the logs.
    pub(super) journal: Journal,
    /// What has to be computed anew.
    pub(super) stale: Stale,
    /// Broken rules so far; nothing is written once there are some.
    pub(super) violations: Vec<Violation>,
    /// Records that the change makes: links to them hold before they are written.
    pub(super) fresh: HashSet<Uuid>,
    /// Records that the change deletes, so that none is deleted twice.
    pub(super) removed: HashSet<Uuid>,
    /// Whether records that others are computed from are kept from other writers.
    pub(super) locks: bool,
    /// Whether it erases personal data, of which the logs are told nothing then.
    pub(super) erasing: bool,
}

impl<'s, 't> Session<'s, 't> {
    pub(super) fn new(transaction: &'s mut Transaction<'t>, writing: &'s Writing, context: &'s Context) -> Self {
        Self {
            transaction,
            writing,
            context,
            journal: Journal::default(),
            stale: Stale::default(),
            violations: Vec::new(),
            // Whoever asks is there.
            fresh: context.user.into_iter().collect(),
            removed: HashSet::new(),
            locks: true,
            erasing: false,
        }
    }

    pub(super) fn catalog(&self) -> &'s Catalog {
        &self.writing.catalog
    }

    pub(super) fn module(&self, id: ModuleId) -> &'s Module {
        self.writing.catalog.module(id)
    }

    pub(super) fn layout(&self, id: ModuleId) -> &'s Layout {
        &self.writing.layouts[usize::from(id.0)]
    }

    /// Whether texts for the caller are German; else they are English.
    pub(super) fn language(&self) -> &'static str {
        if message::is_german(&self.context.language) { "de" } else { "en" }
    }

    /// Notes records of a module that were made, or, below zero, removed.
    pub(super) fn grow(&mut self, module: &Module, by: i64) {
        if processes::counts(module) {
            self.transaction.grow(by);
        }
    }

    /// Refuses the change if rules are broken.
    pub(super) fn check(&mut self) -> Result<(), WriteError> {
        if self.violations.is_empty() { Ok(()) } else { Err(WriteError::Invalid(std::mem::take(&mut self.violations))) }
    }
}
