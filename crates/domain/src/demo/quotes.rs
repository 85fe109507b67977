//! Quotes: written when a deal reaches the proposal stage, decided when it ends.

use super::clock;
use super::data::texts::TERMS;
use super::deals::{Deal, Parties};
use super::lines::{self, Line, Of};
use super::numbering::{Numbering, Series};
use super::offering::{LOST, PROPOSAL, WON};
use super::rng::Rng;
use super::row::{Day, Row, Scaled};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// A quote.
pub(super) struct Quote {
    pub(super) id: Uuid,
    pub(super) created: i64,
    pub(super) status: &'static str,
    /// When it got that status.
    decided: i64,
    lines: Vec<Line>,
}

/// The quotes of a deal: sometimes a first one that was not accepted, and the one that counts.
pub(super) fn plan(world: &World, rng: &mut Rng, deal: &Deal) -> Vec<Quote> {
    let Some(offered) = deal.entered(PROPOSAL) else { return Vec::new() };
    let end = deal.closed().unwrap_or(world.now());
    let mut quotes = Vec::new();
    let mut at = clock::later_before(rng, offered, 1, 4, end);
    if deal.stage() > PROPOSAL && rng.chance(22) {
        let again = clock::later_before(rng, at, 3, 9, end);
        let lines = deal.billable();
        quotes.push(Quote { id: world.id(at, rng), created: at, status: "rejected", decided: again, lines });
        at = again;
    }
    let status = match deal.stage() {
        WON => "accepted",
        LOST => "rejected",
        PROPOSAL if rng.chance(35) => "draft",
        _ => "presented",
    };
    let decided = deal.closed().unwrap_or(at);
    quotes.push(Quote { id: world.id(at, rng), created: at, status, decided, lines: deal.billable() });
    quotes
}

/// Writes the quotes of a deal.
pub(super) fn write<E>(
    world: &World,
    rng: &mut Rng,
    numbering: &Numbering,
    writer: &mut Writer<E>,
    deal: &Deal,
    parties: &Parties,
) {
    let (company, seller) = (parties.company, world.staff.id(parties.owner));
    for quote in &deal.quotes {
        let what = quote.lines.first().map_or("", |line| line.name(world));
        let subject = if company.german { format!("Angebot: {what}") } else { format!("Quote: {what}") };
        let row = Row::new(quote.id)
            .set("quote_number", numbering.number(Series::Quote, quote.created, quote.id))
            .set("subject", subject)
            .set("status", quote.status)
            .set("valid_until", Day(clock::day(quote.created) + 30))
            .set("opportunity", deal.id)
            .set("account", parties.account)
            .set("contact", parties.contact)
            .set("currency", company.country.currency)
            .set("total", Scaled(lines::sum(&quote.lines)))
            .set("terms_conditions", TERMS[usize::from(!company.german)])
            .owned(world.staff.owned(parties.owner, parties.owner));
        writer.insert("Quote", row.stamped(quote.created, quote.decided, seller, seller));
        let created = quote.created + 1;
        let of = Of { module: "QuoteLineItem", field: "quote", parent: quote.id, created, by: seller };
        lines::write(world, rng, writer, &of, &quote.lines);
    }
}
