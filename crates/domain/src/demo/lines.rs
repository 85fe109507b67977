//! Lines of deals, quotes and invoices.

use super::offering::Offering;
use super::rng::Rng;
use super::row::{Row, Scaled, divide_rounded};
use super::world::World;
use super::writer::Writer;
use uuid::Uuid;

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Index of the product; none for a flat rate.
    product: Option<usize>,
    /// × 1,000.
    quantity: i64,
    /// Cents.
    unit_price: i64,
    /// Percent × 100.
    discount: i64,
}

impl Line {
    /// Something that a company of that size buys.
    pub(super) fn new(rng: &mut Rng, offering: &Offering, size: usize) -> Self {
        let product = rng.index(offering.products.len());
        let offer = offering.offer(product);
        let most = if offer.service { 4 + 3 * size as i64 } else { 12 + 25 * size as i64 };
        let quantity = rng.range(1, most);
        // Days of work are also sold by halves.
        let half = i64::from(offer.sku.ends_with("DAY") && rng.chance(30)) * 500;
        let discount = rng.pick(&[0, 0, 0, 0, 250, 500, 1_000, 1_250, 1_500]);
        Self { product: Some(product), quantity: quantity * 1_000 + half, unit_price: offer.price, discount }
    }

    /// A sum without a product.
    pub(super) fn flat(amount: i64) -> Self {
        Self { product: None, quantity: 1_000, unit_price: amount, discount: 0 }
    }

    /// `round(quantity × unit_price × (1 − discount / 100), 2)`, in cents.
    pub(super) fn total(&self) -> i64 {
        let exact = i128::from(self.quantity) * i128::from(self.unit_price) * i128::from(10_000 - self.discount);
        divide_rounded(exact, 1_000 * 10_000)
    }

    /// The name of its product.
    pub(super) fn name(&self, world: &World) -> &'static str {
        self.product.map_or("Flat rate", |product| world.offering.offer(product).name)
    }
}

/// Sum of the totals, in cents.
pub(super) fn sum(lines: &[Line]) -> i64 {
    lines.iter().map(Line::total).sum()
}

/// Which lines these are.
pub(super) struct Of {
    pub(super) module: &'static str,
    /// The field that links to the parent.
    pub(super) field: &'static str,
    pub(super) parent: Uuid,
    pub(super) created: i64,
    pub(super) by: Uuid,
}

/// Writes the lines of one parent, in order.
pub(super) fn write<E>(world: &World, rng: &mut Rng, writer: &mut Writer<E>, of: &Of, lines: &[Line]) {
    for (n, line) in lines.iter().enumerate() {
        let created = of.created + n as i64;
        let row = Row::new(world.id(created, rng))
            .set(of.field, of.parent)
            .set("position", n as i64 + 1)
            .set("product", line.product.map(|product| world.offering.products[product]))
            .set("description", line.name(world))
            .set("quantity", Scaled(line.quantity))
            .set("unit_price", Scaled(line.unit_price))
            .set("discount", Scaled(line.discount))
            .set("total", Scaled(line.total()));
        writer.insert(of.module, row.stamped(created, created, of.by, of.by));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_rounded_once() {
        let line = Line { product: None, quantity: 1_500, unit_price: 333, discount: 1_250 };
        assert_eq!(line.total(), 437, "1.5 × 3.33 × 0.875 = 4.370625");
        assert_eq!(Line { product: None, quantity: 500, unit_price: 1, discount: 0 }.total(), 1, "half a cent is one");
    }
}
