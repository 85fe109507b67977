//! The story of one account: how it was won, who works there, what was sold and what went wrong.
//!
//! A story is planned (ids, moments, sums) apart from being written (words), since numbers of quotes can only be given
//! when the moments of all stories are known. Planning the same story twice gives the same plan.

use super::accounts::{self, Contact};
use super::activities::{self, Activity, Links, Scene};
use super::clock::{self, DAY};
use super::company::Company;
use super::deals::{self, Deal, Origin, Parties};
use super::leads::{self, Conversion, Lead};
use super::numbering::Numbering;
use super::offering::WON;
use super::rng::{Purpose, Rng};
use super::social::{self, About};
use super::tickets::{self, Ticket};
use super::world::World;
use super::writer::Writer;
use super::{emails, invoices, notes, quotes, tags};
use uuid::Uuid;

/// Everything about one account but the words.
pub(super) struct Story {
    index: u64,
    pub(super) company: Company,
    pub(super) account: Uuid,
    pub(super) created: i64,
    /// Index of the member of staff.
    pub(super) owner: usize,
    pub(super) contacts: Vec<Contact>,
    /// The lead that the account came from, always about the first contact.
    lead: Option<Lead>,
    pub(super) deals: Vec<Deal>,
    pub(super) tickets: Vec<Ticket>,
}

/// Id and moment of creation of the `index`th account: the first draws of its plan, so that another story can link to it.
pub(super) fn account(world: &World, index: u64) -> (Uuid, i64, Rng) {
    let mut rng = world.rng(Purpose::Plan, index);
    let created = clock::working_moment(&mut rng, world.day_of(index, world.accounts));
    (world.id(created, &mut rng), created, rng)
}

impl Story {
    /// Decides how the story of the `index`th account goes.
    pub(super) fn plan(world: &World, index: u64) -> Self {
        let (account, created, mut rng) = account(world, index);
        let rng = &mut rng;
        let company = Company::new(world.spec.seed, index);
        let owner = world.staff.seller(rng, company.german);
        let contacts = Contact::plan(world, rng, &company, created);
        let from_lead = rng.chance(56);
        let mut deals = Vec::new();
        let mut at = created;
        let (source, campaign) = leads::source(world, rng, created);
        // The lead came some weeks before it became an account.
        let days_before = rng.range(8, 45);
        let arrived = clock::working_moment(rng, clock::day(created) - days_before);
        let lead_id = from_lead.then(|| world.id(arrived, rng));
        for n in 0..rng.weighted(&[24, 46, 20, 10]) {
            let first = n == 0 && from_lead;
            let (source, campaign) = if n == 0 { (source, campaign) } else { (1, None) };
            if !first {
                at = clock::later(rng, at, 3, 40 + 90 * n as i64);
            }
            if at >= world.now() {
                break;
            }
            let contact = if first { 0 } else { rng.index(contacts.len()) };
            // A contact is known before the deal.
            at = at.max(contacts[contact].created);
            let lead = lead_id.filter(|_| first);
            deals.push(Deal::plan(world, rng, &company, Origin { created: at, contact, lead, campaign, source }));
        }
        // What is being worked on now.
        let days_ago = rng.range(4, 60);
        let recent = clock::working_moment(rng, clock::day(world.now()) - days_ago);
        if rng.chance(18) && recent > contacts[0].created {
            let origin = Origin { created: recent, contact: 0, lead: None, campaign: None, source: 1 };
            deals.push(Deal::plan(world, rng, &company, origin));
        }
        let lead = lead_id.map(|id| Lead {
            id,
            created: arrived,
            status: "converted",
            german: company.german,
            person: contacts[0].person,
            company: company.name.clone(),
            domain: company.domain.clone(),
            phone: contacts[0].phone.clone(),
            owner,
            source,
            campaign: campaign.filter(|c| world.campaigns[*c].reaches(arrived, leads::SOURCES[source])),
            conversion: Some(Conversion {
                at: created,
                account,
                contact: contacts[0].id,
                opportunity: deals.iter().find(|deal| deal.lead.is_some()).map(|deal| deal.id),
            }),
        });
        let mut story = Self { index, company, account, created, owner, contacts, lead, deals, tickets: Vec::new() };
        if let Some(since) = story.customer_since() {
            let mut at = since;
            // Some customers have something open right now.
            let recent = world.now() - rng.range(clock::HOUR, 9 * DAY);
            if rng.chance(24) && recent > since {
                story.tickets.push(Ticket::plan(world, rng, recent, story.contacts.len()));
            }
            for _ in 0..rng.weighted(&[6, 16, 24, 24, 18, 12]) {
                at = clock::later(rng, at, 4, 170);
                if at < world.now() {
                    story.tickets.push(Ticket::plan(world, rng, at, story.contacts.len()));
                }
            }
        }
        story
    }

    /// When the first deal was won.
    pub(super) fn customer_since(&self) -> Option<i64> {
        self.deals.iter().filter(|deal| deal.stage() == WON).map(Deal::changed).min()
    }

    /// Writes all rows of the story.
    pub(super) fn write<E>(&self, world: &World, numbering: &Numbering, writer: &mut Writer<E>) {
        let mut rng = world.rng(Purpose::Text, self.index);
        let rng = &mut rng;
        let activities = self.activities(world, rng);
        let parent = self.parent(world, rng);
        accounts::write(world, rng, writer, self, parent, &activities);
        if let Some(lead) = &self.lead {
            let last = activities::last(&activities, |links| links.lead == Some(lead.id));
            leads::write(world, rng, writer, lead, last);
            if rng.chance(35) {
                let scene = self.scene(0);
                emails::write_sequence(world, rng, writer, &scene, (lead.id, &lead.email(), lead.created));
            }
            tags::attach(world, rng, writer, 25, "Lead", lead.id);
        }
        for deal in &self.deals {
            self.write_deal(world, rng, numbering, writer, deal, &activities);
        }
        for ticket in &self.tickets {
            let contact = &self.contacts[ticket.contact];
            tickets::write(world, rng, numbering, writer, ticket, (&self.company, self.account, contact.id));
            tags::attach(world, rng, writer, 25, "Ticket", ticket.id);
            if rng.chance(22) {
                let scene = Scene { member: ticket.supporter, ..self.scene(ticket.contact) };
                let at = clock::later(rng, ticket.created, 1, 3);
                notes::write(world, rng, writer, &scene, ("Ticket", ticket.id, at));
            }
        }
        activities::write(writer, activities);
        self.write_talk(world, rng, writer);
    }

    /// The texts' company and person.
    fn scene(&self, contact: usize) -> Scene<'_> {
        Scene {
            german: self.company.german,
            member: self.owner,
            company: &self.company.name,
            person: self.contacts[contact].person.last,
        }
    }

    /// Now and then an account belongs to an earlier one.
    fn parent(&self, world: &World, rng: &mut Rng) -> Option<Uuid> {
        let back = rng.range(1, 40) as u64;
        (rng.chance(6) && back <= self.index).then(|| account(world, self.index - back).0)
    }

    /// What was done and is to be done, in order of time within each subject.
    fn activities(&self, world: &World, rng: &mut Rng) -> Vec<Activity> {
        let mut all = Vec::new();
        let links = Links { account: Some(self.account), ..Links::default() };
        if let Some(lead) = &self.lead {
            let at = clock::later_before(rng, lead.created, 1, 6, self.created);
            all.push(activities::done(
                world,
                rng,
                &self.scene(0),
                Links { lead: Some(lead.id), ..Links::default() },
                at,
            ));
        }
        for deal in &self.deals {
            let contact = Some(self.contacts[deal.contact].id);
            let links = Links { contact, opportunity: Some(deal.id), ..links };
            let scene = self.scene(deal.contact);
            for (n, (_, entered)) in deal.history.iter().enumerate() {
                let end = deal.history.get(n + 1).map_or(world.now(), |(_, at)| *at);
                let count = if n + 1 == deal.history.len() && deal.closed().is_some() {
                    0
                } else {
                    rng.weighted(&[25, 60, 15])
                };
                let mut at = *entered;
                for _ in 0..count {
                    at = clock::later(rng, at, 1, 9);
                    if at < end {
                        all.push(activities::done(world, rng, &scene, links, at));
                    }
                }
            }
            if deal.closed().is_none() {
                for _ in 0..1 + rng.index(2) {
                    all.push(activities::planned(world, rng, &scene, links, deal.created));
                }
            }
        }
        for ticket in &self.tickets {
            if rng.chance(45) {
                continue;
            }
            let links = Links { contact: Some(self.contacts[ticket.contact].id), ticket: Some(ticket.id), ..links };
            let scene = Scene { member: ticket.supporter, ..self.scene(ticket.contact) };
            if let Some(responded) = ticket.responded {
                let end = ticket.resolved.unwrap_or(world.now());
                let at = clock::later_before(rng, responded, 1, 4, end);
                all.push(activities::done(world, rng, &scene, links, at));
            }
        }
        // Keeping in touch, more with customers.
        let mut at = self.created;
        for _ in 0..rng.range(0, if self.customer_since().is_some() { 4 } else { 2 }) {
            at = clock::later(rng, at, 12, 150);
            let contact = rng.index(self.contacts.len());
            if at < world.now() && at > self.contacts[contact].created {
                let links = Links { contact: Some(self.contacts[contact].id), ..links };
                all.push(activities::done(world, rng, &self.scene(contact), links, at));
            }
        }
        if rng.chance(14) {
            all.push(activities::planned(world, rng, &self.scene(0), links, self.created));
        }
        all
    }

    fn write_deal<E>(
        &self,
        world: &World,
        rng: &mut Rng,
        numbering: &Numbering,
        writer: &mut Writer<E>,
        deal: &Deal,
        activities: &[Activity],
    ) {
        let contact = &self.contacts[deal.contact];
        let parties = Parties { company: &self.company, account: self.account, contact: contact.id, owner: self.owner };
        let last = activities::last(activities, |links| links.opportunity == Some(deal.id));
        deals::write(world, rng, writer, deal, &parties, last);
        quotes::write(world, rng, numbering, writer, deal, &parties);
        invoices::write(world, rng, numbering, writer, deal, &parties);
        tags::attach(world, rng, writer, 30, "Opportunity", deal.id);
        let scene = self.scene(deal.contact);
        let end = deal.closed().unwrap_or(world.now());
        let mut sent = deal.created;
        for _ in 0..rng.index(3) {
            sent = clock::later(rng, sent, 1, 14);
            if sent < end {
                let to = contact.email.as_str();
                let letter = emails::Letter {
                    to,
                    contact: Some(contact.id),
                    lead: None,
                    opportunity: Some(deal.id),
                    step: None,
                    sent,
                };
                emails::write(world, rng, writer, &scene, &letter);
            }
        }
        for quote in &deal.quotes {
            if rng.chance(12) {
                notes::write(world, rng, writer, &scene, ("Quote", quote.id, quote.created + DAY));
            }
        }
        if rng.chance(45) {
            let at = clock::later(rng, deal.created, 1, 12);
            notes::write(world, rng, writer, &scene, ("Opportunity", deal.id, at));
        }
    }

    /// Notes about the account and its people, and what they say in public.
    fn write_talk<E>(&self, world: &World, rng: &mut Rng, writer: &mut Writer<E>) {
        if rng.chance(35) {
            let at = clock::later(rng, self.created, 1, 60);
            notes::write(world, rng, writer, &self.scene(0), ("Account", self.account, at));
        }
        for (n, contact) in self.contacts.iter().enumerate() {
            if rng.chance(9) {
                let at = clock::later(rng, contact.created, 2, 90);
                notes::write(world, rng, writer, &self.scene(n), ("Contact", contact.id, at));
            }
        }
        let mut at = self.created;
        for _ in 0..rng.weighted(&[40, 22, 18, 12, 8]) {
            at = clock::later(rng, at, 5, 160) + rng.range(0, 4 * clock::HOUR);
            if at >= world.now() {
                break;
            }
            let contact = rng.index(self.contacts.len());
            let known = (rng.chance(50) && self.contacts[contact].created < at).then(|| self.contacts[contact].id);
            let near = |t: &&Ticket| t.created < at && at < t.created + 20 * DAY;
            let ticket = self.tickets.iter().find(near).map(|ticket| ticket.id);
            let about = About { account: Some(self.account), contact: known, ticket, campaign: None };
            social::write(world, rng, writer, &self.scene(contact), about, at);
        }
    }
}
