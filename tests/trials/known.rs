//! What the workers know of the records: enough to find some to change, not always up to date.

use super::operation::{Accepted, Done, Written};
use crate::support::{App, Random, User};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};

/// Ids of records by module, with the versions last heard of.
#[derive(Debug, Default)]
pub(super) struct Known {
    alive: BTreeMap<&'static str, Vec<String>>,
    deleted: BTreeMap<&'static str, Vec<String>>,
    versions: HashMap<String, i64>,
    /// The default pipeline.
    pub(super) pipeline: String,
}

impl Known {
    /// The pipeline that an organisation begins with.
    pub(super) async fn of_stages(app: &App, user: &User) -> Self {
        let query = "{ pipelines { nodes { id } } stages { nodes { id version } } }";
        let data = app.data(user, query, json!({})).await;
        let mut known =
            Self { pipeline: data["pipelines"]["nodes"][0]["id"].as_str().unwrap().to_owned(), ..Self::default() };
        for stage in data["stages"]["nodes"].as_array().unwrap() {
            known.alive.entry("Stage").or_default().push(stage["id"].as_str().unwrap().to_owned());
        }
        known
    }

    /// A record that is not deleted, as far as is known.
    pub(super) fn alive(&self, random: &mut Random, module: &str) -> Option<String> {
        pick(random, self.alive.get(module)?)
    }

    /// A deleted one.
    pub(super) fn deleted(&self, random: &mut Random, module: &str) -> Option<String> {
        pick(random, self.deleted.get(module)?)
    }

    /// The version of a record that was last heard of.
    pub(super) fn version(&self, id: &str) -> Option<i64> {
        self.versions.get(id).copied()
    }

    /// Takes in what an operation did.
    pub(super) fn learn(&mut self, accepted: &Accepted) {
        for Written { module, act, id, version, .. } in &accepted.written {
            let (alive, deleted) = (self.alive.entry(module).or_default(), self.deleted.entry(module).or_default());
            alive.retain(|known| known != id);
            deleted.retain(|known| known != id);
            match act {
                Done::Created | Done::Updated | Done::Upserted | Done::Restored => alive.push(id.clone()),
                Done::Deleted => deleted.push(id.clone()),
                Done::Purged => {}
            }
            if let Some(version) = version {
                self.versions.insert(id.clone(), *version);
            }
        }
    }
}

/// One of some, mostly of the first few: workers that change the same records are in each other's way.
fn pick(random: &mut Random, of: &[String]) -> Option<String> {
    let few = if random.chance(60) { of.len().min(6) } else { of.len() };
    (few > 0).then(|| random.pick(&of[..few]).clone())
}
