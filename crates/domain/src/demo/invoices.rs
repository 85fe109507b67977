//! Invoices: what won deals are billed by, and whether it was paid.

use super::clock::{self, MINUTE};
use super::deals::{Deal, Parties};
use super::lines::{self, Line, Of};
use super::numbering::{Numbering, Series};
use super::offering::WON;
use super::rng::Rng;
use super::row::{At, Day, Row, Scaled};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// An invoice.
pub(super) struct Invoice {
    pub(super) id: Uuid,
    pub(super) created: i64,
    pub(super) status: &'static str,
    due: i64,
    sent: Option<i64>,
    paid: Option<i64>,
    lines: Vec<Line>,
}

/// The invoices of a deal: none until it is won; then one, or one for each half of the lines.
pub(super) fn plan(world: &World, rng: &mut Rng, deal: &Deal) -> Vec<Invoice> {
    if deal.stage() != WON {
        return Vec::new();
    }
    let lines = deal.billable();
    let split = if lines.len() > 1 && rng.chance(40) { lines.len() / 2 } else { lines.len() };
    let (first, second) = lines.split_at(split);
    let mut invoices = Vec::new();
    let mut at = deal.changed();
    for part in [first, second] {
        at = clock::later(rng, at, 2, 20);
        if part.is_empty() || at >= world.now() {
            break;
        }
        invoices.push(Invoice::plan(world, rng, at, part.to_vec()));
    }
    invoices
}

impl Invoice {
    fn plan(world: &World, rng: &mut Rng, created: i64, lines: Vec<Line>) -> Self {
        let now = world.now();
        let id = world.id(created, rng);
        let due = clock::day(created) + rng.pick(&[14, 30, 30]);
        let sent = Some(created + rng.range(3 * MINUTE, 90 * MINUTE)).filter(|at| *at < now);
        // One in thirty was a mistake, one in fifteen is never paid.
        let void = rng.chance(3);
        let paid = clock::later(rng, created, 4, 38);
        let paid = (sent.is_some() && !void && paid < now && rng.chance(93)).then_some(paid);
        let status = match (sent, paid) {
            (None, _) => "draft",
            _ if void => "void",
            (_, Some(_)) => "paid",
            _ if due < clock::day(now) => "overdue",
            _ => "sent",
        };
        Self { id, created, status, due, sent, paid, lines }
    }
}

/// Writes the invoices of a deal.
pub(super) fn write<E>(
    world: &World,
    rng: &mut Rng,
    numbering: &Numbering,
    writer: &mut Writer<E>,
    deal: &Deal,
    parties: &Parties,
) {
    let seller = world.staff.id(parties.owner);
    let quote = deal.quotes.iter().find(|quote| quote.status == "accepted");
    for invoice in &deal.invoices {
        let method = ["bank_transfer", "direct_debit", "card"][rng.weighted(&[80, 14, 6])];
        let row = Row::new(invoice.id)
            .set("invoice_number", numbering.number(Series::Invoice, invoice.created, invoice.id))
            .set("status", invoice.status)
            .set("account", parties.account)
            .set("contact", parties.contact)
            .set("opportunity", deal.id)
            .set("quote", quote.map(|quote| quote.id))
            .set("currency", parties.company.country.currency)
            .set("total", Scaled(lines::sum(&invoice.lines)))
            .set("issue_date", Day(clock::day(invoice.created)))
            .set("due_date", Day(invoice.due))
            .set("sent_at", invoice.sent.map(At))
            .set("paid_at", invoice.paid.map(At))
            .set("payment_method", invoice.paid.map(|_| method))
            .owned(world.staff.owned(parties.owner, parties.owner));
        let updated = invoice.paid.or(invoice.sent).unwrap_or(invoice.created);
        writer.insert("Invoice", row.stamped(invoice.created, updated, seller, seller));
        let created = invoice.created + 1;
        let of = Of { module: "InvoiceLineItem", field: "invoice", parent: invoice.id, created, by: seller };
        lines::write(world, rng, writer, &of, &invoice.lines);
    }
}
