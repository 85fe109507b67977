//! What the guide for authors says about expressions is what they do.

use super::{Datum, evaluate};
use crate::{calendar, context::Moment};
use kontor_metadata::{Source, expr::Formula, load_sources};

const MODULE: &str = "format: 1
module: Sale
plural: Sales
title: first
blocks:
  main:
    fields:
      first: {type: text}
      last: {type: text}
      nick: {type: text}
      price: {type: money}
      quantity: {type: integer}
      ordered: {type: date}
      shipped_at: {type: datetime}
      paid_at: {type: datetime}
";

/// The formula of an expression, whatever it yields: two of them are compared, which every value can be.
fn formula(source: &str) -> Formula {
    let rules = format!("rules:\n  sample: {{check: {}}}\n", serde_json::Value::from(format!("({source}) == null")));
    let sources = vec![
        Source::new("demo/package.yaml", "format: 1\n"),
        Source::new("demo/modules/sale.yaml", format!("{MODULE}{rules}")),
    ];
    let catalog = load_sources(sources).unwrap_or_else(|report| panic!("{source}\n{report}")).catalog;
    let mut formula = catalog.modules[0].rules[0].check.clone();
    formula.steps.pop();
    formula
}

fn value(name: &str) -> Datum {
    match name {
        "first" => Datum::Text("Ada".to_owned()),
        "last" => Datum::Text("Lovelace".to_owned()),
        "price" => Datum::units(1999, 2),
        "quantity" => Datum::units(3, 0),
        "ordered" => Datum::Date(calendar::parse_date("2026-01-31").unwrap()),
        "shipped_at" => Datum::Moment(calendar::parse_timestamp("2026-02-03T08:30:00Z").unwrap()),
        _ => Datum::Null,
    }
}

fn shown(value: &Datum) -> String {
    let mut out = Vec::new();
    match value {
        Datum::Null => return "null".to_owned(),
        Datum::Boolean(boolean) => return boolean.to_string(),
        Datum::Number(number) => return number.to_plain_string(),
        Datum::Text(text) => return format!("'{text}'"),
        Datum::Date(days) => calendar::write_date(&mut out, *days),
        Datum::Moment(micros) => {
            let mut long = Vec::new();
            calendar::write_timestamp(&mut long, *micros);
            calendar::write_trimmed(&mut out, &long);
        }
        other => return format!("{other:?}"),
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn the_guide_tells_the_truth() {
    let guide = include_str!("../../../../docs/modules.md");
    let table = guide.split_once("| expression | value |\n|-|-|\n").unwrap().1.split("\n\n").next().unwrap();
    let now = calendar::parse_timestamp("2026-02-10T12:00:00Z").unwrap();
    let moment = Moment { now, today: calendar::parse_date("2026-02-10").unwrap() };
    let names = ["id", "first", "last", "nick", "price", "quantity", "ordered", "shipped_at", "paid_at"];
    let mut lines = 0;
    for line in table.lines() {
        let line = line.replace("\\|", "¦");
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().trim_matches('`').replace('¦', "|")).collect();
        let formula = formula(&cells[1]);
        let reads: Vec<Datum> = formula.reads.iter().map(|read| value(names[usize::from(read.field.0)])).collect();
        assert_eq!(shown(&evaluate(&formula.steps, &reads, moment)), cells[2], "{}", cells[1]);
        lines += 1;
    }
    assert!(lines > 20);
}
