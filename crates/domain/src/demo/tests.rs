use super::*;
use crate::demo::clock::{DAY, SECOND};
use crate::demo::row::divide_rounded;
use std::collections::{HashMap, HashSet};

const NOW: i64 = 1_795_237_200_000_000; // 2026-11-21T05:00:00Z

fn spec(scale: u32) -> Spec {
    Spec {
        scale,
        seed: 42,
        now: NOW,
        org: Uuid::from_u128(7),
        email_domain: "demo.kontor.example".into(),
        password_hash: "$argon2id$…".into(),
    }
}

fn batches(spec: &Spec) -> (Vec<Batch>, Summary) {
    let mut all = Vec::new();
    let summary = generate::<()>(spec, &mut |batch| {
        all.push(batch);
        Ok(())
    });
    (all, summary.unwrap())
}

type Record = HashMap<&'static str, Value>;

/// Records by module, with what amendments add.
fn records(spec: &Spec) -> (HashMap<&'static str, Vec<Record>>, Summary) {
    let (batches, summary) = batches(spec);
    let mut all: HashMap<&'static str, Vec<Record>> = HashMap::new();
    for batch in batches.into_iter().filter(|b| b.action == Action::Insert) {
        let records = all.entry(batch.module).or_default();
        records.extend(batch.rows.into_iter().map(|row| batch.fields.iter().copied().zip(row).collect::<Record>()));
    }
    (all, summary)
}

fn int(value: &Value) -> i64 {
    match value {
        Value::Decimal(n) | Value::Timestamp(n) | Value::Integer(n) => *n,
        Value::Date(n) => i64::from(*n),
        other => panic!("{other:?} is no number"),
    }
}

fn text(value: &Value) -> &str {
    match value {
        Value::Text(text) => text,
        other => panic!("{other:?} is no text"),
    }
}

fn by<'a>(records: &'a [Record], field: &str) -> HashMap<Uuid, Vec<&'a Record>> {
    let mut map: HashMap<Uuid, Vec<&Record>> = HashMap::new();
    for record in records {
        if let Value::Uuid(id) = record[field] {
            map.entry(id).or_default().push(record);
        }
    }
    map
}

fn id(record: &Record) -> Uuid {
    match record["id"] {
        Value::Uuid(id) => id,
        _ => panic!("no id"),
    }
}

#[test]
fn the_same_spec_gives_the_same_rows() {
    assert_eq!(batches(&spec(1)), batches(&spec(1)));
    let mut other = spec(1);
    other.org = Uuid::from_u128(8);
    let (here, there) = (records(&spec(1)).0, records(&other).0);
    assert_eq!(here["Account"][5]["name"], there["Account"][5]["name"]);
    assert_ne!(here["Account"][5]["id"], there["Account"][5]["id"]);
    other.seed = 43;
    assert_ne!(here["Account"][5]["name"], records(&other).0["Account"][5]["name"]);
}

#[test]
fn counts_follow_the_scale() {
    let (all, summary) = batches(&spec(1));
    let total: u64 = summary.counts.iter().map(|(_, n)| n).sum();
    assert!((4_700..5_300).contains(&total), "{total}: {:?}", summary.counts);
    assert!(summary.counts.iter().all(|(module, n)| *n > 0 || panic!("no {module}")));
    assert!(all.iter().all(|b| (1..=ROWS).contains(&b.rows.len())));
    let written: usize = all.iter().filter(|b| b.action == Action::Insert).map(|b| b.rows.len()).sum();
    assert_eq!(written as u64, total);
    let larger: u64 = batches(&spec(6)).1.counts.iter().map(|(_, n)| n).sum();
    let expected = spec(6).expected_rows();
    assert!(larger.abs_diff(expected) * 20 < expected, "{larger} is not about {expected}");
}

#[test]
fn links_point_to_rows_that_were_there() {
    let mut known: HashMap<Uuid, &'static str> = HashMap::new();
    for batch in batches(&spec(4)).0 {
        let ids = batch.fields.iter().position(|f| *f == "id");
        for row in &batch.rows {
            assert_eq!(row.len(), batch.fields.len());
            if let (Some(at), Action::Insert) = (ids, batch.action) {
                let Value::Uuid(id) = row[at] else { panic!("no id") };
                assert!(known.insert(id, batch.module).is_none(), "an id of {} twice", batch.module);
            }
            for (field, value) in batch.fields.iter().zip(row) {
                if let Value::Uuid(id) = value {
                    let target = known.get(id).copied();
                    // The first user creates himself and the teams.
                    let first = ["Team", "User"].contains(&batch.module) && field.ends_with("_by");
                    assert!(first || target.is_some(), "{}.{field} points nowhere", batch.module);
                    let record_type =
                        batch.fields.iter().position(|f| *f == "record_type").filter(|_| *field == "record_id");
                    if let Some(at) = record_type {
                        assert_eq!(target, Some(text(&row[at])));
                    }
                }
            }
        }
    }
}

#[test]
fn what_must_be_unique_is() {
    let (all, _) = records(&spec(8));
    for (module, field) in [
        ("User", "email"),
        ("User", "username"),
        ("Team", "name"),
        ("Account", "domain"),
        ("Account", "name"),
        ("Contact", "email"),
        ("Product", "sku"),
        ("Tag", "name"),
        ("Campaign", "name"),
        ("Quote", "quote_number"),
        ("Invoice", "invoice_number"),
        ("Ticket", "ticket_number"),
        ("SocialEvent", "external_id"),
        ("EmailMessage", "message_id"),
    ] {
        let mut seen = HashSet::new();
        for record in &all[module] {
            assert!(seen.insert(text(&record[field])), "{module}.{field}: {:?}", record[field]);
        }
    }
    let mut seen = HashSet::new();
    for tagging in &all["taggings"] {
        assert!(seen.insert(format!("{:?} {:?}", tagging["tag_id"], tagging["record_id"])));
    }
}

#[test]
fn totals_are_the_sums_of_their_lines() {
    let (all, _) = records(&spec(2));
    for (parent, line, field, total, always) in [
        ("Opportunity", "OpportunityLineItem", "opportunity", "amount", false),
        ("Quote", "QuoteLineItem", "quote", "total", true),
        ("Invoice", "InvoiceLineItem", "invoice", "total", true),
    ] {
        let lines = by(&all[line], field);
        for record in &all[parent] {
            let own = lines.get(&id(record));
            assert!(own.is_some() || !always, "a {parent} without lines");
            if let Some(own) = own {
                assert_eq!(own.iter().map(|l| int(&l["total"])).sum::<i64>(), int(&record[total]));
                for (n, l) in own.iter().enumerate() {
                    assert_eq!(int(&l["position"]), n as i64 + 1);
                    let exact = i128::from(int(&l["quantity"])) * i128::from(int(&l["unit_price"]));
                    let exact = exact * i128::from(10_000 - int(&l["discount"]));
                    assert_eq!(int(&l["total"]), divide_rounded(exact, 10_000_000));
                }
            }
        }
    }
}

#[test]
fn deals_agree_with_their_stages() {
    let (all, _) = records(&spec(2));
    let stages: HashMap<Uuid, &Record> = all["Stage"].iter().map(|s| (id(s), s)).collect();
    let history = by(&all["StageChange"], "opportunity");
    for deal in &all["Opportunity"] {
        let Value::Uuid(stage) = deal["stage"] else { panic!("no stage") };
        let stage = stages[&stage];
        assert_eq!(deal["probability"], stage["probability"]);
        let weighted = i128::from(int(&deal["amount"])) * i128::from(int(&deal["probability"]));
        assert_eq!(int(&deal["weighted_amount"]), divide_rounded(weighted, 10_000));
        let status = match (&stage["is_won"], &stage["is_lost"]) {
            (Value::Boolean(true), _) => "won",
            (_, Value::Boolean(true)) => "lost",
            _ => "open",
        };
        assert_eq!(text(&deal["status"]), status);
        assert_eq!(deal["lost_reason"].is_null(), status != "lost");
        assert_eq!(deal["actual_close_date"].is_null(), status == "open");
        let changes = &history[&id(deal)];
        assert_eq!(changes[0]["changed_at"], deal["created_at"]);
        assert_eq!(changes.last().unwrap()["to_stage"], deal["stage"]);
        assert_eq!(changes.last().unwrap()["changed_at"], deal["stage_changed_at"]);
        for pair in changes.windows(2) {
            assert_eq!(pair[0]["to_stage"], pair[1]["from_stage"]);
            let passed = (int(&pair[1]["changed_at"]) - int(&pair[0]["changed_at"])) / SECOND;
            assert!(passed > 0);
            assert_eq!(int(&pair[1]["seconds_in_stage"]), passed);
        }
    }
}

#[test]
fn numbers_follow_creation_without_gaps() {
    let (all, summary) = records(&spec(2));
    for (module, field) in [("Quote", "quote_number"), ("Invoice", "invoice_number"), ("Ticket", "ticket_number")] {
        let mut numbered: Vec<_> = all[module].iter().map(|r| (int(&r["created_at"]), text(&r[field]))).collect();
        numbered.sort_unstable();
        let mut last: HashMap<String, u64> = HashMap::new();
        for (created, number) in numbered {
            let mut parts = number.rsplit('-');
            let n: u64 = parts.next().unwrap().parse().unwrap();
            let year = parts.next().unwrap().to_owned();
            assert_eq!(year, clock::year(created).to_string());
            let expected = last.entry(year).or_default();
            *expected += 1;
            assert_eq!(n, *expected);
        }
        for counter in summary.counters.iter().filter(|c| c.module == module) {
            assert_eq!((counter.field, counter.last), (field, last[&counter.period]));
        }
        assert_eq!(summary.counters.iter().filter(|c| c.module == module).count(), last.len());
    }
}

#[test]
fn time_runs_forward() {
    let (all, _) = records(&spec(2));
    for (module, records) in &all {
        for record in records.iter().filter(|r| r.contains_key("created_at")) {
            let (created, updated) = (int(&record["created_at"]), int(&record["updated_at"]));
            assert!(NOW - 800 * DAY < created && created <= updated && updated <= NOW, "{module}: {record:?}");
            assert_eq!(id(record).get_timestamp().unwrap().to_unix().0, created.div_euclid(SECOND) as u64);
            for (field, value) in record {
                if let Value::Timestamp(at) = value {
                    let planned = *module == "Activity" || *field == "expires_at";
                    assert!(planned || *at <= NOW, "{module}.{field} is yet to come");
                }
            }
        }
    }
}

#[test]
fn activities_explain_when_accounts_were_last_touched() {
    let (all, _) = records(&spec(2));
    for (module, field) in
        [("Account", "account"), ("Contact", "contact"), ("Lead", "lead"), ("Opportunity", "opportunity")]
    {
        let activities = by(&all["Activity"], field);
        for record in &all[module] {
            let own = activities.get(&id(record)).map(Vec::as_slice).unwrap_or_default();
            let last = own.iter().map(|a| &a["completed_at"]).filter(|v| !v.is_null()).map(int).max();
            assert_eq!(last.map_or(Value::Null, Value::Timestamp), record["last_activity_at"], "{module}");
        }
    }
    for activity in &all["Activity"] {
        let completed = text(&activity["status"]) == "completed";
        assert_eq!(activity["is_completed"], Value::Boolean(completed));
        assert_eq!(activity["completed_at"].is_null(), !completed);
    }
}

#[test]
fn people_keep_one_name() {
    let (all, _) = records(&spec(1));
    for contact in &all["Contact"] {
        let joined = format!("{} {}", text(&contact["first_name"]), text(&contact["last_name"]));
        assert_eq!(text(&contact["name"]), joined);
    }
    let contacts: HashMap<Uuid, &Record> = all["Contact"].iter().map(|c| (id(c), c)).collect();
    let converted: Vec<_> = all["Lead"].iter().filter(|l| text(&l["status"]) == "converted").collect();
    assert!(!converted.is_empty());
    for lead in converted {
        let Value::Uuid(contact) = lead["converted_contact"] else { panic!("converted to nobody") };
        assert_eq!(contacts[&contact]["email"], lead["email"]);
        assert_eq!(contacts[&contact]["account"], lead["converted_account"]);
    }
}

#[test]
fn the_sink_stops_it() {
    let mut taken = 0;
    let result = generate(&spec(1), &mut |_| {
        taken += 1;
        if taken < 3 { Ok(()) } else { Err("full") }
    });
    assert_eq!((result, taken), (Err("full"), 3));
}
