//! Accounts and the people there.

use super::activities::{self, Activity};
use super::clock;
use super::company::Company;
use super::data::companies::SIZES;
use super::data::texts::PORTRAITS;
use super::leads::{SOURCE_WEIGHTS, SOURCES};
use super::offering::WON;
use super::person::{Person, slug};
use super::rng::Rng;
use super::row::{At, Json, Row, Scaled};
use super::story::Story;
use super::tags;
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// A contact.
pub(super) struct Contact {
    pub(super) id: Uuid,
    pub(super) created: i64,
    pub(super) person: Person,
    pub(super) email: String,
    pub(super) phone: String,
}

impl Contact {
    /// The people of a company, the first known from the beginning, others met later.
    pub(super) fn plan(world: &World, rng: &mut Rng, company: &Company, created: i64) -> Vec<Self> {
        let most = 2 + company.size as i64 * 2 / 3;
        let mut contacts: Vec<Self> = Vec::new();
        for n in 0..rng.range(1, most + 1) {
            let person = Person::new(rng, company.german);
            let email = person.email(&company.domain);
            let met = if n == 0 { created } else { clock::later(rng, created, 2, 240) };
            // Namesakes are left out, since their addresses would clash.
            if met < world.now() && contacts.iter().all(|c| c.email != email) {
                let (id, phone) = (world.id(met, rng), company.phone(rng));
                contacts.push(Self { id, created: met, person, email, phone });
            }
        }
        contacts
    }
}

/// Writes the account of a story and its contacts.
pub(super) fn write<E>(
    world: &World,
    rng: &mut Rng,
    writer: &mut Writer<E>,
    story: &Story,
    parent: Option<Uuid>,
    activities: &[Activity],
) {
    let company = &story.company;
    let owner = world.staff.id(story.owner);
    let (size, fewest, most, tier, _) = SIZES[company.size];
    let people = rng.range(fewest, most);
    let won = story.deals.iter().filter(|deal| deal.stage() == WON).count() as i64;
    let kind = match won {
        0 => ["prospect", "partner", "vendor", "competitor", "other"][rng.weighted(&[86, 6, 4, 2, 2])],
        _ => "customer",
    };
    let open = story.tickets.iter().filter(|ticket| ticket.resolved.is_none()).count() as i64;
    let health = (won > 0).then(|| (58 + 9 * won - 14 * open + rng.range(-12, 18)).clamp(5, 100));
    let last = activities::last(activities, |links| links.account == Some(story.account));
    let code = company.domain.trim_end_matches(".example");
    let portrait = rng.pick(PORTRAITS[usize::from(!company.german)]);
    let row = Row::new(story.account)
        .set("name", company.name.as_str())
        .set("domain", company.domain.as_str())
        .set("industry", company.industry)
        .set("account_type", kind)
        .set("tier", tier)
        .set("parent", parent)
        .set(
            "description",
            rng.chance(70).then(|| portrait.replace("{c}", &company.name).replace("{p}", company.place.city)),
        )
        .set("website", format!("https://www.{}", company.domain))
        .set("phone", company.phone(rng))
        .set("linkedin_url", rng.chance(60).then(|| format!("https://linkedin.example/company/{code}")))
        .set("company_size", size)
        .set("annual_revenue", Scaled(people * rng.range(90, 260) * 100_000))
        .set("founded_year", rng.range(1868, 2021))
        .set("employee_count", people)
        .set("health_score", health)
        .set("last_activity_at", last.map(At))
        .set("address_line1", company.street.as_str())
        .set("city", company.place.city)
        .set("state", company.place.state)
        .set("postal_code", company.place.postal_code)
        .set("country", company.country.code)
        .owned(world.staff.owned(story.owner, story.owner))
        .set("custom_fields", Json("{}".to_owned()));
    writer.insert("Account", row.stamped(story.created, last.unwrap_or(story.created), owner, owner));
    tags::attach(world, rng, writer, 45, "Account", story.account);
    for contact in &story.contacts {
        write_contact(world, rng, writer, story, contact, activities);
    }
}

fn write_contact<E>(
    world: &World,
    rng: &mut Rng,
    writer: &mut Writer<E>,
    story: &Story,
    contact: &Contact,
    activities: &[Activity],
) {
    let (company, person) = (&story.company, &contact.person);
    let owner = world.staff.id(story.owner);
    let last = activities::last(activities, |links| links.contact == Some(contact.id));
    let deals = || story.deals.iter().filter(|deal| story.contacts[deal.contact].id == contact.id);
    let stage = match (deals().any(|deal| deal.stage() == WON), deals().next().is_some()) {
        (true, _) if rng.chance(15) => "evangelist",
        (true, _) => "customer",
        (false, true) => "opportunity",
        _ if rng.chance(60) => "lead",
        _ => "subscriber",
    };
    let consent = rng.chance(64);
    let asked = contact.created + rng.range(0, clock::HOUR);
    let handle = format!("{}_{}", slug(person.first), slug(person.last)).replace('-', "_");
    let row = Row::new(contact.id)
        .set("first_name", person.first)
        .set("last_name", person.last)
        .set("name", format!("{} {}", person.first, person.last))
        .set("email", contact.email.as_str())
        .set("phone", contact.phone.as_str())
        .set("mobile", rng.chance(55).then(|| company.mobile(rng)))
        .set(
            "linkedin_url",
            rng.chance(50).then(|| format!("https://linkedin.example/in/{}", handle.replace('_', "-"))),
        )
        .set("twitter_handle", rng.chance(12).then(|| format!("@{handle}")))
        .set("account", story.account)
        .set("company_name", company.name.as_str())
        .set("job_title", person.job)
        .set("department", person.department)
        .set("status", ["active", "inactive", "archived"][rng.weighted(&[90, 8, 2])])
        .set("source", SOURCES[rng.weighted(&SOURCE_WEIGHTS)])
        .set("lifecycle_stage", stage)
        .set("score", rng.range(12, 98))
        .set("last_activity_at", last.map(At))
        .set("gdpr_consent", consent)
        .set("gdpr_consent_at", consent.then_some(At(asked.min(world.now()))))
        .set("gdpr_consent_source", consent.then(|| rng.pick(&["web form", "trade fair", "e-mail", "contract"])))
        .set("address_line1", company.street.as_str())
        .set("city", company.place.city)
        .set("state", company.place.state)
        .set("postal_code", company.place.postal_code)
        .set("country", company.country.code)
        .owned(world.staff.owned(story.owner, story.owner))
        .set("custom_fields", Json("{}".to_owned()));
    writer.insert("Contact", row.stamped(contact.created, last.unwrap_or(contact.created), owner, owner));
    tags::attach(world, rng, writer, 12, "Contact", contact.id);
}
