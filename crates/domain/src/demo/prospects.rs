//! Leads that have not become an account, and most of which never will.

use super::activities::{self, Links, Scene};
use super::clock::{self, DAY};
use super::company::Company;
use super::leads::{self, Lead};
use super::person::Person;
use super::rng::Purpose;
use super::world::World;
use super::writer::Writer;
use super::{emails, notes, tags};

/// Writes the `index`th prospect with everything that was tried.
pub(super) fn write<E>(world: &World, index: u64, writer: &mut Writer<E>) {
    let mut rng = world.rng(Purpose::Prospect, index);
    let rng = &mut rng;
    let company = Company::new(world.spec.seed, world.accounts + index);
    let created = clock::working_moment(rng, world.day_of(index, world.prospects));
    let age = (world.now() - created) / DAY;
    // Nobody leaves a lead untouched for a month; after three most are given up or kept warm.
    let status = match age {
        ..7 => ["new", "contacted", "engaged"][rng.weighted(&[60, 30, 10])],
        7..90 => ["new", "contacted", "engaged", "qualified", "disqualified"][rng.weighted(&[12, 30, 26, 17, 15])],
        _ => ["contacted", "engaged", "qualified", "disqualified", "nurturing"][rng.weighted(&[4, 5, 4, 57, 30])],
    };
    let (source, campaign) = leads::source(world, rng, created);
    let lead = Lead {
        id: world.id(created, rng),
        created,
        status,
        german: company.german,
        person: Person::new(rng, company.german),
        phone: company.phone(rng),
        owner: world.staff.seller(rng, company.german),
        source,
        campaign,
        conversion: None,
        domain: company.domain,
        company: company.name,
    };
    let scene = Scene { german: lead.german, member: lead.owner, company: &lead.company, person: lead.person.last };
    let links = Links { lead: Some(lead.id), campaign: campaign.map(|c| world.campaigns[c].id), ..Links::default() };
    let mut done = Vec::new();
    if status != "new" {
        let mut at = created;
        for _ in 0..rng.range(1, if status == "contacted" { 1 } else { 2 }) {
            at = clock::later(rng, at, 1, 12);
            if at < world.now() {
                done.push(activities::done(world, rng, &scene, links, at));
            }
        }
    }
    if !["disqualified", "nurturing"].contains(&status) && rng.chance(55) {
        done.push(activities::planned(world, rng, &scene, links, created));
    }
    let last = activities::last(&done, |_| true);
    leads::write(world, rng, writer, &lead, last);
    activities::write(writer, done);
    tags::attach(world, rng, writer, 28, "Lead", lead.id);
    if status != "new" && rng.chance(45) {
        emails::write_sequence(world, rng, writer, &scene, (lead.id, &lead.email(), created));
    }
    if rng.chance(18) {
        let at = clock::later(rng, created, 1, 9);
        notes::write(world, rng, writer, &scene, ("Lead", lead.id, at));
    }
}
