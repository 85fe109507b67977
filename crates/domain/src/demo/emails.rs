//! E-mails with what became of them, and the sequences some belong to.

use super::activities::Scene;
use super::clock::{DAY, HOUR, MINUTE};
use super::data::texts::{EMAILS, SEQUENCES};
use super::rng::Rng;
use super::row::{At, Json, Row};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// To whom a message goes and what it is about.
pub(super) struct Letter<'a> {
    pub(super) to: &'a str,
    pub(super) contact: Option<Uuid>,
    pub(super) lead: Option<Uuid>,
    pub(super) opportunity: Option<Uuid>,
    /// Step of the sequence it is part of.
    pub(super) step: Option<i64>,
    pub(super) sent: i64,
}

/// Writes a message that was sent.
pub(super) fn write<E>(world: &World, rng: &mut Rng, writer: &mut Writer<E>, scene: &Scene, letter: &Letter) {
    let user = world.staff.id(scene.member);
    let (subject, body) = match letter.step {
        Some(step) => SEQUENCES[scene.language()].1[step as usize % 3],
        None => rng.pick(EMAILS[scene.language()]),
    };
    let past = |at: i64| Some(at).filter(|at| *at < world.now());
    let sent = letter.sent;
    let bounced = rng.chance(3).then(|| past(sent + rng.range(2_000_000, MINUTE))).flatten();
    let opened = if bounced.is_none() && rng.chance(62) { past(sent + rng.range(2 * MINUTE, 2 * DAY)) } else { None };
    let clicked = opened.filter(|_| rng.chance(28)).and_then(|at| past(at + rng.range(10_000_000, 20 * MINUTE)));
    let replied = opened.filter(|_| rng.chance(34)).and_then(|at| past(at + rng.range(3 * MINUTE, 20 * HOUR)));
    let status = match (bounced, opened, clicked, replied) {
        (Some(_), ..) => "bounced",
        (.., Some(_)) => "replied",
        (_, _, Some(_), _) => "clicked",
        (_, Some(_), ..) => "opened",
        _ if sent > world.now() - HOUR => "sent",
        _ => "delivered",
    };
    let id = world.id(sent, rng);
    let domain = &world.spec.email_domain;
    let row = Row::new(id)
        .set("subject", scene.fill(subject))
        .set("body_preview", scene.fill(body))
        .set("from_email", world.staff.members[scene.member].email.as_str())
        .set("to_email", letter.to)
        .set("message_id", format!("<{}@{domain}>", id.simple()))
        .set("thread_id", format!("{:012x}", rng.bits() >> 16))
        .set("status", status)
        .set("sent_at", At(sent))
        .set("opened_at", opened.map(At))
        .set("open_count", opened.map_or(0, |_| rng.range(1, 4)))
        .set("clicked_at", clicked.map(At))
        .set("click_count", clicked.map_or(0, |_| rng.range(1, 2)))
        .set("replied_at", replied.map(At))
        .set("bounced_at", bounced.map(At))
        .set("bounce_type", bounced.map(|_| if rng.chance(70) { "hard" } else { "soft" }))
        .set("contact", letter.contact)
        .set("lead", letter.lead)
        .set("opportunity", letter.opportunity)
        .set("owner", user)
        .set("sequence", letter.step.map(|_| world.sequences[scene.language()]))
        .set("sequence_step", letter.step);
    let updated = [opened, clicked, replied, bounced].into_iter().flatten().max().unwrap_or(sent);
    writer.insert("EmailMessage", row.stamped(sent, updated, user, user));
}

/// Writes the two sequences, one per language.
pub(super) fn write_sequences<E>(world: &World, writer: &mut Writer<E>) {
    let marketer = world.staff.id(world.staff.marketer());
    for (n, (name, steps)) in SEQUENCES.iter().enumerate() {
        let created = world.founded() + 20 * DAY + n as i64;
        let steps: Vec<serde_json::Value> = steps
            .iter()
            .zip([0, 3, 10])
            .map(|((subject, body), days)| serde_json::json!({"days": days, "subject": subject, "text": body}))
            .collect();
        let row = Row::new(world.sequences[n])
            .set("name", *name)
            .set("is_active", true)
            .set("steps", Json(serde_json::Value::from(steps).to_string()));
        writer.insert("EmailSequence", row.stamped(created, created, marketer, marketer));
    }
}

/// Sends the first messages of the sequence to a lead.
pub(super) fn write_sequence<E>(
    world: &World,
    rng: &mut Rng,
    writer: &mut Writer<E>,
    scene: &Scene,
    (lead, to, created): (Uuid, &str, i64),
) {
    let most = rng.range(1, 3);
    for (step, days) in [0, 3, 10].into_iter().enumerate().take(most as usize) {
        let sent = created + days * DAY + rng.range(20 * MINUTE, 3 * HOUR);
        if sent < world.now() {
            let step = Some(step as i64);
            let letter = Letter { to, contact: None, lead: Some(lead), opportunity: None, step, sent };
            write(world, rng, writer, scene, &letter);
        }
    }
}
