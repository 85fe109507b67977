//! Activities: calls, meetings, tasks, and what came of them.

use super::clock::{self, DAY, HOUR, MINUTE};
use super::data::texts::{AGENDA, DONE, OUTCOMES, TASKS};
use super::rng::{Purpose, Rng};
use super::row::{At, Row};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// What an activity is about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Links {
    pub(super) account: Option<Uuid>,
    pub(super) contact: Option<Uuid>,
    pub(super) lead: Option<Uuid>,
    pub(super) opportunity: Option<Uuid>,
    pub(super) ticket: Option<Uuid>,
    pub(super) campaign: Option<Uuid>,
}

/// Who does it, and what may be said in its texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) german: bool,
    /// Index of the member of staff.
    pub(super) member: usize,
    pub(super) company: &'a str,
    pub(super) person: &'a str,
}

impl Scene<'_> {
    /// `{c}` and `{p}` of a text become company and person.
    pub(super) fn fill(&self, text: &str) -> String {
        text.replace("{c}", self.company).replace("{p}", self.person)
    }

    /// Index of the language in lists of texts.
    pub(super) fn language(&self) -> usize {
        usize::from(!self.german)
    }
}

/// An activity that is ready to be written.
pub(super) struct Activity {
    pub(super) links: Links,
    pub(super) completed: Option<i64>,
    row: Row,
}

/// When the last of the activities that `test` accepts was completed.
pub(super) fn last(activities: &[Activity], test: impl Fn(&Links) -> bool) -> Option<i64> {
    activities.iter().filter(|a| test(&a.links)).filter_map(|a| a.completed).max()
}

/// Writes them all.
pub(super) fn write<E>(writer: &mut Writer<E>, activities: Vec<Activity>) {
    for activity in activities {
        writer.insert("Activity", activity.row);
    }
}

/// How long each kind takes (minutes; 0 has no beginning and end) and where it happens.
fn manner(rng: &mut Rng, kind: &str) -> (i64, &'static str) {
    match kind {
        "call" => (rng.pick(&[15, 15, 30]), "phone"),
        "meeting" => (rng.pick(&[45, 60, 90]), rng.pick(&["in_person", "video", "video"])),
        "demo" => (60, rng.pick(&["video", "video", "in_person"])),
        "email" | "proposal" => (0, "email"),
        "follow_up" => (0, rng.pick(&["phone", "email"])),
        _ => (0, rng.pick(&["other", "chat", "email"])),
    }
}

/// Something that was done, at `at`; one in twenty was called off instead.
pub(super) fn done(world: &World, rng: &mut Rng, scene: &Scene, links: Links, at: i64) -> Activity {
    let (kind, subject) = rng.pick(DONE[scene.language()]);
    let (minutes, channel) = manner(rng, kind);
    let starts = if minutes > 0 { clock::on_the_half_hour(at) } else { at };
    let ends = (starts + minutes * MINUTE).min(world.now() - 1).max(starts);
    let completed = if minutes > 0 { ends } else { at };
    let cancelled = rng.chance(5);
    let created = planned_at(rng, starts).min(completed);
    let id = world.id(created, rng);
    let outcome = rng.pick(OUTCOMES[scene.language()]);
    let notes = (!cancelled && rng.chance(30)).then(|| scene.fill(rng.pick(AGENDA[scene.language()])));
    let user = world.staff.id(scene.member);
    let row = Row::new(id)
        .set("subject", scene.fill(subject))
        .set("activity_type", kind)
        .set("channel", channel)
        .set("status", if cancelled { "cancelled" } else { "completed" })
        .set("is_completed", !cancelled)
        .set("priority", priority(rng))
        .set("description", rng.chance(35).then(|| scene.fill(rng.pick(AGENDA[scene.language()]))))
        .set("due_at", At(starts))
        .set("starts_at", (minutes > 0).then_some(At(starts)))
        .set("ends_at", (minutes > 0).then_some(At(ends)))
        .set("reminder_at", None::<At>)
        .set("is_recurring", false)
        .set("recurrence_rule", None::<&str>)
        .set("parent", None::<Uuid>)
        .set("completed_at", (!cancelled).then_some(At(completed)))
        .set("outcome", (!cancelled && rng.chance(70)).then_some(outcome))
        .set("completion_notes", notes);
    let row = linked(row, links).owned(world.staff.owned(scene.member, scene.member));
    let row = row.stamped(created, completed, user, user);
    Activity { links, completed: (!cancelled).then_some(completed), row }
}

/// Something still to be done within three weeks, or overdue by a few days.
pub(super) fn planned(world: &World, rng: &mut Rng, scene: &Scene, links: Links, since: i64) -> Activity {
    let (kind, subject) = rng.pick(TASKS[scene.language()]);
    let (minutes, channel) = manner(rng, kind);
    let day = clock::day(world.now()) + rng.range(-5, 20);
    let due = clock::on_the_half_hour(clock::working_moment(rng, day));
    let earliest = since.max(world.now() - 9 * DAY);
    let created = earliest + rng.range(0, (world.now() - earliest - 1).max(0));
    let id = world.id(created, rng);
    let user = world.staff.id(scene.member);
    let row = Row::new(id)
        .set("subject", scene.fill(subject))
        .set("activity_type", kind)
        .set("channel", channel)
        .set("status", if minutes == 0 && rng.chance(25) { "in_progress" } else { "planned" })
        .set("is_completed", false)
        .set("priority", priority(rng))
        .set("description", rng.chance(40).then(|| scene.fill(rng.pick(AGENDA[scene.language()]))))
        .set("due_at", At(due))
        .set("starts_at", (minutes > 0).then_some(At(due)))
        .set("ends_at", (minutes > 0).then_some(At(due + minutes * MINUTE)))
        .set("reminder_at", rng.chance(50).then_some(At(due - HOUR)))
        .set("is_recurring", false)
        .set("recurrence_rule", None::<&str>)
        .set("parent", None::<Uuid>)
        .set("completed_at", None::<At>)
        .set("outcome", None::<&str>)
        .set("completion_notes", None::<&str>);
    let row = linked(row, links).owned(world.staff.owned(scene.member, scene.member));
    Activity { links, completed: None, row: row.stamped(created, created, user, user) }
}

/// The weekly meetings of sales and service: a recurring activity and its occurrences of the last quarter. The rest of
/// two years is not kept, as nobody would.
pub(super) fn write_internal<E>(world: &World, writer: &mut Writer<E>) {
    let meetings = [
        ("Vertriebsrunde", "MO", 0, 2, "video"),
        ("Sales meeting", "TU", 1, 3, "video"),
        ("Service stand-up", "FR", 4, 4, "chat"),
    ];
    let mut rng = world.rng(Purpose::Internal, 0);
    for (subject, code, weekday, member, channel) in meetings {
        let user = world.staff.id(member);
        let monday = clock::day(world.now()) - clock::weekday(clock::day(world.now())) - 13 * 7;
        let created = (monday - 3) * DAY + 8 * HOUR;
        let series = world.id(created, &mut rng);
        for week in -1..13 {
            let starts = (monday + week.max(0) * 7 + weekday) * DAY + 8 * HOUR;
            let ends = starts + 45 * MINUTE;
            let done = week >= 0 && ends < world.now();
            let created = if week < 0 { created } else { created + week + 1 };
            let id = if week < 0 { series } else { world.id(created, &mut rng) };
            let row = Row::new(id)
                .set("subject", subject)
                .set("activity_type", "meeting")
                .set("channel", channel)
                .set("status", if done { "completed" } else { "planned" })
                .set("is_completed", done)
                .set("priority", "medium")
                .set("description", None::<&str>)
                .set("due_at", At(starts))
                .set("starts_at", At(starts))
                .set("ends_at", At(ends))
                .set("reminder_at", At(starts - 15 * MINUTE))
                .set("is_recurring", week < 0)
                .set("recurrence_rule", (week < 0).then(|| format!("FREQ=WEEKLY;BYDAY={code}")))
                .set("parent", (week >= 0).then_some(series))
                .set("completed_at", done.then_some(At(ends)))
                .set("outcome", None::<&str>)
                .set("completion_notes", None::<&str>);
            let row = linked(row, Links::default()).owned(world.staff.owned(member, member));
            writer.insert("Activity", row.stamped(created, if done { ends } else { created }, user, user));
        }
    }
}

fn linked(row: Row, links: Links) -> Row {
    row.set("account", links.account)
        .set("contact", links.contact)
        .set("lead", links.lead)
        .set("opportunity", links.opportunity)
        .set("ticket", links.ticket)
        .set("campaign", links.campaign)
}

fn priority(rng: &mut Rng) -> &'static str {
    ["low", "medium", "high", "urgent"][rng.weighted(&[18, 55, 22, 5])]
}

/// When something that began at `starts` was entered: mostly some days before, often on the spot.
fn planned_at(rng: &mut Rng, starts: i64) -> i64 {
    if rng.chance(40) { starts } else { starts - rng.range(HOUR, 6 * DAY) }
}
