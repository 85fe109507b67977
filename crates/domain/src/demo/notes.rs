//! Notes: what somebody wanted the others to know.

use super::activities::Scene;
use super::data::texts::NOTES;
use super::rng::Rng;
use super::row::Row;
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// Writes a note about a record at `at`.
pub(super) fn write<E>(
    world: &World,
    rng: &mut Rng,
    writer: &mut Writer<E>,
    scene: &Scene,
    (module, record, at): (&'static str, Uuid, i64),
) {
    if at >= world.now() {
        return;
    }
    let user = world.staff.id(scene.member);
    let content = scene.fill(rng.pick(NOTES[scene.language()]));
    let row = Row::new(world.id(at, rng)).set("content", content).set("record_type", module).set("record_id", record);
    writer.insert("Note", row.stamped(at, at, user, user));
}
