//! What stands where: from a name to where it is given, and every place of a name.

#![expect(clippy::unwrap_used, reason = "what fails in a test may fail loudly")]

use kontor_metadata::{
    Source, Sources, load_sources,
    places::{Extent, Place, Places, Subject},
};
use std::path::Path;

const PACKAGE: &str = "format: 1\npackage: shop\nversion: 1.0.0\n";

const CLIENT: &str = r#"format: 1
module: Client
plural: Clients
title: name
blocks:
  client:
    fields:
      name: {type: text, required: true, label: {en: Name of the client}}
      status:
        type: select
        default: open
        options:
          open: {label: {en: Still open}}
          closed:
          lost: Lost
        flow: {open: [closed], closed: []}
      closed_at: {type: date, required: "status == 'closed'"}
      total: {type: money, rollup: {sum: purchases.value, where: "state != 'void'"}}
rules:
  dated: {check: "closed_at == null || status in ['closed', 'lost']", at: "closed_at"}
views:
  list: [name, status]
indexes: [[status, closed_at]]
"#;

const PURCHASE: &str = r#"format: 1
module: Purchase
plural: Purchases
title: number
blocks:
  purchase:
    fields:
      number: {type: text}
      client:
        type: relation
        to: Client
        inverse: purchases
        where: "status == 'open' && name != record.number"
      value: {type: money}
      state:
        type: select
        options: [open, void]
      client_status: {type: text, compute: "client.status"}
children:
  PurchaseLine:
    plural: PurchaseLines
    title: amount
    fields:
      amount: {type: money}
events:
  voided: "changed(state) && state == 'void'"
"#;

fn shop() -> Vec<Source> {
    vec![
        Source::new("shop/modules/client.yaml", CLIENT),
        Source::new("shop/modules/purchase.yaml", PURCHASE),
        Source::new("shop/package.yaml", PACKAGE),
    ]
}

fn folders(names: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    Sources::read(&names.iter().map(|name| root.join(name)).collect::<Vec<_>>()).files().to_vec()
}

/// What stands in a range.
fn text(source: &Source, extent: &Extent) -> String {
    assert_eq!(extent.line, extent.end_line, "{extent:?}");
    let line = source.text.lines().nth(extent.line as usize - 1).unwrap();
    line.chars().skip(extent.column as usize - 1).take((extent.end_column - extent.column) as usize).collect()
}

/// The place in the middle of which `¦` stands, when it is put into a file behind some text that is there once.
fn place<'p>(places: &'p Places, sources: &[Source], file: usize, before: &str) -> &'p Place {
    let at = sources[file].text.find(before).unwrap_or_else(|| panic!("no {before}")) + before.len();
    let lines: Vec<&str> = sources[file].text[..at].split('\n').collect();
    let column = lines.last().unwrap().chars().count() + 1;
    let found = places.at(file, u32::try_from(lines.len()).unwrap(), u32::try_from(column).unwrap());
    found.unwrap_or_else(|| panic!("nothing behind {before}"))
}

fn field(module: &str, name: &str) -> Subject {
    Subject::Field(module.to_owned(), name.to_owned())
}

fn choice(module: &str, field: &str, name: &str) -> Subject {
    Subject::Choice(module.to_owned(), field.to_owned(), name.to_owned())
}

#[test]
fn every_kind_of_reference_is_understood() {
    let sources = shop();
    assert!(load_sources(sources.clone()).is_ok());
    let places = Places::of(&sources);
    for (file, before, subject) in [
        (0, "required: \"sta", field("Client", "status")),
        (0, "status == 'cl", choice("Client", "status", "closed")),
        (0, "flow: {op", choice("Client", "status", "open")),
        (0, "flow: {open: [cl", choice("Client", "status", "closed")),
        (0, "default: op", choice("Client", "status", "open")),
        (0, "sum: purch", Subject::Connection("Client".to_owned(), "purchases".to_owned())),
        (0, "purchases.va", field("Purchase", "value")),
        (0, "where: \"sta", field("Purchase", "state")),
        (0, "state != 'vo", choice("Purchase", "state", "void")),
        (0, "check: \"clos", field("Client", "closed_at")),
        (0, "in ['closed', 'lo", choice("Client", "status", "lost")),
        (0, "at: \"clo", field("Client", "closed_at")),
        (0, "list: [name, st", field("Client", "status")),
        (0, "[[status, clo", field("Client", "closed_at")),
        (0, "title: na", field("Client", "name")),
        (0, "type: sel", Subject::Type("select".to_owned())),
        (0, "          type", Subject::Key("field", "type")),
        (1, "to: Cl", Subject::Module("Client".to_owned())),
        (1, "where: \"sta", field("Client", "status")),
        (1, "where: \"status == 'op", choice("Client", "status", "open")),
        (1, "record.nu", field("Purchase", "number")),
        (1, "compute: \"cli", field("Purchase", "client")),
        (1, "compute: \"client.sta", field("Client", "status")),
        (1, "changed(sta", field("Purchase", "state")),
        (1, "inverse: pur", Subject::Connection("Client".to_owned(), "purchases".to_owned())),
    ] {
        // The indented key is that of the first field that has one in a line of its own.
        let before = before.strip_prefix("          type").map_or(before, |_| "status:\n        ty");
        assert_eq!(place(&places, &sources, file, before).subject, subject, "behind {before}");
    }
}

#[test]
fn a_name_leads_to_where_it_is_given() {
    let sources = shop();
    let places = Places::of(&sources);
    for (subject, line) in [
        (Subject::Module("Client".to_owned()), "module: Client"),
        (Subject::Module("PurchaseLine".to_owned()), "PurchaseLine:"),
        (field("Client", "closed_at"), "closed_at: {type: date, required: \"status == 'closed'\"}"),
        (field("PurchaseLine", "amount"), "amount: {type: money}"),
        (choice("Client", "status", "closed"), "closed:"),
        (Subject::Connection("Client".to_owned(), "purchases".to_owned()), "inverse: purchases"),
    ] {
        let given = places.definition(&subject).unwrap_or_else(|| panic!("{subject:?}"));
        let found = sources[given.file].text.lines().nth(given.extent.line as usize - 1).unwrap();
        assert_eq!(found.trim(), line);
    }
    // Nobody wrote it.
    assert!(places.definition(&field("Client", "created_at")).is_none());
    assert!(places.tell(&field("Client", "created_at")).unwrap().contains("Nobody wrote it"));
    let told = places.tell(&field("Purchase", "client")).unwrap();
    assert!(told.starts_with("**Purchase.client**: relation to Client"), "{told}");
    assert!(places.tell(&field("Client", "name")).unwrap().contains("Name of the client"));
    assert!(places.tell(&Subject::Key("field", "rollup")).unwrap().contains("sums up the records"));
}

#[test]
fn places_are_exact_in_all_that_is_shipped() {
    let sources = folders(&["config/packages", "examples/packages", "tests/packages"]);
    let places = Places::of(&sources);
    let mut count = 0;
    for (file, source) in sources.iter().enumerate() {
        let lines = u32::try_from(source.text.lines().count()).unwrap();
        for line in 1..=lines {
            let width = source.text.lines().nth(line as usize - 1).unwrap().chars().count();
            for column in 1..=u32::try_from(width).unwrap() {
                let Some(place) = places.at(file, line, column) else { continue };
                let name = match &place.subject {
                    Subject::Module(name)
                    | Subject::Field(_, name)
                    | Subject::Choice(_, _, name)
                    | Subject::Connection(_, name)
                    | Subject::Type(name) => name.as_str(),
                    Subject::Key(_, name) => name,
                };
                assert_eq!(text(source, &place.extent), name, "{}:{line}:{column}", source.path.display());
                count += 1;
            }
        }
    }
    assert!(count > 10_000, "{count}");
}

/// Gives something another name in every place, and writes the former one down.
fn rename(sources: &[Source], places: &Places, subject: &Subject, old: &str, new: &str) -> Vec<Source> {
    let defined = places.definition(subject).unwrap();
    let former = defined.former.as_ref().unwrap();
    let mut edits: Vec<(usize, Extent, String)> =
        places.all(subject).map(|place| (place.file, place.extent, new.to_owned())).collect();
    edits.push((defined.file, former.at, format!("{}{old}{}", former.before, former.behind)));
    // From behind, so that those before stay where they are.
    edits.sort_by_key(|(file, extent, _)| std::cmp::Reverse((*file, extent.line, extent.column, extent.end_column)));
    let mut renamed = sources.to_vec();
    for (file, extent, text) in edits {
        let place = |line: u32, column: u32| {
            let source: &str = &renamed[file].text;
            let start: usize = source.split_inclusive('\n').take(line as usize - 1).map(str::len).sum();
            let within =
                source[start..].char_indices().nth(column as usize - 1).map_or(source.len() - start, |(at, _)| at);
            start + within
        };
        let (from, to) = (place(extent.line, extent.column), place(extent.end_line, extent.end_column));
        renamed[file].text.replace_range(from..to, &text);
    }
    renamed
}

#[test]
fn what_is_renamed_everywhere_is_still_right() {
    let sources = shop();
    let places = Places::of(&sources);
    let subjects = (0..sources.len()).flat_map(|file| places.described(file));
    let mut count = 0;
    for place in subjects.filter(|place| !matches!(place.subject, Subject::Connection(..))) {
        let (old, new) = match &place.subject {
            Subject::Module(name) => (name, format!("{name}Other")),
            Subject::Field(_, name) | Subject::Choice(_, _, name) => (name, format!("{name}_other")),
            _ => continue,
        };
        // The options of a list have nowhere to keep a former name.
        if matches!(&place.subject, Subject::Choice(module, _, _) if module == "Purchase") {
            assert_eq!(place.former, None);
            continue;
        }
        let mut renamed = rename(&sources, &places, &place.subject, old, &new);
        if let Subject::Module(name) = &place.subject
            && name != "PurchaseLine"
        {
            let path = renamed[place.file].path.with_file_name(format!("{}_other.yaml", name.to_lowercase()));
            renamed[place.file].path = path;
        }
        let all: String = renamed.iter().map(|source| source.text.as_str()).collect();
        assert!(all.contains(&format!("renamed_from: {old}")), "{all}");
        if let Err(report) = load_sources(renamed) {
            panic!("{old}: {}\n{all}", report.render_text(false));
        }
        count += 1;
    }
    assert!(count > 12, "{count}");
}
