//! Campaigns, and what we post about them.

use super::activities::Scene;
use super::clock::{self, DAY};
use super::data::labels::CAMPAIGNS;
use super::rng::{Purpose, Rng};
use super::row::{Day, Row, Scaled};
use super::world::World;
use super::writer::Writer;
use super::{Spec, id, notes, social, tags};
use uuid::Uuid;

/// A campaign.
pub(super) struct Campaign {
    pub(super) id: Uuid,
    pub(super) name: String,
    kind: &'static str,
    created: i64,
    begins: i64,
    ends: i64,
}

impl Campaign {
    /// Campaigns spread over two years and the coming weeks, more of them in larger organisations.
    pub(super) fn all(spec: &Spec, start: i64) -> Vec<Self> {
        let mut rng = Rng::new(spec.seed, Purpose::Campaigns, 0);
        let count = (9 + i64::from(spec.scale.max(1))).min(60);
        (0..count)
            .map(|n| {
                let (name, kind) = CAMPAIGNS[n as usize % CAMPAIGNS.len()];
                let begins = start + (n * 760 / (count - 1).max(1) - 20 + rng.range(0, 8)) * DAY;
                let ends = begins + if kind == "trade_fair" { 4 } else { rng.range(30, 120) } * DAY;
                let created = (begins - rng.range(20, 39) * DAY).min(spec.now - DAY) + n;
                let id = id::at(created, rng.bits(), spec.org);
                let again = n as usize / CAMPAIGNS.len();
                let suffix = if again == 0 { String::new() } else { format!(" #{}", again + 1) };
                let name = format!("{name} {}{suffix}", clock::year(begins));
                Self { id, name, kind, created, begins, ends }
            })
            .collect()
    }

    /// Whether it brings leads of that source then.
    pub(super) fn reaches(&self, at: i64, source: &str) -> bool {
        let fits = match self.kind {
            "trade_fair" | "webinar" => source == "event",
            "email" => source == "cold_email" || source == "website",
            "social" => source == "social",
            "advertising" => source == "paid_ads" || source == "organic",
            _ => source == "referral" || source == "partner",
        };
        // What a fair began goes on for some weeks.
        fits && (self.begins..self.ends + 21 * DAY).contains(&at) && at > self.created
    }

    /// Its name in addresses.
    pub(super) fn code(&self) -> String {
        super::person::slug(&self.name)
    }
}

/// Writes the campaigns with some posts and notes.
pub(super) fn write<E>(world: &World, writer: &mut Writer<E>) {
    let member = world.staff.marketer();
    let marketer = world.staff.id(member);
    for (n, campaign) in world.campaigns.iter().enumerate() {
        let mut rng = world.rng(Purpose::Campaigns, n as u64 + 1);
        let now = world.now();
        let status = match () {
            () if campaign.begins > now => "planning",
            () if campaign.ends > now => "active",
            () if rng.chance(6) => "cancelled",
            () => "completed",
        };
        let budget = rng.range(6, 80) * 50_000;
        let spent = match status {
            "planning" => 0,
            "active" => budget * rng.range(20, 70) / 100,
            _ => budget * rng.range(80, 118) / 100,
        };
        let row = Row::new(campaign.id)
            .set("name", campaign.name.as_str())
            .set("campaign_type", campaign.kind)
            .set("status", status)
            .set("start_date", Day(clock::day(campaign.begins)))
            .set("end_date", Day(clock::day(campaign.ends)))
            .set("budget", Scaled(budget))
            .set("actual_cost", Scaled(spent))
            .set("expected_revenue", Scaled(budget * rng.range(3, 9)))
            .set("currency", "EUR")
            .owned(world.staff.owned(member, member));
        let updated = campaign.ends.min(now - 1);
        writer.insert("Campaign", row.stamped(campaign.created, updated, marketer, marketer));
        tags::attach(world, &mut rng, writer, 50, "Campaign", campaign.id);
        for _ in 0..rng.range(3, 7) {
            let at = clock::later(&mut rng, campaign.begins, 1, 30);
            if at < now {
                social::write_post(world, &mut rng, writer, n, at);
            }
        }
        let scene = Scene { german: true, member, company: &campaign.name, person: "Lindner" };
        if rng.chance(50) {
            let at = clock::later(&mut rng, campaign.created, 2, 30);
            notes::write(world, &mut rng, writer, &scene, ("Campaign", campaign.id, at));
        }
    }
}
