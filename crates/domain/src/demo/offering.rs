//! What is sold, and the way a deal goes: products, the shipped pipeline and its stages.

use super::data::offers::{OFFERS, Offer};
use super::rng::{Purpose, Rng};
use super::row::{Row, Scaled};
use super::world::World;
use super::writer::Writer;
use super::{Spec, id};
use uuid::Uuid;

/// A step of the pipeline.
pub(super) struct StageKind {
    name: &'static str,
    /// Percent × 100.
    pub(super) probability: i64,
    color: &'static str,
}

const fn stage(name: &'static str, probability: i64, color: &'static str) -> StageKind {
    StageKind { name, probability: probability * 100, color }
}

/// The six stages of the shipped pipeline; the last two end it.
pub(super) const STAGES: [StageKind; 6] = [
    stage("Prospecting", 10, "#94a3b8"),
    stage("Qualification", 20, "#38bdf8"),
    stage("Proposal", 50, "#818cf8"),
    stage("Negotiation", 75, "#f59e0b"),
    stage("Closed Won", 100, "#22c55e"),
    stage("Closed Lost", 0, "#ef4444"),
];
/// Index of the stage in which offers are written.
pub(super) const PROPOSAL: usize = 2;
/// Index of the stage of signed deals.
pub(super) const WON: usize = 4;
/// Index of the stage of lost deals.
pub(super) const LOST: usize = 5;

/// Ids of the pipeline, its stages and the products.
pub(super) struct Offering {
    pub(super) pipeline: Uuid,
    pub(super) stages: Vec<Uuid>,
    pub(super) products: Vec<Uuid>,
    created: i64,
}

impl Offering {
    pub(super) fn new(spec: &Spec, created: i64) -> Self {
        let mut rng = Rng::new(spec.seed, Purpose::Offering, 0);
        let mut next = |n: usize| id::at(created + n as i64 * 1_000_000, rng.bits(), spec.org);
        let pipeline = next(0);
        let stages = (1..=STAGES.len()).map(&mut next).collect();
        let products = (10..10 + OFFERS.len()).map(&mut next).collect();
        Self { pipeline, stages, products, created }
    }

    /// What is known of a product.
    pub(super) fn offer(&self, product: usize) -> &'static Offer {
        &OFFERS[product]
    }
}

/// Writes pipeline, stages and products.
pub(super) fn write<E>(world: &World, writer: &mut Writer<E>) {
    let (offering, admin) = (&world.offering, world.staff.id(0));
    let at = |n: usize| offering.created + n as i64 * 1_000_000;
    let row = Row::new(offering.pipeline)
        .set("name", "Standard")
        .set("description", "From the first talk to the signature")
        .set("is_default", true)
        .set("is_active", true);
    writer.insert("Pipeline", row.stamped(at(0), at(0), admin, admin));
    for (n, stage) in STAGES.iter().enumerate() {
        let row = Row::new(offering.stages[n])
            .set("pipeline", offering.pipeline)
            .set("position", n as i64 + 1)
            .set("name", stage.name)
            .set("probability", Scaled(stage.probability))
            .set("color", stage.color)
            .set("is_won", n == WON)
            .set("is_lost", n == LOST);
        writer.insert("Stage", row.stamped(at(n + 1), at(n + 1), admin, admin));
    }
    for (n, offer) in OFFERS.iter().enumerate() {
        let row = Row::new(offering.products[n])
            .set("name", offer.name)
            .set("sku", offer.sku)
            .set("product_type", if offer.service { "service" } else { "good" })
            .set("description", offer.description)
            .set("price", Scaled(offer.price))
            .set("currency", "EUR")
            .set("is_active", true);
        writer.insert("Product", row.stamped(at(n + 10), at(n + 10), admin, admin));
    }
}
