use crate::wording::{holds, place, properties, rights, via};
use kontor_metadata::model::{Catalog, Field, Module, Origin, Trait};

/// Where the places begin.
const COLUMN: usize = 64;

/// The module for people: each line with the place where it is written, at its end.
pub(super) fn describe(catalog: &Catalog, module: &Module) -> String {
    let mut out = Lines::default();
    out.line(0, &format!("{} / {}", module.name, module.plural), &module.origin);
    let key = |name: &str| module.written.iter().find(|(key, _)| key == name).map(|(_, origin)| origin);
    let nowhere = Origin::default();
    let mut about = |name: &str, value: &str| {
        if !value.is_empty() {
            out.line(1, &format!("{name:<10} {value}"), key(name).unwrap_or(&nowhere));
        }
    };
    about("label", &module.label.iter().map(|(tag, text)| format!("{tag}: {text}")).collect::<Vec<_>>().join(", "));
    about("package", &catalog.packages[module.package].name);
    about("table", &module.table);
    about("graphql", &format!("{}, {}", module.gql_one, module.gql_many));
    about("title", &module.field(module.title).name);
    let traits: Vec<&str> = Trait::ALL.into_iter().filter(|t| module.has(*t)).map(Trait::name).collect();
    about("traits", &traits.join(", "));
    about("views", &module.views.list.join(", "));
    for block in &module.blocks {
        out.section(&format!("block {}", block.name), &block.origin);
        block.fields.iter().for_each(|id| field(catalog, module, module.field(*id), &mut out));
    }
    let implied: Vec<&Field> = module.fields.iter().filter(|field| field.origin.line == 0).collect();
    out.section("by itself", &nowhere);
    implied.into_iter().for_each(|implied| field(catalog, module, implied, &mut out));
    if !module.connections.is_empty() {
        out.section("connections", &nowhere);
    }
    for connection in &module.connections {
        let targets: Vec<&str> = connection.targets.iter().map(|id| catalog.module(*id).name.as_str()).collect();
        let via = via(catalog, &connection.targets, &connection.via);
        out.line(1, &format!("{}: {} {via}", connection.name, targets.join(", ")), &nowhere);
    }
    for (at, rule) in module.rules.iter().enumerate() {
        out.section_once(at, "rules");
        out.line(1, &format!("{}: {}", rule.name, rule.check.source), &rule.origin);
    }
    for (at, event) in module.events.iter().enumerate() {
        out.section_once(at, "events");
        out.line(1, &format!("{}: {}", event.name, event.when.source), &event.origin);
    }
    for (at, access) in module.access.iter().enumerate() {
        out.section_once(at, "access");
        out.line(1, &format!("{}: {}", access.role, rights(&access.levels)), &access.origin);
    }
    for (at, index) in module.indexes.iter().enumerate() {
        out.section_once(at, "indexes");
        let fields: Vec<&str> = index.fields.iter().map(|id| module.field(*id).name.as_str()).collect();
        let unique = if index.unique { "unique " } else { "" };
        out.line(1, &format!("{unique}{}", fields.join(", ")), &nowhere);
    }
    out.0
}

/// A field, with the options and keys that stand in another file than the field itself.
fn field(catalog: &Catalog, module: &Module, field: &Field, out: &mut Lines) {
    let mut words = vec![holds(catalog, field)];
    words.extend(properties(module, field));
    out.line(1, &format!("{}: {}", field.name, words.join(", ")), &field.origin);
    let elsewhere = |origin: &&Origin| origin.line > 0 && origin.file != field.origin.file;
    for choice in field.choices().unwrap_or_default() {
        if elsewhere(&&choice.origin) {
            out.line(2, &format!("option {}", choice.name), &choice.origin);
        }
    }
    for (key, origin) in field.written.iter().filter(|(_, origin)| elsewhere(&origin)) {
        out.line(2, key, origin);
    }
    for access in &field.access {
        out.line(2, &format!("access {}: {}", access.role, rights(&access.levels)), &access.origin);
    }
}

/// Lines with places.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, depth: usize, text: &str, origin: &Origin) {
        let text = format!("{}{text}", "  ".repeat(depth));
        let place = place(origin);
        let line = match place.as_str() {
            "" => text,
            place if text.chars().count() < COLUMN => format!("{text:<COLUMN$} {place}"),
            place => format!("{text}\n{:<COLUMN$} {place}", ""),
        };
        self.0.push_str(&line);
        self.0.push('\n');
    }

    fn section(&mut self, title: &str, origin: &Origin) {
        self.0.push('\n');
        self.line(0, title, origin);
    }

    /// The title before the first of something.
    fn section_once(&mut self, at: usize, title: &str) {
        if at == 0 {
            self.section(title, &Origin::default());
        }
    }
}
