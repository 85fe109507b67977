//! Fields in words, as an author would write them; for descriptions and documentation.

use kontor_domain::range;
use kontor_metadata::model::{
    Action, Catalog, Field, FieldType, Level, Literal, Module, ModuleId, Origin, Rollup, Via,
};

/// What a field holds: `text`, `relation to Account`, `select: open, won, lost`.
pub(crate) fn holds(catalog: &Catalog, field: &Field) -> String {
    let name = field.ty.name();
    match &field.ty {
        FieldType::Relation { to, .. } => format!("{name} to {}", catalog.module(*to).name),
        FieldType::Many { to, .. } => format!("{name} to many {}", catalog.module(*to).plural),
        FieldType::Polymorphic { to } => format!("{name} to {}", any_of(catalog, to)),
        FieldType::Select { options } | FieldType::MultiSelect { options } => {
            format!("{name}: {}", options.iter().map(|option| option.name.as_str()).collect::<Vec<_>>().join(", "))
        }
        FieldType::Autonumber { pattern } => format!("{name} {pattern}"),
        FieldType::Decimal { scale, .. } => format!("{name}, {scale} digits"),
        _ => name.to_owned(),
    }
}

fn any_of(catalog: &Catalog, modules: &[ModuleId]) -> String {
    match modules {
        [first, second, third, _, ..] => {
            let names = [first, second, third].map(|id| catalog.module(*id).name.as_str());
            format!("{} or {} more", names.join(", "), modules.len() - 3)
        }
        _ => modules.iter().map(|id| catalog.module(*id).name.as_str()).collect::<Vec<_>>().join(" or "),
    }
}

/// What else there is to say about its values: `required`, `unique`, `= amount * 2`.
pub(crate) fn properties(module: &Module, field: &Field) -> Vec<String> {
    let logic = &field.logic;
    let mut found: Vec<String> = [
        (field.required, "required"),
        (field.unique, "unique"),
        (field.indexed && !field.unique, "indexed"),
        (field.immutable && !field.generated, "immutable"),
        (field.secret, "secret"),
        (field.personal, "personal"),
    ]
    .into_iter()
    .filter(|(is, _)| *is)
    .map(|(_, word)| word.to_owned())
    .collect();
    let limited = |word: &str, limit: Option<String>| limit.map(|limit| format!("{word} {limit}"));
    if !matches!(field.ty, FieldType::Text { .. } | FieldType::LongText { .. }) {
        let (min, max) = range::told(&field.ty);
        found.extend(limited("min", min).into_iter().chain(limited("max", max)));
    }
    if matches!(field.ty, FieldType::Json { schema: Some(_) }) {
        found.push("with a schema".to_owned());
    }
    found.extend(field.search.map(|weight| format!("search {}", weight.letter())));
    found.extend(field.default.as_ref().map(|default| format!("default {}", literal(field, default))));
    found.extend(logic.compute.as_ref().map(|formula| format!("= {}", formula.source)));
    found.extend(logic.rollup.as_ref().map(rollup));
    found.extend(logic.copy_from.as_ref().map(|(relation, field)| format!("copied from {relation}.{field}")));
    if !logic.touch.is_empty() {
        let names: Vec<&str> = logic.touch.iter().map(|id| module.field(*id).name.as_str()).collect();
        found.push(format!("set when {} changes", names.join(", ")));
    }
    found.extend(logic.required.as_ref().map(|formula| format!("required when {}", formula.source)));
    found.extend(logic.visible.as_ref().map(|formula| format!("visible when {}", formula.source)));
    found.extend(logic.condition.as_ref().map(|formula| format!("where {}", formula.source)));
    found.extend(field.deprecated.as_ref().map(|why| format!("deprecated: {why}")));
    found
}

fn rollup(rollup: &Rollup) -> String {
    let over = rollup.field.as_ref().map_or_else(String::new, |field| format!(".{field}"));
    let condition = rollup.condition.as_ref().map_or_else(String::new, |c| format!(" where {}", c.source));
    format!("{} of {}{over}{condition}", rollup.function, rollup.connection)
}

fn literal(field: &Field, literal: &Literal) -> String {
    match literal {
        Literal::Text(text) | Literal::Json(text) => text.clone(),
        Literal::Integer(number) => number.to_string(),
        Literal::Scaled(units) => {
            let FieldType::Decimal { scale, .. } = field.ty else { return units.to_string() };
            let digits = usize::from(scale);
            let text = format!("{:0>width$}", units.unsigned_abs(), width = digits + 1);
            let sign = if *units < 0 { "-" } else { "" };
            let (whole, fraction) = text.split_at(text.len() - digits);
            if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
        }
        Literal::Float(number) => number.to_string(),
        Literal::Boolean(is) => is.to_string(),
        Literal::List(options) => options.join(", "),
    }
}

/// What a role may do: `read all, create all, update own`; `nothing`.
pub(crate) fn rights(levels: &[Level; Action::ALL.len()]) -> String {
    let granted = Action::ALL.into_iter().zip(levels).filter(|(_, level)| **level != Level::None);
    let words: Vec<String> =
        granted.map(|(action, level)| format!("{} {}", action.name(), self::level(*level))).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// `own`, `team`, `all` or `none`.
pub(crate) fn level(level: Level) -> &'static str {
    match level {
        Level::None => "none",
        Level::Own => "own",
        Level::Team => "team",
        Level::All => "all",
    }
}

/// How the records of a connection are found.
pub(crate) fn via(catalog: &Catalog, targets: &[ModuleId], via: &Via) -> String {
    match via {
        Via::ForeignKey { field } | Via::Polymorphic { field } => {
            let target = catalog.module(targets[0]);
            format!("by {}.{}", target.name, target.field(*field).name)
        }
        Via::Junction { table, .. } => format!("through {table}"),
    }
}

/// `core/modules/account.yaml:12`; empty for what nobody wrote.
pub(crate) fn place(origin: &Origin) -> String {
    if origin.line == 0 { String::new() } else { format!("{}:{}", origin.file.display(), origin.line) }
}

/// The module of this name.
pub(crate) fn module<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Module, crate::failure::Failure> {
    let found = catalog.modules.iter().find(|module| module.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let names = catalog.modules.iter().map(|module| module.name.as_str());
        let failure = crate::failure::Failure::new(format!("there is no module {name}"));
        match kontor_metadata::similar(name, names) {
            Some(near) => failure.help(format!("did you mean {near}?")),
            None => failure.help("`kontor erd` shows them all"),
        }
    })
}
