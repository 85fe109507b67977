//! Tickets: what customers need help with.

use super::clock::{self, MINUTE};
use super::company::Company;
use super::data::texts::TICKETS;
use super::numbering::{Numbering, Series};
use super::rng::Rng;
use super::row::{At, Row};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// A ticket.
pub(super) struct Ticket {
    pub(super) id: Uuid,
    pub(super) created: i64,
    /// Index into the contacts of the story.
    pub(super) contact: usize,
    /// Index of the member of staff.
    pub(super) supporter: usize,
    pub(super) responded: Option<i64>,
    pub(super) resolved: Option<i64>,
    closed: Option<i64>,
}

impl Ticket {
    /// A ticket created then; what has not happened by now has not happened.
    pub(super) fn plan(world: &World, rng: &mut Rng, created: i64, contacts: usize) -> Self {
        let id = world.id(created, rng);
        let past = |at: i64| Some(at).filter(|at| *at < world.now());
        let responded = past(created + rng.range(6 * MINUTE, 9 * 60 * MINUTE));
        let patience = rng.pick(&[2, 4, 9, 16]);
        let solved = clock::later(rng, created, 1, patience);
        // Some wait for ever.
        let resolved = responded.and_then(|_| past(solved)).filter(|_| rng.chance(97));
        let confirmed = clock::later(rng, solved, 3, 10);
        let closed = resolved.and_then(|_| past(confirmed));
        Self {
            id,
            created,
            contact: rng.index(contacts),
            supporter: world.staff.supporter(rng),
            responded,
            resolved,
            closed,
        }
    }

    fn status(&self, rng: &mut Rng) -> &'static str {
        match (self.responded, self.resolved, self.closed) {
            (_, _, Some(_)) => "closed",
            (_, Some(_), None) => "resolved",
            (Some(_), None, None) => rng.pick(&["in_progress", "in_progress", "waiting_on_customer"]),
            _ => "new",
        }
    }
}

/// Writes a ticket.
pub(super) fn write<E>(
    world: &World,
    rng: &mut Rng,
    numbering: &Numbering,
    writer: &mut Writer<E>,
    ticket: &Ticket,
    (company, account, contact): (&Company, Uuid, Uuid),
) {
    let supporter = world.staff.id(ticket.supporter);
    let (subject, description, kind) = rng.pick(TICKETS[usize::from(!company.german)]);
    let row = Row::new(ticket.id)
        .set("ticket_number", numbering.number(Series::Ticket, ticket.created, ticket.id))
        .set("subject", subject)
        .set("description", description)
        .set("status", ticket.status(rng))
        .set("priority", ["low", "medium", "high", "critical"][rng.weighted(&[22, 48, 24, 6])])
        .set("ticket_type", kind)
        .set("source", ["email", "phone", "web", "social"][rng.weighted(&[46, 28, 21, 5])])
        .set("account", account)
        .set("contact", contact)
        .set("first_responded_at", ticket.responded.map(At))
        .set("resolved_at", ticket.resolved.map(At))
        .set("closed_at", ticket.closed.map(At))
        .owned(world.staff.owned(ticket.supporter, ticket.supporter));
    let updated = ticket.closed.or(ticket.resolved).or(ticket.responded).unwrap_or(ticket.created);
    writer.insert("Ticket", row.stamped(ticket.created, updated, supporter, supporter));
}
