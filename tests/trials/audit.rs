//! What the logs must say.

use super::read::Records;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of a log by record, oldest first.
fn by_record(entries: &[Value]) -> BTreeMap<&str, Vec<&Value>> {
    let mut by_record: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for entry in entries {
        if let Some(id) = entry["recordId"].as_str() {
            by_record.entry(id).or_default().push(entry);
        }
    }
    by_record
}

/// Entries of the audit log by record, by version.
fn audits(records: &Records) -> BTreeMap<&str, Vec<&Value>> {
    let mut audits = by_record(&records.audit);
    audits.values_mut().for_each(|entries| entries.sort_by_key(|entry| entry["version"].as_i64()));
    audits
}

pub(super) fn counts(records: &Records) -> Vec<String> {
    let audits = audits(records);
    let mut problems = Vec::new();
    for (module, record) in records.all() {
        // Records that the platform made with the organization are older than the log.
        let Some(entries) = audits.get(record["id"].as_str().unwrap()) else {
            problems.extend((module != "Stage").then(|| format!("the {module} is not in the audit log: {record}")));
            continue;
        };
        let versions: Vec<_> = entries.iter().filter_map(|entry| entry["version"].as_i64()).collect();
        let first = if module == "Stage" { 2 } else { 1 };
        let last = record["version"].as_i64().unwrap_or(1);
        if !versions.iter().copied().eq(first..=last) {
            problems.push(format!("the audit log has the versions {versions:?} of the {module} {record}"));
        }
    }
    problems
}

/// The names of fields that tell of the writing rather than of the record.
const STAMPS: [&str; 6] = ["id", "version", "createdAt", "updatedAt", "createdById", "updatedById"];

pub(super) fn replays(records: &Records) -> Vec<String> {
    let audits = audits(records);
    let mut problems = Vec::new();
    for (module, record) in records.all().filter(|(module, _)| *module != "Stage") {
        let (mut replayed, mut tags): (Map<String, Value>, BTreeSet<String>) = Default::default();
        for entry in audits.get(record["id"].as_str().unwrap()).into_iter().flatten() {
            for (field, change) in entry["changes"].as_object().into_iter().flatten() {
                if records.personal[module].contains(field) {
                    continue;
                }
                if field == "tags" {
                    problems.extend(relinked(&mut tags, change).map(|problem| format!("{problem}: {entry}")));
                    continue;
                }
                let before = replayed.insert(field.clone(), change["after"].clone()).unwrap_or(Value::Null);
                if before != change["before"] {
                    problems.push(format!("{field} was {before} before {entry}"));
                }
            }
        }
        // A deleted tag is on no record, but comes back with its links.
        let alive = |tag: &&str| records.of("Tag").get(*tag).is_some_and(|tag| tag["deletedAt"].is_null());
        let shown: BTreeSet<&str> =
            record["tags"]["nodes"].as_array().into_iter().flatten().filter_map(|t| t["id"].as_str()).collect();
        let logged: BTreeSet<&str> = tags.iter().map(String::as_str).filter(alive).collect();
        if record["tags"].is_object() && shown != logged {
            problems.push(format!("by the audit log the {module} has the tags {logged:?}: {record}"));
        }
        for (field, value) in record.as_object().unwrap().iter().filter(|(field, _)| *field != "tags") {
            let told = !records.personal[module].contains(field) && !STAMPS.contains(&field.as_str());
            let found = replayed.get(field).unwrap_or(&Value::Null);
            if told && found != value {
                problems.push(format!("by the audit log {field} of the {module} is {found}, not {value}: {record}"));
            }
        }
    }
    problems
}

/// Takes in a change of links: those that are gone and those that are new.
fn relinked(tags: &mut BTreeSet<String>, change: &Value) -> Option<String> {
    let ids = |side: &str| {
        let ids = change[side].as_array().into_iter().flatten();
        ids.map(|id| id.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let missing: Vec<_> = ids("before").into_iter().filter(|id| !tags.remove(id)).collect();
    let twice: Vec<_> = ids("after").into_iter().filter(|id| !tags.insert(id.clone())).collect();
    (!missing.is_empty() || !twice.is_empty()).then(|| format!("{missing:?} were no tags, {twice:?} were some already"))
}

pub(super) fn events(records: &Records) -> Vec<String> {
    let (audits, events) = (by_record(&records.audit), by_record(&records.events));
    let mut problems = Vec::new();
    for (id, entries) in &audits {
        let found = events.get(id).map_or(0, Vec::len);
        if found != entries.len() {
            problems.push(format!("{id} has {} entries in the audit log and {found} events", entries.len()));
        }
    }
    for (id, events) in events {
        if !audits.contains_key(id) {
            problems.push(format!("{id} has events and no entry in the audit log"));
        }
        for pair in events.windows(2).filter(|pair| pair[0]["after"] != pair[1]["before"]) {
            problems.push(format!("{} does not begin where {} ended", pair[1], pair[0]));
        }
    }
    problems
}
