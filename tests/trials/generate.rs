//! Random operations of one worker, the same for the same seed and the same known records.

use super::{
    known::Known,
    operation::{Act, Operation, Step},
};
use crate::support::Random;
use serde_json::{Map, Value, json};

/// Makes up the operations of a worker.
pub(super) struct Maker {
    random: Random,
    worker: usize,
    made: u64,
}

/// What a step is made of.
struct Turn<'t> {
    random: &'t mut Random,
    known: &'t Known,
    mark: &'t str,
}

/// Gives none where nothing is known that it could change.
type Make = fn(&mut Turn<'_>) -> Option<Step>;

/// Steps with their weights.
const STEPS: &[(usize, Make)] = &[
    (6, quote),
    (14, line),
    (12, changed_line),
    (5, moved_line),
    (5, |turn| turn.delete("QuoteLineItem")),
    (3, |turn| turn.delete("InvoiceLineItem")),
    (3, |turn| turn.delete("Quote")),
    (3, |turn| turn.update("Quote", Map::new())),
    (3, invoice),
    (4, product),
    (4, priced_product),
    (2, stage),
    (6, opportunity),
    (8, changed_opportunity),
    (1, |turn| turn.delete("Opportunity")),
    (5, account),
    (6, changed_account),
    (2, |turn| turn.delete("Account")),
    (4, contact),
    (4, changed_contact),
    (2, |turn| turn.delete("Contact")),
    (2, |turn| turn.delete("Product")),
    (3, tag),
    (6, |turn| turn.restore("QuoteLineItem")),
    (4, |turn| turn.restore("Quote")),
    (2, |turn| turn.restore("InvoiceLineItem")),
    (3, |turn| turn.restore("Account")),
    (2, |turn| turn.restore("Contact")),
    (1, |turn| turn.restore("Opportunity")),
    (1, |turn| turn.restore("Product")),
    (2, |turn| turn.purge("QuoteLineItem")),
    (1, |turn| turn.purge("Quote")),
    (1, |turn| turn.purge("Account")),
    (1, |turn| turn.purge("Contact")),
    (6, upserted_account),
    (3, upserted_product),
    (3, upserted_tag),
    (4, tagged_account),
    (3, many_accounts),
    (2, discounts_of_a_product),
    (2, probabilities_of_a_stage),
];

impl Maker {
    pub(super) fn new(seed: u64, worker: usize) -> Self {
        Self { random: Random::new(seed * 1_000 + worker as u64), worker, made: 0 }
    }

    /// The next operation.
    pub(super) fn operation(&mut self, known: &Known) -> Operation {
        self.made += 1;
        let mark = format!("mark {} of worker {}.", self.made, self.worker);
        let wanted = if self.random.chance(25) { 2 + self.random.below(2) } else { 1 };
        let mut steps = Vec::with_capacity(wanted + 1);
        while steps.len() < wanted {
            let mut turn = Turn { random: &mut self.random, known, mark: &mark };
            let step = turn.step();
            steps.extend(step.filter(|step| !steps.iter().any(|other| same_record(other, step))));
        }
        if self.random.chance(12) {
            let mut turn = Turn { random: &mut self.random, known, mark: &mark };
            steps.push(turn.refused());
        }
        let dry = self.random.chance(5);
        Operation { mark, steps, dry }
    }
}

/// Whether two steps are about the same record, whose versions an answer would then tell twice.
fn same_record(one: &Step, other: &Step) -> bool {
    let id = |step: &Step| match &step.act {
        Act::Update { id, .. } | Act::Delete { id, .. } | Act::Restore { id } | Act::Purge { id } => Some(id.clone()),
        _ => None,
    };
    let upserts = |step: &Step| matches!(step.act, Act::Upsert { .. });
    let may_meet = one.module == other.module && (upserts(one) || upserts(other));
    id(one).is_some() && id(one) == id(other) || may_meet
}

impl Turn<'_> {
    fn step(&mut self) -> Option<Step> {
        let mut at = self.random.below(STEPS.iter().map(|(weight, _)| weight).sum());
        for (weight, make) in STEPS {
            match at.checked_sub(*weight) {
                Some(rest) => at = rest,
                None => return make(self),
            }
        }
        None
    }

    /// A step that breaks a rule behind others that break none.
    fn refused(&mut self) -> Step {
        let id = uuid::Uuid::now_v7().to_string();
        let act = match self.random.below(3) {
            0 => Act::Create(json!({"name": "x".repeat(101)})),
            1 => Act::Update { id, input: json!({"color": "#123456"}), expected: None },
            _ => Act::Delete { id, expected: Some(1) },
        };
        Step { module: "Tag", act }
    }

    fn one(&mut self, module: &str) -> Option<String> {
        self.known.alive(self.random, module)
    }

    /// The id of a record, or null now and then.
    fn link(&mut self, module: &str) -> Value {
        if self.random.chance(20) { Value::Null } else { json!(self.one(module)) }
    }

    /// Values with the mark, where the module has a field for it.
    fn marked(&self, module: &str, mut values: Map<String, Value>) -> Value {
        if let Some(field) = marked(module) {
            values.insert(field.to_owned(), json!(self.mark));
        }
        Value::Object(values)
    }

    fn create(&self, module: &'static str, values: Value) -> Option<Step> {
        let Value::Object(values) = values else { return None };
        Some(Step { module, act: Act::Create(self.marked(module, values)) })
    }

    /// Mostly whatever version the record has, sometimes the one last heard of, which another may have changed since.
    fn expected(&mut self, id: &str) -> Option<i64> {
        if self.random.chance(20) { self.known.version(id) } else { None }
    }

    fn update(&mut self, module: &'static str, values: Map<String, Value>) -> Option<Step> {
        let id = self.one(module)?;
        let expected = self.expected(&id);
        Some(Step { module, act: Act::Update { id, input: self.marked(module, values), expected } })
    }

    fn delete(&mut self, module: &'static str) -> Option<Step> {
        let id = self.one(module)?;
        let expected = self.expected(&id);
        Some(Step { module, act: Act::Delete { id, expected } })
    }

    fn restore(&mut self, module: &'static str) -> Option<Step> {
        Some(Step { module, act: Act::Restore { id: self.known.deleted(self.random, module)? } })
    }

    fn purge(&mut self, module: &'static str) -> Option<Step> {
        let deleted = self.known.deleted(self.random, module);
        let id = if self.random.chance(70) { deleted } else { self.one(module) }?;
        Some(Step { module, act: Act::Purge { id } })
    }

    /// Some of these values.
    fn some(&mut self, values: Value) -> Map<String, Value> {
        let Value::Object(values) = values else { return Map::new() };
        values.into_iter().filter(|_| self.random.chance(50)).collect()
    }

    fn amount(&mut self) -> Value {
        json!(self.random.pick(&["0", "0.01", "1.10", "19.99", "333.33", "1250.5", "99999.99"]))
    }

    fn percent(&mut self) -> Value {
        json!(self.random.pick(&["0", "5", "12.5", "33.33", "66.67", "100"]))
    }

    fn line_values(&mut self) -> Value {
        json!({
            "quantity": self.random.pick(&["0", "1", "2.5", "0.001", "3.333", "12"]),
            "unitPrice": self.amount(),
            "discount": self.percent(),
            "productId": self.link("Product"),
        })
    }

    /// A line as a new record's input, without the link to what it is a line of.
    fn new_line(&mut self) -> Map<String, Value> {
        let values = self.line_values();
        self.some(values)
    }
}

/// The field of a module that the mark of the operation is written into: one that holds no personal data.
pub(super) fn marked(module: &str) -> Option<&'static str> {
    match module {
        "Account" | "Product" | "Stage" | "QuoteLineItem" | "InvoiceLineItem" | "OpportunityLineItem" => {
            Some("description")
        }
        "Contact" => Some("department"),
        "Opportunity" => Some("nextStep"),
        "Quote" => Some("termsConditions"),
        _ => None,
    }
}

fn quote(turn: &mut Turn<'_>) -> Option<Step> {
    let mut values =
        json!({"subject": turn.mark, "accountId": turn.link("Account"), "opportunityId": turn.link("Opportunity")});
    let lines: Vec<_> = (0..turn.random.below(5)).map(|_| turn.new_line()).collect();
    let lines: Vec<_> = lines.into_iter().map(|line| turn.marked("QuoteLineItem", line)).collect();
    values["lineItems"] = json!({"create": lines});
    turn.create("Quote", values)
}

fn invoice(turn: &mut Turn<'_>) -> Option<Step> {
    let values = json!({"accountId": turn.link("Account"), "quoteId": turn.link("Quote")});
    turn.create("Invoice", values)
}

/// A line of one of the three kinds.
fn line(turn: &mut Turn<'_>) -> Option<Step> {
    let (module, parent, link) = *turn.random.pick(&[
        ("QuoteLineItem", "Quote", "quoteId"),
        ("QuoteLineItem", "Quote", "quoteId"),
        ("InvoiceLineItem", "Invoice", "invoiceId"),
        ("OpportunityLineItem", "Opportunity", "opportunityId"),
    ]);
    let parent = turn.one(parent)?;
    let mut values = turn.new_line();
    values.insert(link.to_owned(), json!(parent));
    turn.create(module, Value::Object(values))
}

fn changed_line(turn: &mut Turn<'_>) -> Option<Step> {
    let module = *turn.random.pick(&["QuoteLineItem", "QuoteLineItem", "InvoiceLineItem"]);
    let mut values = turn.new_line();
    if turn.random.chance(10) {
        values.insert("quantity".to_owned(), Value::Null);
    }
    turn.update(module, values)
}

fn moved_line(turn: &mut Turn<'_>) -> Option<Step> {
    let quote = turn.one("Quote")?;
    turn.update("QuoteLineItem", Map::from_iter([("quoteId".to_owned(), json!(quote))]))
}

fn product(turn: &mut Turn<'_>) -> Option<Step> {
    let values = json!({"name": "Thing", "price": turn.amount()});
    turn.create("Product", values)
}

fn priced_product(turn: &mut Turn<'_>) -> Option<Step> {
    let price = turn.amount();
    turn.update("Product", Map::from_iter([("price".to_owned(), price)]))
}

fn stage(turn: &mut Turn<'_>) -> Option<Step> {
    let end = turn.random.below(3);
    let values = json!({"isWon": end == 1, "isLost": end == 2, "probability": turn.percent()});
    let values = turn.some(values);
    turn.update("Stage", values)
}

fn opportunity_values(turn: &mut Turn<'_>) -> Value {
    json!({
        "amount": turn.amount(), "stageId": turn.link("Stage"), "pipelineId": turn.known.pipeline,
        "probability": turn.percent(), "accountId": turn.link("Account"), "contactId": turn.link("Contact"),
    })
}

fn opportunity(turn: &mut Turn<'_>) -> Option<Step> {
    let mut values = opportunity_values(turn);
    values["name"] = json!("Deal");
    if turn.random.chance(50) {
        // Else the probability is that of the stage.
        values.as_object_mut()?.remove("probability");
    }
    if turn.random.chance(70) {
        values["lostReason"] = json!("Price");
    }
    turn.create("Opportunity", values)
}

fn changed_opportunity(turn: &mut Turn<'_>) -> Option<Step> {
    let values = opportunity_values(turn);
    let mut values = turn.some(values);
    if turn.random.chance(50) {
        values.insert("lostReason".to_owned(), json!("Price"));
    }
    turn.update("Opportunity", values)
}

/// One of a few, so that several workers have the same.
fn domain(turn: &mut Turn<'_>) -> Value {
    json!(format!("firm{}.example", turn.random.below(12)))
}

fn account(turn: &mut Turn<'_>) -> Option<Step> {
    let mut values = json!({"name": "Firm", "parentId": turn.link("Account")});
    if turn.random.chance(20) {
        values["domain"] = domain(turn);
    }
    turn.create("Account", values)
}

fn changed_account(turn: &mut Turn<'_>) -> Option<Step> {
    let values = json!({"annualRevenue": turn.amount(), "parentId": turn.link("Account"), "industry": "Metal"});
    let mut values = turn.some(values);
    if turn.random.chance(10) {
        let domain = domain(turn);
        values.insert("domain".to_owned(), domain);
    }
    turn.update("Account", values)
}

fn contact(turn: &mut Turn<'_>) -> Option<Step> {
    let mut values = json!({"lastName": "Lovelace", "accountId": turn.link("Account")});
    if turn.random.chance(70) {
        values["firstName"] = json!("Ada");
    }
    turn.create("Contact", values)
}

fn changed_contact(turn: &mut Turn<'_>) -> Option<Step> {
    let first = if turn.random.chance(30) { Value::Null } else { json!("Augusta") };
    let values = json!({"firstName": first, "lastName": "King", "accountId": turn.link("Account")});
    let values = turn.some(values);
    turn.update("Contact", values)
}

fn tag(turn: &mut Turn<'_>) -> Option<Step> {
    let name = format!("tag {}", turn.random.below(30));
    turn.create("Tag", json!({"name": name}))
}

fn upserted_account(turn: &mut Turn<'_>) -> Option<Step> {
    let values = json!({"name": "Firm", "domain": domain(turn), "annualRevenue": turn.amount()});
    let Value::Object(values) = values else { return None };
    Some(Step { module: "Account", act: Act::Upsert { input: turn.marked("Account", values), key: "DOMAIN" } })
}

fn upserted_product(turn: &mut Turn<'_>) -> Option<Step> {
    let sku = format!("SKU-{}", turn.random.below(8));
    let values = json!({"name": "Thing", "sku": sku, "price": turn.amount()});
    let Value::Object(values) = values else { return None };
    Some(Step { module: "Product", act: Act::Upsert { input: turn.marked("Product", values), key: "SKU" } })
}

fn upserted_tag(turn: &mut Turn<'_>) -> Option<Step> {
    let input = json!({"name": format!("tag {}", turn.random.below(30)), "color": "#00ff00"});
    Some(Step { module: "Tag", act: Act::Upsert { input, key: "NAME" } })
}

fn tagged_account(turn: &mut Turn<'_>) -> Option<Step> {
    let tag = turn.one("Tag")?;
    let (what, tags) = if turn.random.chance(60) { ("link", vec![tag]) } else { ("unlink", vec![tag]) };
    turn.update("Account", Map::from_iter([("tags".to_owned(), json!({what: tags}))]))
}

fn many_accounts(turn: &mut Turn<'_>) -> Option<Step> {
    let inputs = (0..2 + turn.random.below(20)).map(|n| {
        let values = Map::from_iter([("name".to_owned(), json!(format!("Branch {n}")))]);
        turn.marked("Account", values)
    });
    let inputs = inputs.collect();
    Some(Step { module: "Account", act: Act::CreateMany(inputs) })
}

fn discounts_of_a_product(turn: &mut Turn<'_>) -> Option<Step> {
    let filter = json!({"productId": {"eq": turn.one("Product")?}});
    let values = Map::from_iter([("discount".to_owned(), turn.percent())]);
    let input = turn.marked("QuoteLineItem", values);
    Some(Step { module: "QuoteLineItem", act: Act::UpdateWhere { filter, input } })
}

fn probabilities_of_a_stage(turn: &mut Turn<'_>) -> Option<Step> {
    let filter = json!({"stageId": {"eq": turn.one("Stage")?}});
    let values = Map::from_iter([("probability".to_owned(), turn.percent())]);
    let input = turn.marked("Opportunity", values);
    Some(Step { module: "Opportunity", act: Act::UpdateWhere { filter, input } })
}
