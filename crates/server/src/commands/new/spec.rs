//! Fields as they are given on the command line.

use super::yaml::scalar;
use crate::failure::Failure;
use kontor_metadata::{
    model::{Catalog, Module},
    naming, similar,
};

/// Types that need nothing else to be said.
const TYPES: [&str; 20] = [
    "text",
    "longtext",
    "integer",
    "decimal",
    "percent",
    "money",
    "float",
    "boolean",
    "date",
    "time",
    "datetime",
    "email",
    "phone",
    "url",
    "color",
    "currency",
    "country",
    "recurrence",
    "json",
    "autonumber",
];

/// The module that fields are for.
pub(super) struct Of<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) package: &'a str,
    pub(super) module: &'a str,
    pub(super) plural: &'a str,
}

/// `name:type` → the name, and a line of YAML without its indentation: `name: {type: text}`.
pub(super) fn parse(of: &Of<'_>, given: &str) -> Result<(String, String), Failure> {
    let Some((name, ty)) = given.split_once(':') else {
        return Err(Failure::new(format!("`{given}` is not a field"))
            .help("write name:type, name:Module for a relation, name:a|b for a picklist"));
    };
    let line = line(of, name.trim(), ty.trim(), None)?;
    Ok((name.trim().to_owned(), line))
}

/// The line of a field.
pub(super) fn line(of: &Of<'_>, name: &str, ty: &str, label: Option<&str>) -> Result<String, Failure> {
    let (ty, required) = ty.strip_suffix('!').map_or((ty, false), |ty| (ty, true));
    let mut keys = vec![value(of, name, ty)?];
    if required {
        keys.push("required: true".to_owned());
    }
    keys.extend(label.map(|label| format!("label: {label}")));
    Ok(format!("{name}: {{{}}}", keys.join(", ")))
}

fn value(of: &Of<'_>, name: &str, ty: &str) -> Result<String, Failure> {
    if ty.contains('|') {
        let options: Vec<String> = ty.split('|').map(|option| scalar(option.trim())).collect();
        return Ok(format!("type: select, options: [{}]", options.join(", ")));
    }
    if let Some(to) = of.catalog.find(ty) {
        return Ok(format!("type: relation, to: {ty}, inverse: {}", inverse(of, to, name)));
    }
    match ty {
        _ if ty == of.module => Ok(format!("type: relation, to: {ty}")),
        "autonumber" => Ok(format!("type: autonumber, pattern: \"{}-{{YYYY}}-{{00000}}\"", initial(of.module))),
        _ if TYPES.contains(&ty) => Ok(format!("type: {ty}")),
        _ => {
            let names = TYPES.into_iter().chain(of.catalog.modules.iter().map(|module| module.name.as_str()));
            let failure = Failure::new(format!("`{ty}` is neither a type nor a module"));
            Err(failure.help(match similar(ty, names) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the types are {}; a|b is a picklist", TYPES.join(", ")),
            }))
        }
    }
}

/// A name for the connection back that the other module has not yet.
fn inverse(of: &Of<'_>, to: &Module, name: &str) -> String {
    let plain = naming::snake(of.plural);
    let taken = |name: &str| {
        let gql = naming::camel(name);
        to.fields.iter().any(|field| field.gql == gql) || to.connections.iter().any(|connection| connection.gql == gql)
    };
    let tries = [plain.clone(), format!("{name}_{plain}"), format!("{}_{name}_{plain}", of.package)];
    tries.iter().find(|name| !taken(name)).unwrap_or(&tries[2]).clone()
}

/// The English plural of a name, as the rule has it: Vehicle → Vehicles, Company → Companies.
pub(super) fn plural(name: &str) -> String {
    let vowel = |c: char| "aeiou".contains(c);
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(vowel) => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| name.ends_with(end)) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

fn initial(module: &str) -> char {
    module.chars().next().unwrap_or('N')
}
