//! Reading everything back.

use crate::support::{App, User};
use kontor_metadata::model::{FieldType, Module};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The modules that are written, and the logs.
pub(super) const MODULES: [&str; 12] = [
    "Tag",
    "Product",
    "Stage",
    "Account",
    "Contact",
    "Opportunity",
    "OpportunityLineItem",
    "Quote",
    "QuoteLineItem",
    "Invoice",
    "InvoiceLineItem",
    "StageChange",
];

/// Everything that the API gives, deleted records too.
pub(super) struct Records {
    modules: BTreeMap<&'static str, BTreeMap<String, Value>>,
    /// Per module the names of fields whose values the audit log masks, and of links with the module that they lead to.
    pub(super) personal: BTreeMap<&'static str, Vec<String>>,
    pub(super) links: BTreeMap<&'static str, Vec<(String, String)>>,
    /// In the order of the log.
    pub(super) audit: Vec<Value>,
    /// In the order of the log.
    pub(super) events: Vec<Value>,
}

impl Records {
    /// The records of a module by id.
    pub(super) fn of(&self, module: &str) -> &BTreeMap<String, Value> {
        &self.modules[module]
    }

    /// Those that are not deleted.
    pub(super) fn alive(&self, module: &str) -> impl Iterator<Item = &Value> {
        self.of(module).values().filter(|record| record["deletedAt"].is_null())
    }

    /// All, with their modules.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.modules.iter().flat_map(|(module, records)| records.values().map(|record| (*module, record)))
    }
}

/// Reads all of it.
pub(super) async fn all(app: &App, user: &User) -> Records {
    let mut records = Records {
        modules: BTreeMap::new(),
        personal: BTreeMap::new(),
        links: BTreeMap::new(),
        audit: list(app, user, "auditLogs", "", "id action recordId changes version transaction").await,
        events: list(app, user, "recordEvents", "", "id kind recordId changedFields before after transaction").await,
    };
    for name in MODULES {
        let module = app.catalog.modules.iter().find(|m| m.name == name).unwrap();
        let deleted = if module.find("deleted_at").is_some() { "deleted: INCLUDE, " } else { "" };
        let found = list(app, user, &module.gql_many, deleted, &fields(module).join(" ")).await;
        let by_id = found.into_iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record));
        records.modules.insert(name, by_id.collect());
        let personal = module.fields.iter().filter(|f| f.personal && !f.content && !module.is_of_consent(f.id));
        records.personal.insert(name, personal.map(|f| f.gql.clone()).collect());
        let links = module.fields.iter().filter_map(|field| match field.ty {
            FieldType::Relation { to, .. } => Some((format!("{}Id", field.gql), app.catalog.module(to).name.clone())),
            _ => None,
        });
        records.links.insert(name, links.collect());
    }
    records
}

/// What is selected of a module: every value of its own that does not change by itself.
fn fields(module: &Module) -> Vec<String> {
    let told = module.fields.iter().filter(|f| !f.secret && f.is_stored() && f.on_read().is_none());
    let name = |field: &kontor_metadata::model::Field| match field.ty {
        FieldType::Relation { .. } | FieldType::Polymorphic { .. } => format!("{}Id", field.gql),
        _ => field.gql.clone(),
    };
    let tags = module.connections.iter().filter(|connection| connection.name == "tags");
    told.map(name).chain(tags.map(|_| "tags(first: 1000) { nodes { id } }".to_owned())).collect()
}

async fn list(app: &App, user: &User, list: &str, arguments: &str, fields: &str) -> Vec<Value> {
    let (mut records, mut after) = (Vec::new(), Value::Null);
    let query = format!(
        "query($after: String) {{ list: {list}({arguments}first: 500, after: $after) {{ nodes {{ {fields} }} \
         pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    loop {
        let mut page = app.data(user, &query, json!({"after": after})).await["list"].take();
        records.append(page["nodes"].as_array_mut().unwrap());
        if page["pageInfo"]["hasNextPage"] == false {
            return records;
        }
        after = page["pageInfo"]["endCursor"].take();
    }
}
