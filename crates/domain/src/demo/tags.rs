//! Tags, and what they are on.

use super::data::labels::TAGS;
use super::rng::{Purpose, Rng};
use super::row::Row;
use super::world::World;
use super::writer::Writer;
use super::{Spec, id};
use uuid::Uuid;

/// Ids of the tags.
pub(super) struct Tags {
    ids: Vec<Uuid>,
    created: i64,
}

impl Tags {
    pub(super) fn new(spec: &Spec, created: i64) -> Self {
        let mut rng = Rng::new(spec.seed, Purpose::Tags, 0);
        let ids = (0..TAGS.len()).map(|n| id::at(created + n as i64 * 1_000_000, rng.bits(), spec.org)).collect();
        Self { ids, created }
    }
}

/// Writes the tags.
pub(super) fn write<E>(world: &World, writer: &mut Writer<E>) {
    let admin = world.staff.id(0);
    for (n, (name, color)) in TAGS.iter().enumerate() {
        let created = world.tags.created + n as i64 * 1_000_000;
        let row = Row::new(world.tags.ids[n]).set("name", *name).set("color", *color);
        writer.insert("Tag", row.stamped(created, created, admin, admin));
    }
    let mut rng = world.rng(Purpose::Tags, 1);
    for product in &world.offering.products {
        attach(world, &mut rng, writer, 40, "Product", *product);
    }
}

/// Puts one to three tags on a record in `percent` of a hundred cases.
pub(super) fn attach<E>(
    world: &World,
    rng: &mut Rng,
    writer: &mut Writer<E>,
    percent: i64,
    module: &'static str,
    record: Uuid,
) {
    if !rng.chance(percent) {
        return;
    }
    let (first, count) = (rng.index(TAGS.len()), 1 + rng.weighted(&[70, 24, 6]));
    for n in 0..count {
        // Steps of five visit other tags each time, since there are sixteen.
        let tag = world.tags.ids[(first + 5 * n) % TAGS.len()];
        let row = Row::empty().set("tag_id", tag).set("record_type", module).set("record_id", record);
        writer.insert("taggings", row);
    }
}
