//! Leads and how they were scored.

use super::clock::{self, DAY};
use super::data::texts::{DEALS, DETAILS, DISQUALIFIED, RECOMMENDATIONS};
use super::person::Person;
use super::rng::Rng;
use super::row::{At, Json, Row, Scaled};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// Where leads, contacts and opportunities come from.
pub(super) const SOURCES: [&str; 10] =
    ["website", "referral", "cold_call", "cold_email", "event", "social", "paid_ads", "organic", "partner", "other"];
/// How many come from each of [`SOURCES`].
pub(super) const SOURCE_WEIGHTS: [u32; 10] = [24, 14, 9, 8, 12, 8, 9, 8, 6, 2];

const PARTS: [&str; 5] = ["engagement", "fit", "intent", "timing", "budget"];

/// What became of a converted lead.
pub(super) struct Conversion {
    pub(super) at: i64,
    pub(super) account: Uuid,
    pub(super) contact: Uuid,
    pub(super) opportunity: Option<Uuid>,
}

/// A lead.
pub(super) struct Lead {
    pub(super) id: Uuid,
    pub(super) created: i64,
    pub(super) status: &'static str,
    pub(super) german: bool,
    pub(super) person: Person,
    pub(super) company: String,
    pub(super) domain: String,
    pub(super) phone: String,
    pub(super) owner: usize,
    /// Index into [`SOURCES`].
    pub(super) source: usize,
    pub(super) campaign: Option<usize>,
    pub(super) conversion: Option<Conversion>,
}

impl Lead {
    /// Address of the person.
    pub(super) fn email(&self) -> String {
        self.person.email(&self.domain)
    }

    /// When somebody first answered: some hours or days after it came, unless it is still new.
    fn responded(&self, rng: &mut Rng, now: i64) -> Option<i64> {
        let end = self.conversion.as_ref().map_or(now, |conversion| conversion.at);
        (self.status != "new").then(|| clock::later_before(rng, self.created, 1, 3, end))
    }
}

/// A source, and the campaign behind it if one ran then.
pub(super) fn source(world: &World, rng: &mut Rng, at: i64) -> (usize, Option<usize>) {
    let source = rng.weighted(&SOURCE_WEIGHTS);
    let running: Vec<usize> =
        (0..world.campaigns.len()).filter(|c| world.campaigns[*c].reaches(at, SOURCES[source])).collect();
    let campaign = (!running.is_empty() && rng.chance(70)).then(|| rng.pick(&running));
    (source, campaign)
}

/// Writes a lead and its scores.
pub(super) fn write<E>(world: &World, rng: &mut Rng, writer: &mut Writer<E>, lead: &Lead, last_activity: Option<i64>) {
    let language = usize::from(!lead.german);
    let owner = world.staff.id(lead.owner);
    let marketer = world.staff.id(world.staff.marketer());
    // Points for each part, 0 to 20, together 0 to 100; the further a lead came, the more.
    let (low, high) = match lead.status {
        "converted" | "qualified" => (11, 20),
        "engaged" => (8, 18),
        "disqualified" => (0, 10),
        _ => (3, 16),
    };
    let points: [i64; 5] = std::array::from_fn(|_| rng.range(low, high));
    let responded = lead.responded(rng, world.now());
    let qualified = match (&lead.conversion, responded) {
        (Some(conversion), Some(from)) => Some(from + (conversion.at - from) / 2),
        (None, Some(from)) if lead.status == "qualified" => Some(clock::later_before(rng, from, 1, 12, world.now())),
        _ => None,
    };
    let converted = lead.conversion.as_ref();
    let topic = rng.pick(DEALS[language]);
    let origin = SOURCES[lead.source];
    let paid = ["paid_ads", "social", "cold_email"].contains(&origin);
    let campaign = lead.campaign.map(|c| &world.campaigns[c]);
    let odds =
        [("new", 5), ("contacted", 10), ("engaged", 20), ("qualified", 40), ("nurturing", 5), ("converted", 100)];
    let probability = odds.iter().find(|(status, _)| *status == lead.status).map_or(0, |(_, percent)| *percent);
    let score: i64 = points.iter().sum();
    let last = [responded, qualified, last_activity, converted.map(|c| c.at)].into_iter().flatten().max();
    let row = Row::new(lead.id)
        .set("name", format!("{} – {topic}", lead.company))
        .set("status", lead.status)
        .set("substatus", (lead.status == "disqualified").then(|| rng.pick(DISQUALIFIED[language])))
        .set("description", rng.chance(50).then_some(topic))
        .set("estimated_value", Scaled(rng.range(4, 120) * 50_000))
        .set("probability", Scaled(probability * 100))
        .set("first_name", lead.person.first)
        .set("last_name", lead.person.last)
        .set("email", lead.email())
        .set("phone", lead.phone.as_str())
        .set("job_title", lead.person.job)
        .set("company", lead.company.as_str())
        .set("website", format!("https://www.{}", lead.domain))
        .set("account", converted.map(|c| c.account))
        .set("source", origin)
        .set("source_detail", rng.chance(50).then(|| DETAILS[language][lead.source]))
        .set("campaign", campaign.map(|c| c.id))
        .set("utm_source", paid.then(|| rng.pick(&["linkedin", "search", "newsletter"])))
        .set("utm_medium", paid.then(|| if origin == "cold_email" { "email" } else { "cpc" }))
        .set("utm_campaign", campaign.filter(|_| paid).map(|c| c.code()))
        .set("referrer_url", (origin == "organic").then_some("https://search.example/"))
        .set("landing_page", ["website", "paid_ads", "organic"].contains(&origin).then(|| landing(rng)))
        .set("score", score)
        .set("score_breakdown", breakdown(&points))
        .set("grade", grade(score))
        .set("first_responded_at", responded.map(At))
        .set("qualified_at", qualified.map(At))
        .set("last_activity_at", last_activity.map(At))
        .set("converted_at", converted.map(|c| At(c.at)))
        .set("converted_account", converted.map(|c| c.account))
        .set("converted_contact", converted.map(|c| c.contact))
        .owned(world.staff.owned(lead.owner, lead.owner))
        .set("custom_fields", Json("{}".to_owned()));
    let updated = last.unwrap_or(lead.created);
    writer.insert("Lead", row.stamped(lead.created, updated, marketer, owner));
    if let Some(opportunity) = converted.and_then(|c| c.opportunity) {
        writer.amend("Lead", Row::new(lead.id).set("converted_opportunity", opportunity));
    }

    // Scored on arrival, and again once it moved; the last scoring is the lead's.
    let first = points.map(|p| p / 2);
    let again = last.filter(|at| lead.status != "new" && *at > lead.created + DAY);
    let scorings = match again {
        Some(at) if rng.chance(30) => vec![(lead.created + clock::MINUTE, first), (at, points)],
        _ => vec![(lead.created + clock::MINUTE, points)],
    };
    for (at, points) in scorings.into_iter().filter(|(at, _)| *at < world.now()) {
        write_score(world, rng, writer, lead, at, &points);
    }
}

fn write_score<E>(world: &World, rng: &mut Rng, writer: &mut Writer<E>, lead: &Lead, at: i64, points: &[i64; 5]) {
    let score: i64 = points.iter().sum();
    let strongest = (0..PARTS.len()).max_by_key(|n| points[*n]).map_or("", |n| PARTS[n]);
    let weakest = (0..PARTS.len()).min_by_key(|n| points[*n]).map_or("", |n| PARTS[n]);
    let advice = RECOMMENDATIONS[usize::from(!lead.german)][(score / 25).min(3) as usize];
    let marketer = world.staff.id(world.staff.marketer());
    let row = Row::new(world.id(at, rng))
        .set("lead", lead.id)
        .set("score", score)
        .set("grade", grade(score))
        .set("breakdown", breakdown(points))
        .set("factors", Json(format!(r#"{{"strongest":"{strongest}","weakest":"{weakest}"}}"#)))
        .set("recommendation", advice)
        .set("confidence", Scaled(rng.range(5_500, 9_800)))
        .set("model_version", if at < world.start + 400 * DAY { "2.3" } else { "3.0" })
        .set("scored_at", At(at))
        .set("expires_at", At(at + 90 * DAY));
    writer.insert("LeadScore", row.stamped(at, at, marketer, marketer));
}

fn landing(rng: &mut Rng) -> String {
    format!("/{}", rng.pick(&["demo", "pricing", "whitepaper-cold-chain", "sensors", "webinar", "kontakt"]))
}

fn breakdown(points: &[i64; 5]) -> Json {
    let parts: Vec<String> = PARTS.iter().zip(points).map(|(name, points)| format!(r#""{name}":{points}"#)).collect();
    Json(format!("{{{}}}", parts.join(",")))
}

fn grade(score: i64) -> &'static str {
    match score {
        80.. => "a",
        60..80 => "b",
        40..60 => "c",
        20..40 => "d",
        _ => "f",
    }
}
