//! A believable CRM out of a seed: companies, people, a funnel that makes sense, two years of work.
//!
//! [`generate`] hands [`Batch`]es of at most [`ROWS`] rows to a sink, in an order in which every link points to a row of
//! an earlier batch or of the same one. The same [`Spec`] gives the same rows, byte for byte; another organisation or
//! moment gives the same names and numbers under other ids and dates. Records are made story by story (an account with
//! its people, deals, tickets and everything said about them), each from a random stream of its own, so that memory
//! holds one chunk of stories whatever the scale.
//!
//! Rows at scale 1, 4,951 in all: Account 155, Contact 329, Lead 246 with 316 scores, Opportunity 172 with 342 lines and
//! 591 stage changes, Quote 108 with 225 lines, Invoice 51 with 90 lines, Ticket 85, Activity 986, SocialEvent 200,
//! EmailMessage 388, Note 217, 350 tags on records, Product 36, Tag 16, Campaign 10, EmailSequence 2, one pipeline of
//! 6 stages, 12 users in 3 teams (14 memberships); the moment of `now` moves them by a few per cent. All but products,
//! tags, stages and teams grow with the scale; campaigns stop at 60, users at 240. Scale 100 makes 511,000 rows.

mod accounts;
mod activities;
mod campaigns;
mod clock;
mod company;
mod data;
mod deals;
mod emails;
mod id;
mod invoices;
mod leads;
mod lines;
mod notes;
mod numbering;
mod offering;
mod person;
mod prospects;
mod quotes;
mod rng;
mod row;
mod social;
mod staff;
mod story;
mod tags;
#[cfg(test)]
mod tests;
mod tickets;
mod world;
mod writer;

use crate::value::Value;
use numbering::Numbering;
use story::Story;
use uuid::Uuid;
use world::World;
use writer::Writer;

/// Most rows of one batch.
pub const ROWS: usize = 1_000;

/// What to make.
#[derive(Debug, Clone)]
pub struct Spec {
    /// 1 makes about 5,000 records, 100 about half a million.
    pub scale: u32,
    /// Decides every name and number.
    pub seed: u64,
    /// The present, µs since 1970: nothing is created later, though some things are planned.
    pub now: i64,
    /// The organisation, which the ids (but not the contents) depend on.
    pub org: Uuid,
    /// Domain of the users' addresses, `demo.kontor.example`.
    pub email_domain: String,
    /// What `password_hash` of every user is.
    pub password_hash: String,
}

/// What to do with the rows of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// They are new.
    Insert,
    /// They were inserted before: the first column is `id`, the others get these values. Closes the circles of links
    /// (a team's lead, the opportunity that a lead became).
    Amend,
}

/// Rows of one module, of the same fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Module name; for the junction tables `taggings` and `user_teams` the table's.
    pub module: &'static str,
    /// New rows, or more about rows that are there.
    pub action: Action,
    /// Names in snake_case as in the catalog, a relation under its own name; a polymorphic one as `record_type` and
    /// `record_id`. Of a junction table, its columns. The organisation is not among them.
    pub fields: Vec<&'static str>,
    /// A value per field.
    pub rows: Vec<Vec<Value>>,
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows inserted per module, in the order of their first batch.
    pub counts: Vec<(&'static str, u64)>,
    /// Where the autonumbers stand.
    pub counters: Vec<Counter>,
    /// The users to sign in with, the administrator first.
    pub sign_ins: Vec<SignIn>,
}

/// The last number given by an autonumber field in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Module name.
    pub module: &'static str,
    /// Field name.
    pub field: &'static str,
    /// The year.
    pub period: String,
    /// Last number.
    pub last: u64,
}

/// A user worth showing on a sign-in page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The user.
    pub id: Uuid,
    /// Address to sign in with.
    pub email: String,
    /// Name and job, `Anna Schäfer, Account Executive`.
    pub label: String,
}

impl Spec {
    /// About how many rows there will be, for a progress bar.
    #[must_use]
    pub fn expected_rows(&self) -> u64 {
        u64::from(self.scale.max(1)) * 5_000
    }
}

/// Makes the whole CRM of `spec`.
///
/// # Errors
/// Only those of the sink, at once.
pub fn generate<E>(spec: &Spec, sink: &mut dyn FnMut(Batch) -> Result<(), E>) -> Result<Summary, E> {
    let world = World::new(spec);
    let mut writer = Writer::new(sink);
    staff::write(&world, &mut writer);
    offering::write(&world, &mut writer);
    tags::write(&world, &mut writer);
    campaigns::write(&world, &mut writer);
    emails::write_sequences(&world, &mut writer);
    writer.flush()?;

    let mut numbering = Numbering::default();
    for index in 0..world.accounts {
        numbering.note(&Story::plan(&world, index));
    }
    numbering.settle();
    for index in 0..world.accounts {
        Story::plan(&world, index).write(&world, &numbering, &mut writer);
        writer.flush_when_full()?;
    }
    for index in 0..world.prospects {
        prospects::write(&world, index, &mut writer);
        writer.flush_when_full()?;
    }
    activities::write_internal(&world, &mut writer);
    let counts = writer.finish()?;
    Ok(Summary { counts, counters: numbering.counters(), sign_ins: world.staff.sign_ins() })
}
