//! What every story refers to: people of the organisation, products, stages, campaigns, tags.

use super::campaigns::Campaign;
use super::clock::{self, DAY};
use super::offering::Offering;
use super::rng::{Purpose, Rng};
use super::staff::Staff;
use super::tags::Tags;
use super::{Spec, id};
use uuid::Uuid;

/// The scenery. Its size grows with the scale only in users and campaigns.
pub(super) struct World<'a> {
    pub(super) spec: &'a Spec,
    /// Two years before now.
    pub(super) start: i64,
    /// How many accounts there will be.
    pub(super) accounts: u64,
    /// How many leads there will be that never became an account.
    pub(super) prospects: u64,
    pub(super) staff: Staff,
    pub(super) offering: Offering,
    pub(super) campaigns: Vec<Campaign>,
    pub(super) tags: Tags,
    pub(super) sequences: [Uuid; 2],
}

impl<'a> World<'a> {
    pub(super) fn new(spec: &'a Spec) -> Self {
        let scale = u64::from(spec.scale.max(1));
        let start = spec.now - 730 * DAY;
        let founded = start - 40 * DAY;
        let mut rng = Rng::new(spec.seed, Purpose::Sequences, 0);
        let sequences = [0, 1].map(|n| id::at(founded + 20 * DAY + n, rng.bits(), spec.org));
        Self {
            spec,
            start,
            accounts: scale * 155,
            prospects: scale * 150,
            staff: Staff::new(spec, founded),
            offering: Offering::new(spec, founded + 2 * DAY),
            campaigns: Campaign::all(spec, start),
            tags: Tags::new(spec, founded + 3 * DAY),
            sequences,
        }
    }

    /// An id for a record created then.
    pub(super) fn id(&self, created: i64, rng: &mut Rng) -> Uuid {
        id::at(created, rng.bits(), self.spec.org)
    }

    /// The present.
    pub(super) fn now(&self) -> i64 {
        self.spec.now
    }

    /// When the organisation began to use the CRM, before the first story.
    pub(super) fn founded(&self) -> i64 {
        self.start - 40 * DAY
    }

    /// The day on which the `index`th of `count` records came. Business grows: the last months bring more than twice
    /// as many as the first.
    pub(super) fn day_of(&self, index: u64, count: u64) -> i64 {
        let span = i128::from(self.now() - 3 * DAY - self.start);
        let (index, count) = (i128::from(index), i128::from(count));
        let share = span * index * (14 * count - 4 * index) / (10 * count * count);
        clock::day(self.start + share as i64)
    }

    /// A stream of random numbers.
    pub(super) fn rng(&self, purpose: Purpose, index: u64) -> Rng {
        Rng::new(self.spec.seed, purpose, index)
    }
}
