//! Social events: what is said about us and to us.

use super::activities::Scene;
use super::data::texts::{POSTS, SOCIAL};
use super::person::slug;
use super::rng::Rng;
use super::row::{At, Row};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

const PLATFORMS: [&str; 9] =
    ["linkedin", "x", "instagram", "facebook", "mastodon", "youtube", "reddit", "tiktok", "other"];

/// What an event is about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About {
    pub(super) account: Option<Uuid>,
    pub(super) contact: Option<Uuid>,
    pub(super) ticket: Option<Uuid>,
    pub(super) campaign: Option<Uuid>,
}

/// Somebody of a company mentions us, asks, praises or complains.
pub(super) fn write<E>(world: &World, rng: &mut Rng, writer: &mut Writer<E>, scene: &Scene, about: About, at: i64) {
    let (verb, mood, text) = rng.pick(SOCIAL[scene.language()]);
    let handle = format!("@{}", slug(scene.company).replace('-', "_"));
    let sentiment = (mood + rng.range(-18, 18)).clamp(-100, 100) as f64 / 100.0;
    event(world, rng, writer, (verb, "inbound", scene.fill(text), sentiment, handle), about, at);
}

/// We post about a campaign.
pub(super) fn write_post<E>(world: &World, rng: &mut Rng, writer: &mut Writer<E>, campaign: usize, at: i64) {
    let text = rng.pick(POSTS).replace("{c}", &world.campaigns[campaign].name);
    let about = About { campaign: Some(world.campaigns[campaign].id), ..About::default() };
    event(world, rng, writer, ("posted", "outbound", text, 0.4, "@kontor_demo".to_owned()), about, at);
}

fn event<E>(
    world: &World,
    rng: &mut Rng,
    writer: &mut Writer<E>,
    (verb, direction, text, sentiment, handle): (&str, &str, String, f64, String),
    about: About,
    at: i64,
) {
    let platform = PLATFORMS[rng.weighted(&[38, 18, 12, 9, 8, 6, 5, 2, 2])];
    // Ingested some seconds after it happened.
    let created = (at + rng.range(2_000_000, 90_000_000)).min(world.now());
    let external = format!("{:016x}", rng.bits());
    let url = format!("https://{platform}.example/{}/{external}", handle.trim_start_matches('@'));
    let marketer = world.staff.id(world.staff.marketer());
    let row = Row::new(world.id(created, rng))
        .set("platform", platform)
        .set("channel", if verb == "messaged" { "direct" } else { "timeline" })
        .set("verb", verb)
        .set("direction", direction)
        .set("text", (!text.is_empty()).then_some(text))
        .set("sentiment", sentiment)
        .set("occurred_at", At(at))
        .set("external_id", external)
        .set("author_handle", handle)
        .set("url", url)
        .set("account", about.account)
        .set("contact", about.contact)
        .set("ticket", about.ticket)
        .set("campaign", about.campaign);
    writer.insert("SocialEvent", row.stamped(created, created, marketer, marketer));
}
