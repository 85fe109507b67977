//! Opportunities: their way through the stages, and what was offered and billed on it.

use super::clock;
use super::company::Company;
use super::data::companies::COMPETITORS;
use super::data::texts::{DEALS, LOSSES, NEXT_STEPS};
use super::invoices::{self, Invoice};
use super::leads::SOURCES;
use super::lines::{self, Line, Of};
use super::offering::{LOST, STAGES, WON};
use super::quotes::{self, Quote};
use super::rng::Rng;
use super::row::{At, Day, Json, Row, Scaled, divide_rounded};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// An opportunity.
pub(super) struct Deal {
    pub(super) id: Uuid,
    pub(super) created: i64,
    /// Index into the contacts of the story.
    pub(super) contact: usize,
    /// The lead it came from.
    pub(super) lead: Option<Uuid>,
    pub(super) campaign: Option<usize>,
    /// Index into [`SOURCES`].
    pub(super) source: usize,
    /// Stages with the moments at which they were entered; the first is the creation.
    pub(super) history: Vec<(usize, i64)>,
    pub(super) lines: Vec<Line>,
    /// Cents.
    pub(super) amount: i64,
    pub(super) quotes: Vec<Quote>,
    pub(super) invoices: Vec<Invoice>,
    expected_close: i64,
}

/// Where a deal comes from.
pub(super) struct Origin {
    pub(super) created: i64,
    pub(super) contact: usize,
    pub(super) lead: Option<Uuid>,
    pub(super) campaign: Option<usize>,
    pub(super) source: usize,
}

impl Deal {
    /// Decides everything about a deal but its words.
    pub(super) fn plan(world: &World, rng: &mut Rng, company: &Company, origin: Origin) -> Self {
        let id = world.id(origin.created, rng);
        let history = walk(world, rng, origin.created, company.size as i64);
        let lines: Vec<Line> = match rng.weighted(&[12, 26, 28, 20, 14]) {
            0 => Vec::new(),
            n => (0..n).map(|_| Line::new(rng, &world.offering, company.size)).collect(),
        };
        let guess = rng.range(8, 90) * 50_000 * (company.size as i64 + 1);
        let amount = if lines.is_empty() { guess } else { lines::sum(&lines) };
        let (stage, changed) = history[history.len() - 1];
        let expected_close = if stage >= WON {
            clock::day(changed) + rng.range(-12, 15)
        } else {
            clock::working_day(clock::day(world.now()) + rng.range(-9, 90))
        };
        let mut deal = Self {
            id,
            created: origin.created,
            contact: origin.contact,
            lead: origin.lead,
            campaign: origin.campaign,
            source: origin.source,
            history,
            lines,
            amount,
            quotes: Vec::new(),
            invoices: Vec::new(),
            expected_close,
        };
        deal.quotes = quotes::plan(world, rng, &deal);
        deal.invoices = invoices::plan(world, rng, &deal);
        deal
    }

    /// Index of the stage it is in.
    pub(super) fn stage(&self) -> usize {
        self.history[self.history.len() - 1].0
    }

    /// When it came there.
    pub(super) fn changed(&self) -> i64 {
        self.history[self.history.len() - 1].1
    }

    /// When it was won or lost.
    pub(super) fn closed(&self) -> Option<i64> {
        (self.stage() >= WON).then(|| self.changed())
    }

    /// When it entered a stage, if ever.
    pub(super) fn entered(&self, stage: usize) -> Option<i64> {
        self.history.iter().find(|(s, _)| *s == stage).map(|(_, at)| *at)
    }

    /// What there is to offer or bill: its lines, or its amount as one.
    pub(super) fn billable(&self) -> Vec<Line> {
        if self.lines.is_empty() { vec![Line::flat(self.amount)] } else { self.lines.clone() }
    }
}

/// The stages that a deal has passed by now. Larger customers take longer, most deals are lost early.
fn walk(world: &World, rng: &mut Rng, created: i64, size: i64) -> Vec<(usize, i64)> {
    let ends = rng.weighted(&[10, 20, 17, 9, 44]);
    let mut history = vec![(0, created)];
    let mut at = created;
    for (stage, (short, long)) in [(3, 16), (5, 24), (7, 30), (4, 22)].into_iter().enumerate() {
        at = clock::later(rng, at, short, long + 4 * size);
        if at >= world.now() {
            break;
        }
        let next = if stage == ends { LOST } else { stage + 1 };
        history.push((next, at));
        if next >= WON {
            break;
        }
    }
    history
}

/// Who the deal is with and who works on it, as its rows need it.
pub(super) struct Parties<'a> {
    pub(super) company: &'a Company,
    pub(super) account: Uuid,
    pub(super) contact: Uuid,
    /// Index of the member of staff.
    pub(super) owner: usize,
}

/// Writes the opportunity, its lines and its history.
pub(super) fn write<E>(
    world: &World,
    rng: &mut Rng,
    writer: &mut Writer<E>,
    deal: &Deal,
    parties: &Parties,
    last_activity: Option<i64>,
) {
    let (company, language) = (parties.company, usize::from(!parties.company.german));
    let seller = world.staff.id(parties.owner);
    let (stage, kind) = (deal.stage(), &STAGES[deal.stage()]);
    let topic = deal.lines.first().map_or_else(|| rng.pick(DEALS[language]), |line| line.name(world));
    let lost = stage == LOST;
    let weighted = divide_rounded(i128::from(deal.amount) * i128::from(kind.probability), 10_000);
    let competitor = rng.chance(if lost { 55 } else { 15 }).then(|| rng.pick(COMPETITORS));
    let updated = last_activity.unwrap_or(deal.created).max(deal.changed());
    let row = Row::new(deal.id)
        .set("name", format!("{} – {topic}", company.name))
        .set("account", parties.account)
        .set("contact", parties.contact)
        .set("description", rng.chance(60).then(|| rng.pick(DEALS[language])))
        .set("amount", Scaled(deal.amount))
        .set("currency", company.country.currency)
        .set("expected_close_date", Day(deal.expected_close))
        .set("actual_close_date", deal.closed().map(|at| Day(clock::day(at))))
        .set("pipeline", world.offering.pipeline)
        .set("stage", world.offering.stages[stage])
        .set("status", ["open", "open", "open", "open", "won", "lost"][stage])
        .set("probability", Scaled(kind.probability))
        .set("weighted_amount", Scaled(weighted))
        .set("stage_changed_at", At(deal.changed()))
        .set("next_step", (stage < WON).then(|| rng.pick(NEXT_STEPS[language])))
        .set("competitor", competitor)
        .set("lost_reason", lost.then(|| rng.pick(LOSSES[language])))
        .set("last_activity_at", last_activity.map(At))
        .set("source", SOURCES[deal.source])
        .set("lead", deal.lead)
        .set("campaign", deal.campaign.map(|c| world.campaigns[c].id))
        .owned(world.staff.owned(parties.owner, parties.owner))
        .set("custom_fields", Json("{}".to_owned()));
    writer.insert("Opportunity", row.stamped(deal.created, updated, seller, seller));
    let of = Of {
        module: "OpportunityLineItem",
        field: "opportunity",
        parent: deal.id,
        created: deal.created + 1,
        by: seller,
    };
    lines::write(world, rng, writer, &of, &deal.lines);

    let mut from: Option<(usize, i64)> = None;
    for (stage, at) in &deal.history {
        let row = Row::new(world.id(*at, rng))
            .set("opportunity", deal.id)
            .set("from_stage", from.map(|(stage, _)| world.offering.stages[stage]))
            .set("to_stage", world.offering.stages[*stage])
            .set("amount", Scaled(deal.amount))
            .set("changed_by", seller)
            .set("changed_at", At(*at))
            .set("seconds_in_stage", from.map(|(_, since)| (at - since) / clock::SECOND));
        writer.insert("StageChange", row.stamped(*at, *at, seller, seller));
        from = Some((*stage, *at));
    }
}
