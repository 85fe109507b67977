//! The writes: what of each is recorded, and how the limit reads back what it wrote.

use super::replay::{Recorded, Studio};
use crate::{data, failure::Failure};
use kontor_domain::{
    column::ColumnType,
    mutation::{Action, Assignment, Change, Input, Links},
    value::Value,
};
use kontor_metadata::model::{Catalog, Module};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A value that a request has for a slot.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Asked {
    /// Of a record.
    Id(Uuid),
    /// A text.
    Text(String),
}

/// Values for the slots of a recorded write.
#[derive(Debug, Deserialize)]
pub(super) struct Write {
    pub(super) asked: Vec<Asked>,
}

impl Write {
    pub(super) fn values(self) -> Vec<Value> {
        let value = |asked| match asked {
            Asked::Id(id) => Value::Uuid(id),
            Asked::Text(text) => Value::Text(text),
        };
        self.asked.into_iter().map(value).collect()
    }
}

/// How to do a write by hand.
#[derive(Debug)]
pub(super) struct Script {
    /// The GraphQL field that it answers.
    pub(super) field: &'static str,
    /// What the pipeline sends.
    pub(super) recorded: Recorded,
    /// Finds the records to change; the organisation, the value of the filter.
    pub(super) find: Option<(&'static str, &'static str)>,
    /// Reads what was written: its id, the organisation. None: the answer is how many were found.
    pub(super) read: Option<&'static str>,
}

const CONTACT: &str = "SELECT id, first_name, last_name, email, status FROM contacts WHERE id = $1 AND org = $2 \
     AND deleted_at IS NULL";
const QUOTE: &str = "SELECT id, subject, total FROM quotes WHERE id = $1 AND org = $2 AND deleted_at IS NULL";
const PRODUCT: &str =
    "SELECT id, name, sku, description FROM products WHERE id = $1 AND org = $2 AND deleted_at IS NULL";
const KNOWN_PRODUCT: &str = "SELECT id, sku, name FROM products WHERE org = $1 AND sku IS NOT NULL \
     AND deleted_at IS NULL ORDER BY id LIMIT 1";
const OF_INDUSTRY: &str = "SELECT id FROM accounts WHERE org = $1 AND industry = $2 AND deleted_at IS NULL ORDER BY id";

/// Many accounts at once on PostgreSQL, nothing else: ids, the organisation, names, the user, the moment.
pub(super) const BULK: &str = "INSERT INTO accounts (id, org, name, industry, account_type, owner_id, created_by_id, \
     updated_by_id, created_at, updated_at, version) SELECT u.id, $2, u.name, 'Benchmark', 'prospect', $4, $4, $4, $5, $5, 1 \
     FROM unnest($1::uuid[], $3::text[]) AS u (id, name)";

/// The same on SQLite for so many: the organisation, the user, the moment, then ids and names in turn.
pub(super) fn bulk(count: usize) -> String {
    let row =
        |n: usize| format!("(?{}, ?1, ?{}, 'Benchmark', 'prospect', ?2, ?2, ?2, ?3, ?3, 1)", 4 + 2 * n, 5 + 2 * n);
    let rows: Vec<_> = (0..count).map(row).collect();
    format!(
        "INSERT INTO accounts (id, org, name, industry, account_type, owner_id, created_by_id, updated_by_id, created_at, \
         updated_at, version) VALUES {}",
        rows.join(", ")
    )
}

/// Records every write.
pub(super) async fn scripts(studio: &Studio) -> Result<BTreeMap<&'static str, Script>, Failure> {
    let catalog = studio.catalog();
    let first = |table: &str, count: usize| {
        format!("SELECT id FROM {table} WHERE org = $1 AND deleted_at IS NULL ORDER BY id LIMIT {count}")
    };
    let account = studio.ids(&first("accounts", 1), &[]).await?[0];
    let contact = studio.ids(&first("contacts", 1), &[]).await?[0];
    let products = studio.ids(&first("products", 20), &[]).await?;
    let (old_text, text) = ("Recorded for the limit".to_owned(), |text: &str| Value::Text(text.to_owned()));
    let mut scripts = BTreeMap::new();

    let created = [
        ("first_name", text("Erika")),
        ("last_name", text(data::CREATED)),
        ("email", text("erika@benchmark.example")),
        ("account", Value::Uuid(account)),
    ];
    let module = module(catalog, "Contact")?;
    let change = create(module, input(module, &created)?);
    let recorded = studio.record(change, vec![Value::Uuid(account)]).await?;
    scripts.insert("create", Script { field: "createContact", recorded, find: None, read: Some(CONTACT) });

    let change = update(module, vec![contact], input(module, &[("job_title", text(&old_text))])?);
    let recorded = studio.record(change, vec![Value::Uuid(contact), text(&old_text)]).await?;
    scripts.insert("update", Script { field: "updateContact", recorded, find: None, read: Some(CONTACT) });

    let (module, line) = (self::module(catalog, "Quote")?, self::module(catalog, "QuoteLineItem")?);
    let mut quote = input(module, &[("subject", text(data::CREATED)), ("account", Value::Uuid(account))])?;
    let lines = products.iter().map(|product| {
        let values = [
            ("product", Value::Uuid(*product)),
            ("description", text(data::CREATED)),
            ("quantity", Value::Decimal(2_000)),
            ("unit_price", Value::Decimal(1_050)),
        ];
        input(line, &values)
    });
    let links = Links { create: lines.collect::<Result<_, _>>()?, ..Links::default() };
    let connection = module.connections.iter().find(|c| c.name == "line_items").ok_or_else(|| missing("line_items"))?;
    quote.connected.push((connection.id, links));
    let recorded = studio.record(create(module, quote), vec![Value::Uuid(account)]).await?;
    scripts.insert("quote", Script { field: "createQuote", recorded, find: None, read: Some(QUOTE) });

    let module = self::module(catalog, "Product")?;
    let key = module.indexes.iter().position(|index| index.unique).ok_or_else(|| missing("sku"))?;
    let mut known = studio.rows(KNOWN_PRODUCT, &[], &[ColumnType::Uuid, ColumnType::Text, ColumnType::Text]).await?;
    let [product, sku, name] = <[Value; 3]>::try_from(known.swap_remove(0)).map_err(|_| missing("sku"))?;
    let values = [("name", name.clone()), ("sku", sku.clone()), ("description", text(&old_text))];
    let change = Action::Upsert { inputs: vec![input(module, &values)?], keys: vec![key] };
    let change = Change { module: module.id, action: change };
    let recorded = studio.record(change, vec![product, sku, name, text(&old_text)]).await?;
    scripts.insert("upsert", Script { field: "upsertProduct", recorded, find: None, read: Some(PRODUCT) });

    let module = self::module(catalog, "Account")?;
    let found = studio.ids(OF_INDUSTRY, &[(ColumnType::Text, text(data::MANY))]).await?;
    let change = update(module, found, input(module, &[("description", text(&old_text))])?);
    let recorded = studio.record(change, vec![text(&old_text)]).await?;
    let find = Some((OF_INDUSTRY, data::MANY));
    scripts.insert("update_many", Script { field: "updateAccounts", recorded, find, read: None });
    Ok(scripts)
}

fn missing(name: &str) -> Failure {
    Failure::Server(format!("the metadata have no {name}"))
}

fn module<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Module, Failure> {
    catalog.modules.iter().find(|m| m.name == name).ok_or_else(|| missing(name))
}

fn input(module: &Module, values: &[(&str, Value)]) -> Result<Input, Failure> {
    let assignment = |(name, value): &(&str, Value)| {
        let field = module.find(name).ok_or_else(|| missing(name))?;
        Ok(Assignment { field: field.id, is_type: false, value: value.clone() })
    };
    let values = values.iter().map(assignment).collect::<Result<_, Failure>>()?;
    Ok(Input { values, ..Input::default() })
}

fn create(module: &Module, input: Input) -> Change {
    Change { module: module.id, action: Action::Create(vec![input]) }
}

fn update(module: &Module, ids: Vec<Uuid>, input: Input) -> Change {
    Change { module: module.id, action: Action::Update { ids, expected_version: None, input: Box::new(input) } }
}
