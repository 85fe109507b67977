use super::{file, words::Words};
use crate::wording::{holds, properties, rights};
use kontor_metadata::{
    model::{Catalog, Field, Module, Trait},
    naming,
};

/// Every module of every package, with its page.
pub(super) fn index(catalog: &Catalog, language: &str, words: &Words) -> String {
    let mut out = format!("# {}\n", words.modules);
    for (at, package) in catalog.packages.iter().enumerate() {
        let modules: Vec<&Module> = catalog.modules.iter().filter(|module| module.package == at).collect();
        if modules.is_empty() {
            continue;
        }
        out.push_str(&format!("\n## {} `{}` {}\n\n", cell(package.label.get(language)), package.name, package.version));
        out.push_str(&format!("| {} | | {} |\n|-|-|-|\n", words.module, words.purpose));
        for module in modules {
            let label = cell(module.label.get(language));
            let help = cell(module.help.get(language));
            out.push_str(&format!("| [{label}]({}) | `{}` | {help} |\n", file(&module.name), module.name));
        }
    }
    out
}

/// All about a module.
pub(super) fn module(catalog: &Catalog, module: &Module, language: &str, words: &Words) -> String {
    let text = |text: &kontor_metadata::model::Text| cell(text.get(language));
    let mut out = format!("# {}\n\n", text(&module.label));
    if !module.help.is_empty() {
        out.push_str(&format!("{}\n\n", text(&module.help)));
    }
    let traits: Vec<String> =
        Trait::ALL.into_iter().filter(|t| module.has(*t)).map(|t| format!("`{}`", t.name())).collect();
    out.push_str(&format!(
        "`{}`, GraphQL `{}`, `{}`. {}\n",
        module.name,
        module.gql_one,
        module.gql_many,
        traits.join(" ")
    ));
    for block in &module.blocks {
        let fields: Vec<&Field> = block.fields.iter().map(|id| module.field(*id)).collect();
        out.push_str(&format!("\n## {}\n\n", text(&block.label)));
        out.push_str(&table(catalog, module, &fields, language, words));
    }
    let implied: Vec<&Field> = module.fields.iter().filter(|field| field.origin.line == 0).collect();
    out.push_str(&format!("\n## {}\n\n", words.platform));
    out.push_str(&table(catalog, module, &implied, language, words));
    options(module, language, words, &mut out);
    section(
        &mut out,
        words.connections,
        &["GraphQL", words.label, words.module],
        module.connections.iter().map(|c| {
            let names = c.targets.iter().map(|id| catalog.module(*id));
            let links: Vec<String> = names.map(|to| format!("[{}]({})", text(&to.label), file(&to.name))).collect();
            vec![format!("`{}`", c.gql), text(&c.label), links.join(", ")]
        }),
    );
    section(
        &mut out,
        words.rules,
        &["", words.condition, words.message],
        module.rules.iter().map(|rule| vec![format!("`{}`", rule.name), code(&rule.check.source), text(&rule.message)]),
    );
    section(
        &mut out,
        words.rights,
        &[words.role, words.may],
        module.access.iter().map(|access| vec![format!("`{}`", access.role), rights(&access.levels)]),
    );
    views(module, words, &mut out);
    section(
        &mut out,
        words.events,
        &["", ""],
        module.events.iter().map(|event| vec![format!("`{}`", event.name), code(&event.when.source)]),
    );
    out
}

fn table(catalog: &Catalog, module: &Module, fields: &[&Field], language: &str, words: &Words) -> String {
    let mut out = format!("| {} | GraphQL | {} | {} |\n|-|-|-|-|\n", words.label, words.holds, words.meaning);
    for field in fields.iter().filter(|field| !field.secret) {
        let mut about: Vec<String> = properties(module, field).iter().map(|word| plain(word)).collect();
        if !field.access.is_empty() {
            let roles: Vec<String> = field.access.iter().map(|access| format!("`{}`", access.role)).collect();
            about.push(format!("{}: {}", words.limited, roles.join(", ")));
        }
        if field.package != module.package {
            about.push(format!("{} `{}`", words.added_by, catalog.packages[field.package].name));
        }
        let help = field.help.get(language);
        let help = if help.is_empty() { String::new() } else { format!("{}. ", cell(help)) };
        let holds = if field.choices().is_some() { field.ty.name().to_owned() } else { cell(&holds(catalog, field)) };
        let label = cell(field.label.get(language));
        out.push_str(&format!("| {label} | `{}` | {holds} | {help}{} |\n", field.gql, about.join("; ")));
    }
    out
}

fn options(module: &Module, language: &str, words: &Words, out: &mut String) {
    let picklists = module.fields.iter().filter_map(|field| Some((field, field.choices()?)));
    let rows = picklists.flat_map(|(field, choices)| {
        choices.iter().map(|choice| {
            vec![format!("`{}`", field.gql), format!("`{}`", choice.gql), cell(choice.label.get(language))]
        })
    });
    section(out, words.options, &[words.field, "GraphQL", words.label], rows);
}

fn views(module: &Module, words: &Words, out: &mut String) {
    let camel =
        |names: &[String]| names.iter().map(|n| format!("`{}`", naming::camel(n))).collect::<Vec<_>>().join(", ");
    let list = (!module.views.list.is_empty()).then(|| vec![words.list.to_owned(), camel(&module.views.list)]);
    let board = module.views.board_by.map(|by| vec![words.board.to_owned(), format!("`{}`", module.field(by).gql)]);
    section(out, words.views, &["", ""], list.into_iter().chain(board));
}

/// A titled table; nothing without rows.
fn section(out: &mut String, title: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let rows: Vec<String> = rows.map(|row| format!("| {} |\n", row.join(" | "))).collect();
    if !rows.is_empty() {
        out.push_str(&format!(
            "\n## {title}\n\n| {} |\n|{}\n{}",
            head.join(" | "),
            "-|".repeat(head.len()),
            rows.concat()
        ));
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}

/// An expression in a cell.
fn code(source: &str) -> String {
    format!("`{}`", source.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|"))
}

/// A property: what follows `=`, `where` or `when` is an expression.
fn plain(word: &str) -> String {
    for lead in ["= ", "where ", "required when ", "visible when "] {
        if let Some(expression) = word.strip_prefix(lead) {
            return format!("{lead}{}", code(expression));
        }
    }
    cell(word)
}
