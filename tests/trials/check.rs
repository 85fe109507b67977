//! What follows from values, links and answers.

use super::{
    History,
    generate::marked,
    operation::{Done, Written},
    read::Records,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The total of a quote or invoice without lines.
const EMPTY_TOTAL: Option<i128> = Some(0);

/// A decimal as a number of units of 10^-scale.
fn units(value: &Value, scale: usize) -> Option<i128> {
    let text = value.as_str()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= scale, "{text} has more than {scale} digits");
    Some(format!("{whole}{fraction:0<scale$}").parse().unwrap())
}

/// A quotient, half away from zero.
fn divided(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.abs() * 2 >= divisor { quotient + dividend.signum() } else { quotient }
}

/// A problem unless the two are the same.
fn same(record: &Value, what: &str, found: Option<i128>, expected: Option<i128>) -> Option<String> {
    (found != expected).then(|| format!("{what} is {found:?}, expected {expected:?}: {record}"))
}

pub(super) fn line_totals(records: &Records) -> Vec<String> {
    let lines =
        ["QuoteLineItem", "InvoiceLineItem", "OpportunityLineItem"].into_iter().flat_map(|m| records.of(m).values());
    let check = |line: &Value| {
        let hundred = 10_000;
        let product = units(&line["quantity"], 3).zip(units(&line["unitPrice"], 2)).zip(units(&line["discount"], 2));
        let expected = product.map(|((q, p), d)| divided(q * p * (hundred - d), 1_000 * hundred));
        same(line, "total", units(&line["total"], 2), expected)
    };
    lines.filter_map(check).collect()
}

pub(super) fn document_totals(records: &Records) -> Vec<String> {
    let mut problems = Vec::new();
    for (module, lines, link) in [("Quote", "QuoteLineItem", "quoteId"), ("Invoice", "InvoiceLineItem", "invoiceId")] {
        let mut sums: BTreeMap<&str, Option<i128>> = BTreeMap::new();
        for line in records.alive(lines) {
            if let Some(total) = units(&line["total"], 2) {
                let sum = sums.entry(line[link].as_str().unwrap()).or_default();
                *sum = Some(sum.unwrap_or(0) + total);
            }
        }
        for record in records.alive(module) {
            let expected = sums.get(record["id"].as_str().unwrap()).copied().unwrap_or(EMPTY_TOTAL);
            problems.extend(same(record, "total", units(&record["total"], 2), expected));
        }
    }
    problems
}

pub(super) fn weighted_amounts(records: &Records) -> Vec<String> {
    let check = |deal: &Value| {
        let factors = units(&deal["amount"], 2).zip(units(&deal["probability"], 2));
        let expected = factors.map(|(amount, percent)| divided(amount * percent, 10_000));
        same(deal, "weightedAmount", units(&deal["weightedAmount"], 2), expected)
    };
    records.of("Opportunity").values().filter_map(check).collect()
}

pub(super) fn status(records: &Records) -> Vec<String> {
    let check = |deal: &Value| {
        let stage = deal["stageId"].as_str().and_then(|id| records.of("Stage").get(id));
        let is = |what: &str| stage.is_some_and(|stage| stage[what] == true);
        let expected = if is("isWon") {
            "WON"
        } else if is("isLost") {
            "LOST"
        } else {
            "OPEN"
        };
        (deal["status"] != expected).then(|| format!("status is not {expected}: {deal}"))
    };
    records.alive("Opportunity").filter_map(check).collect()
}

pub(super) fn names(records: &Records) -> Vec<String> {
    let check = |contact: &Value| {
        let parts: Vec<_> = ["firstName", "lastName"].iter().filter_map(|part| contact[*part].as_str()).collect();
        (contact["name"] != parts.join(" ")).then(|| format!("the name does not fit: {contact}"))
    };
    records.of("Contact").values().filter_map(check).collect()
}

/// Everything that was written, operation after operation as they were answered.
fn written(history: &History) -> impl Iterator<Item = &Written> {
    history.accepted.iter().flat_map(|accepted| &accepted.written)
}

pub(super) fn numbers(records: &Records, history: &History) -> Vec<String> {
    let mut problems = Vec::new();
    for (module, field) in [("Quote", "quoteNumber"), ("Invoice", "invoiceNumber")] {
        // By what stands before the digits, which has the year.
        let mut given: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut known = HashSet::new();
        for number in written(history).filter(|w| w.module == module && w.act == Done::Created).map(|w| &w.number) {
            let number = number.as_deref().unwrap();
            let (period, digits) = number.rsplit_once('-').unwrap();
            given.entry(period).or_default().push(digits.parse().unwrap());
            known.insert(number);
        }
        for (period, mut numbers) in given {
            numbers.sort_unstable();
            let count = numbers.len();
            if !numbers.iter().copied().eq(1..=count) {
                problems.push(format!("{period} is not 1 to {count} but {numbers:?}"));
            }
        }
        let strange = records.of(module).values().filter(|record| !known.contains(record[field].as_str().unwrap()));
        problems.extend(strange.map(|record| format!("nobody was told of this number: {record}")));
    }
    problems
}

pub(super) fn marks(records: &Records, history: &History) -> Vec<String> {
    let refused: HashSet<&str> = history.refused.iter().map(String::as_str).collect();
    let accepted: HashSet<&str> = history.accepted.iter().map(|accepted| accepted.mark.as_str()).collect();
    let check = |(module, record): (&'static str, &Value)| {
        let mark = record[marked(module)?].as_str()?;
        // The stages of the default pipeline have descriptions of their own.
        let wrong = refused.contains(mark) || (mark.starts_with("mark ") && !accepted.contains(mark));
        wrong.then(|| format!("this was refused: {record}"))
    };
    records.all().filter_map(check).collect()
}

pub(super) fn created(records: &Records, history: &History) -> Vec<String> {
    let purged: HashSet<&str> = written(history).filter(|w| w.act == Done::Purged).map(|w| w.id.as_str()).collect();
    let parents = written(history).any(|w| w.act == Done::Purged && w.module == "Quote");
    let missing = written(history).filter(|w| {
        let with_its_parent = parents && w.module == "QuoteLineItem";
        w.act == Done::Created
            && !records.of(w.module).contains_key(&w.id)
            && !purged.contains(w.id.as_str())
            && !with_its_parent
    });
    missing.map(|w| format!("{w:?} is not there")).collect()
}

pub(super) fn links(records: &Records) -> Vec<String> {
    let mut problems = Vec::new();
    for (module, links) in &records.links {
        for record in records.of(module).values().filter(|record| record["deletedAt"].is_null()) {
            for (link, to) in links.iter().filter(|(_, to)| super::read::MODULES.contains(&to.as_str())) {
                let Some(id) = record[link].as_str() else { continue };
                let target = records.of(to).get(id);
                // A history is never deleted: it stays with its record while that is hidden, and goes with it for good.
                let may_be_hidden = *module == "StageChange" && target.is_some();
                if !may_be_hidden && !target.is_some_and(|target| target["deletedAt"].is_null()) {
                    let what = if target.is_some() { "deleted" } else { "gone" };
                    problems.push(format!("{link} of a {module} leads to a {to} that is {what}: {record}"));
                }
            }
        }
    }
    problems
}

pub(super) fn versions(records: &Records, history: &History) -> Vec<String> {
    let mut problems = Vec::new();
    let mut made: BTreeSet<(&str, i64)> = BTreeSet::new();
    // An upsert of a tag may change nothing, and then makes no version.
    for w in written(history).filter(|w| w.module != "Tag") {
        let Some(version) = w.version else { continue };
        if !made.insert((&w.id, version)) {
            problems.push(format!("{w:?} made a version that another made too"));
        }
        if let Some(record) = records.of(w.module).get(&w.id).filter(|r| r["version"].as_i64() < Some(version)) {
            problems.push(format!("{w:?} made version {version} of {record}"));
        }
    }
    problems
}
