//! Edits of the shop, and what follows from each.

use super::*;
use crate::{
    column::Dialect,
    ddl::{Plan, testing},
};
use std::fmt::Write as _;

/// The shop after edits of its YAML.
fn edited(edits: &[(&str, &str)]) -> Catalog {
    testing::edited(edits)
}

fn shop() -> Schema {
    desired(&testing::shop())
}

fn plan(from: &Schema, to: &Catalog) -> Plan {
    diff(from, to, &Terms::default()).unwrap_or_else(|report| panic!("{report}"))
}

/// Everything there is to see of a change: summary, statements of both databases, and how it is undone.
fn shown(from: &Schema, to: &Catalog, terms: &Terms) -> String {
    let plan = diff(from, to, terms).unwrap_or_else(|report| panic!("{report}"));
    consistent(from, &plan);
    let mut text = plan.summary().join("\n");
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        write!(text, "\n\n{dialect:?}").unwrap();
        for action in plan.actions(dialect, 2).into_iter().flatten() {
            match action {
                crate::ddl::Action::Sql(sql) => write!(text, "\n{sql};").unwrap(),
                other => write!(text, "\n{other:?}").unwrap(),
            }
        }
    }
    let back = Plan { steps: plan.inverse(2), schema: Schema::default() };
    write!(text, "\n\nBack\n{}", back.summary().join("\n")).unwrap();
    text
}

/// The steps make what the plan says, applying it again does nothing, and undoing it gives what was there.
fn consistent(from: &Schema, plan: &Plan) {
    let sorted = |schema: &Schema| {
        let mut schema = schema.clone();
        for table in schema.tables.values_mut() {
            table.columns.sort_by(|a, b| a.name.cmp(&b.name));
            table.follows.clear();
            table.computed.clear();
            for column in &mut table.columns {
                (column.fill, column.backfill) = (None, false);
            }
        }
        schema
    };
    assert_eq!(sorted(&from.after(&plan.steps)), sorted(&plan.schema));
    let mut back = plan.schema.after(&plan.inverse(2));
    back.tables.retain(|name, table| !table.hidden || from.tables.contains_key(name));
    for (name, table) in &mut back.tables {
        let old = &from.tables[name];
        table.columns.retain(|column| !column.hidden || old.column(&column.name).is_some());
    }
    assert_eq!(sorted(&back), sorted(from));
}

fn problems(edits: &[(&str, &str)]) -> String {
    diff(&shop(), &edited(edits), &Terms::default()).expect_err("a problem").render_text(false)
}

#[test]
fn nothing_follows_from_nothing() {
    let plan = plan(&Schema::default(), &testing::shop());
    assert!(!plan.is_empty());
    assert!(diff(&plan.schema, &testing::shop(), &Terms::default()).unwrap().is_empty());
}

#[test]
fn the_order_of_columns_is_no_change() {
    let mut from = shop();
    from.tables.get_mut("customers").unwrap().columns.reverse();
    assert!(plan(&from, &testing::shop()).is_empty());
}

#[test]
fn tables_from_nothing() {
    let plan = plan(&Schema::default(), &testing::shop());
    let script = |dialect| plan.statements(dialect, 1).iter().map(|s| format!("{s};\n")).collect::<String>();
    insta::assert_snapshot!("created_postgres", script(Dialect::Postgres));
    insta::assert_snapshot!("created_sqlite", script(Dialect::Sqlite));
}

#[test]
fn tables_that_grow() {
    insta::assert_snapshot!(shown(&shop(), &testing::grown_shop(), &Terms::default()));
}

#[test]
fn nothing_vanishes_silently() {
    insta::assert_snapshot!(problems(&[
        ("      rating: {type: integer}\n", ""),
        ("indexes: [[status, rating]]\n", ""),
        ("[lead, won, lost]", "[lead, won]"),
        ("module: Remark\nplural: Remarks", "module: Comment\nplural: Comments"),
        ("to: Remark", "to: Comment"),
        ("products: {type: relation, to: Product, many: true, inverse: purchases}", ""),
    ]));
}

#[test]
fn what_cannot_be_made_is_refused() {
    insta::assert_snapshot!(problems(&[
        ("turnover: {type: money}", "turnover: {type: integer}"),
        ("agent: {type: relation, to: User}", "agent: {type: relation, to: Team}"),
        ("rate: {type: float}", "rate: {type: relation, to: User}"),
        ("rating: {type: integer}", "rating: {type: integer, required: true}"),
        ("vip: {type: boolean}", "vip: {type: boolean}\n      vat: {type: text, required: true}"),
        ("lunch: {type: time}", "lunch: {type: select, options: [early, late]}"),
    ]));
}

#[test]
fn new_names_keep_what_is_there() {
    let renamed = edited(&[
        ("module: Customer\nplural: Customers", "module: Client\nplural: Clients\nrenamed_from: Customer"),
        ("to: Customer", "to: Client"),
        ("to: Customer", "to: Client"),
        ("[Customer, Purchase]", "[Client, Purchase]"),
        (
            "name: {type: text, required: true, search: A}",
            "title: {type: text, required: true, search: A, renamed_from: name}",
        ),
        ("title: name\ntraits: [owned", "title: title\ntraits: [owned"),
        ("options: [lead, won, lost]", "options: {prospect: {renamed_from: lead}, won: {}, lost: {}}"),
        ("agent: {type: relation, to: User}", "seller: {type: relation, to: User, renamed_from: agent}"),
        ("products: {type: relation", "articles: {renamed_from: products, type: relation"),
        ("number: {type: autonumber", "no: {renamed_from: number, type: autonumber"),
        ("title: number", "title: no"),
        ("record: {type: relation", "about: {renamed_from: record, type: relation"),
    ]);
    insta::assert_snapshot!(shown(&shop(), &renamed, &Terms::default()));
}

#[test]
fn another_plural_is_another_name_of_the_table() {
    let plan = plan(&shop(), &edited(&[("plural: Remarks", "plural: RemarkList")]));
    assert_eq!(plan.summary()[0], "> table remarks → remark_list");
}

#[test]
fn what_is_removed_is_hidden_then_put_away() {
    let removed = [
        ("title: name\ntraits: [owned", "title: name\nremoved: [rating, agent, vip]\ntraits: [owned"),
        ("      rating: {type: integer}\n", ""),
        ("      agent: {type: relation, to: User}\n", ""),
        ("      vip: {type: boolean}\n", ""),
        ("indexes: [[status, rating]]\n", ""),
        ("      rival: {type: relation, to: Remark}\n", ""),
        ("title: number\n", "title: number\nremoved: [rival]\n"),
    ];
    let catalog = testing::without_remarks(&removed);
    insta::assert_snapshot!("hidden", shown(&shop(), &catalog, &Terms::default()));
    let hidden = plan(&shop(), &catalog);
    assert!(plan(&hidden.schema, &catalog).is_empty());
    // It comes back as it was.
    let back = diff(&hidden.schema, &testing::shop(), &Terms::default()).unwrap();
    consistent(&hidden.schema, &back);
    insta::assert_snapshot!("shown", back.summary().join("\n"));
    let prune = Terms { prune: true, ..Terms::default() };
    insta::assert_snapshot!("pruned", shown(&hidden.schema, &catalog, &prune));
    insta::assert_snapshot!("pruned_at_once", diff(&shop(), &catalog, &prune).unwrap().summary().join("\n"));
}

#[test]
fn what_may_vanish_is_named() {
    let catalog = edited(&[("      lunch: {type: time}\n", "")]);
    let accept = Terms { accept: ["Customer.lunch".to_owned()].into(), ..Terms::default() };
    assert_eq!(
        diff(&shop(), &catalog, &accept).unwrap().summary(),
        ["- column customers.lunch (hidden, its values stay)"]
    );
}

#[test]
fn options_are_replaced() {
    let catalog = edited(&[
        ("options: [lead, won, lost]", "options: [lead, won], replace: {lost: lead}"),
        ("options: [new, used]", "options: [new], replace: {used: null}"),
    ]);
    insta::assert_snapshot!(shown(&shop(), &catalog, &Terms::default()));
}

#[test]
fn new_fields_are_filled_in() {
    let catalog = edited(&[
        (
            "vip: {type: boolean}",
            "vip: {type: boolean}\n      stars: {type: integer, required: true, backfill: \"coalesce(rating, 0)\"}",
        ),
        ("turnover: {type: money}", "turnover: {type: money, required: true, backfill: \"0\"}"),
        (
            "since: {type: date, indexed: true}",
            "since: {type: date, indexed: true, required: true, default: 2026-01-01}",
        ),
    ]);
    insta::assert_snapshot!(shown(&shop(), &catalog, &Terms::default()));
}

#[test]
fn an_empty_table_takes_everything() {
    let catalog = edited(&[(
        "rating: {type: integer}",
        "rating: {type: integer, required: true}\n      boss: {type: relation, to: User, required: true}",
    )]);
    let terms = Terms { empty: ["customers".to_owned()].into(), ..Terms::default() };
    assert_eq!(diff(&shop(), &catalog, &terms).unwrap().summary().len(), 3);
}

#[test]
fn a_field_that_is_computed_on_read_leaves_its_column() {
    let catalog = edited(&[("lunch: {type: time}", "lunch: {type: integer, compute: \"days(today() - since)\"}")]);
    let was = desired(&edited(&[("lunch: {type: time}", "lunch: {type: integer}")]));
    let plan = plan(&was, &catalog);
    assert_eq!(plan.summary(), ["- column customers.lunch (computed when it is read)"]);
}
