//! What must hold, whatever was written in which order.

use super::{History, audit, check, read::Records};

/// A promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Invariant {
    /// Nothing that is there was written by an operation that was refused.
    NothingOfRefused,
    /// What was created is there, unless it was purged.
    EverythingOfAccepted,
    /// Total of a line = round(quantity × unit price × (1 − discount/100), 2).
    LineTotals,
    /// Total of a quote or an invoice = sum over its lines.
    DocumentTotals,
    /// Weighted amount = round(amount × probability / 100, 2).
    WeightedAmounts,
    /// Status of an opportunity by its stage.
    StatusFollowsStage,
    /// Name of a contact = first and last name.
    ContactNames,
    /// Numbers of quotes and invoices have no gap and no double.
    ConsecutiveNumbers,
    /// No record is linked to a deleted one.
    LinksLead,
    /// Nobody made a version that another made too; none is beyond the present one.
    VersionsApart,
    /// The audit log has every version of a record once.
    AuditCounts,
    /// The changes of the audit log, one after the other, give the record.
    AuditReplays,
    /// The events are those of the audit log; each begins where the one before it ended.
    EventsAgree,
}

/// Every promise, and whether the write pipeline keeps it today: one that is not kept yet is not looked at.
pub(super) const PROMISES: [(Invariant, bool); 13] = [
    (Invariant::NothingOfRefused, true),
    (Invariant::EverythingOfAccepted, true),
    (Invariant::LineTotals, true),
    (Invariant::DocumentTotals, true),
    (Invariant::WeightedAmounts, true),
    (Invariant::StatusFollowsStage, true),
    (Invariant::ContactNames, true),
    (Invariant::ConsecutiveNumbers, true),
    (Invariant::LinksLead, true),
    (Invariant::VersionsApart, true),
    (Invariant::AuditCounts, true),
    (Invariant::AuditReplays, true),
    (Invariant::EventsAgree, true),
];

impl Invariant {
    /// What breaks it.
    pub(super) fn problems(self, records: &Records, history: &History) -> Vec<String> {
        match self {
            Self::NothingOfRefused => check::marks(records, history),
            Self::EverythingOfAccepted => check::created(records, history),
            Self::LineTotals => check::line_totals(records),
            Self::DocumentTotals => check::document_totals(records),
            Self::WeightedAmounts => check::weighted_amounts(records),
            Self::StatusFollowsStage => check::status(records),
            Self::ContactNames => check::names(records),
            Self::ConsecutiveNumbers => check::numbers(records, history),
            Self::LinksLead => check::links(records),
            Self::VersionsApart => check::versions(records, history),
            Self::AuditCounts => audit::counts(records),
            Self::AuditReplays => audit::replays(records),
            Self::EventsAgree => audit::events(records),
        }
    }
}
