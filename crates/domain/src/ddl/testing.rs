//! A small catalog with one of everything, before and after some changes.

use kontor_metadata::{Source, load_sources, model::Catalog};

const SYSTEM: &str = "
format: 1
module: Organization
plural: Organizations
system: true
tenant: id
operations: [read]
title: name
blocks: {main: {fields: {name: {type: text, required: true}}}}
---
format: 1
module: User
plural: Users
system: true
operations: [read]
title: email
blocks: {main: {fields: {email: {type: email, required: true}}}}
---
format: 1
module: Team
plural: Teams
system: true
operations: [read]
title: name
blocks: {main: {fields: {name: {type: text, required: true}}}}
---
";

const SHOP: &str = "
format: 1
module: Customer
plural: Customers
title: name
traits: [owned, soft_delete, custom_fields]
blocks:
  main:
    fields:
      name: {type: text, required: true, search: A}
      email: {type: email, unique: true, search: C}
      status: {type: select, options: [lead, won, lost]}
      rating: {type: integer}
      turnover: {type: money}
      parent: {type: relation, to: Customer, inverse: subsidiaries}
      agent: {type: relation, to: User}
      since: {type: date, indexed: true}
      vip: {type: boolean}
      lunch: {type: time}
      rate: {type: float}
indexes: [[status, rating]]
---
format: 1
module: Product
plural: Products
title: sku
traits: [soft_delete]
blocks:
  main:
    fields:
      sku: {type: text, required: true, unique: true, search: B}
      features: {type: multiselect, options: [new, used]}
---
format: 1
module: Purchase
plural: Purchases
title: number
blocks:
  main:
    fields:
      number: {type: autonumber, pattern: \"P-{0000}\"}
      customer: {type: relation, to: Customer, inverse: purchases, required: true, on_delete: cascade}
      products: {type: relation, to: Product, many: true, inverse: purchases}
      rival: {type: relation, to: Remark}
children:
  PurchaseLine:
    plural: PurchaseLines
    inverse: lines
    ordered: true
    title: what
    fields:
      what: {type: text}
---
format: 1
module: Remark
plural: Remarks
title: text
traits: [append_only]
blocks:
  main:
    fields:
      text: {type: longtext, required: true}
      record: {type: relation, to: [Customer, Purchase], inverse: remarks, required: true}
      purchase: {type: relation, to: Purchase, on_delete: restrict}
";

/// Purchases can be hidden, customers have a tier and a contact, some of what they had became wider.
const CHANGES: &[(&str, &str)] = &[
    ("name: {type: text, required: true, search: A}", "name: {type: text, search: A}"),
    ("unique: true, search: B", "unique: true, search: A"),
    ("options: [lead, won, lost]", "options: [lead, won, lost, dormant]"),
    ("rating: {type: integer}", "rating: {type: decimal, scale: 1}"),
    ("agent: {type: relation, to: User}", "agent: {type: relation, to: User, on_delete: restrict}"),
    ("since: {type: date, indexed: true}", "since: {type: date, indexed: true, required: true, default: 2026-01-01}"),
    ("vip: {type: boolean}", "vip: {type: boolean}\n      contact: {type: relation, to: User}"),
    ("parent:", "tier: {type: select, options: [gold, silver], required: true, default: silver}\n      parent:"),
    ("title: number\n", "title: number\ntraits: [soft_delete]\n"),
    ("required: true, on_delete: cascade", "required: true, on_delete: restrict"),
];

const STORE: &str = "---
format: 1
module: Store
plural: Stores
title: name
blocks: {main: {fields: {name: {type: text}}}}
";

pub(super) fn shop() -> Catalog {
    catalog(SHOP)
}

pub(super) fn grown_shop() -> Catalog {
    let grown = CHANGES.iter().fold(SHOP.to_owned(), |yaml, edit| replaced(&yaml, *edit));
    catalog(&(grown + STORE))
}

/// The shop after edits of its YAML.
pub(super) fn edited(edits: &[(&str, &str)]) -> Catalog {
    catalog(&edits.iter().fold(SHOP.to_owned(), |yaml, edit| replaced(&yaml, *edit)))
}

/// The shop without its last module, whose package says so.
pub(super) fn without_remarks(edits: &[(&str, &str)]) -> Catalog {
    let yaml = edits.iter().fold(SHOP.to_owned(), |yaml, edit| replaced(&yaml, *edit));
    let (kept, _) = yaml.split_once("---\nformat: 1\nmodule: Remark").expect("remarks are there");
    load("format: 1\nlabel: Shop\nversion: 1.0.0\nremoved: [Remark]\n", kept)
}

fn replaced(yaml: &str, (from, to): (&str, &str)) -> String {
    assert!(yaml.contains(from), "{from}");
    yaml.replacen(from, to, 1)
}

fn catalog(modules: &str) -> Catalog {
    load("format: 1\nlabel: Shop\nversion: 1.0.0\n", modules)
}

fn load(package: &str, modules: &str) -> Catalog {
    let mut sources = vec![Source::new("core/package.yaml", package)];
    for module in format!("{SYSTEM}{modules}").split("---\n") {
        let name = module.lines().find_map(|line| line.strip_prefix("module: ")).expect("every document has a name");
        sources.push(Source::new(format!("core/modules/{}.yaml", kontor_metadata::naming::snake(name)), module));
    }
    load_sources(sources).unwrap_or_else(|report| panic!("{report}")).catalog
}
