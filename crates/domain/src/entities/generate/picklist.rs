//! Picklists as Rust enums.

use super::docs;
use kontor_metadata::{
    model::{Field, FieldType, Module, Text},
    naming,
};
use std::fmt::Write;

/// The enum of a picklist field, named as in the API (`AccountTier`); nothing for other fields.
pub(super) fn definition(module: &Module, field: &Field) -> String {
    let FieldType::Select { options } = &field.ty else { return String::new() };
    let mut source = String::from("\n");
    source += &docs::lines("/// ", &docs::sentence(&field.label, &field.help));
    source += "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]\n";
    source += "#[sea_orm(rs_type = \"String\", db_type = \"Text\")]\n";
    let _ = writeln!(source, "pub enum {} {{", naming::enum_type(&module.name, &field.name));
    let names: Vec<_> = options.iter().map(|option| option.name.as_str()).collect();
    for (option, variant) in options.iter().zip(variants(&names)) {
        source += &docs::lines("    /// ", &docs::sentence(&option.label, &Text::default()));
        let _ = writeln!(source, "    #[sea_orm(string_value = \"{}\")]\n    {variant},", option.name);
    }
    source + "}\n"
}

/// A variant for each option, all different.
fn variants(options: &[&str]) -> Vec<String> {
    let mut variants: Vec<String> = Vec::new();
    for option in options {
        let mut name = variant(option);
        while variants.contains(&name) {
            name.push('X');
        }
        variants.push(name);
    }
    variants
}

/// `cold_call` → `ColdCall`, `1-10` → `N1To10`, `5001+` → `N5001Plus`.
fn variant(option: &str) -> String {
    let mut name = String::new();
    let mut before = '_';
    for c in option.chars() {
        match c {
            '+' => name += "Plus",
            c if c.is_ascii_alphanumeric() => {
                if before == '-' && c.is_ascii_digit() && name.ends_with(|end: char| end.is_ascii_digit()) {
                    name += "To";
                }
                let first = !before.is_ascii_alphanumeric();
                name.push(if first { c.to_ascii_uppercase() } else { c });
            }
            _ => {}
        }
        before = c;
    }
    // `Self` is no name for a variant either.
    if name.starts_with(|first: char| first.is_ascii_digit()) || name == "Self" { format!("N{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_variants() {
        let names = ["cold_call", "1-10", "5001+", "a_1", "a1", "self"];
        assert_eq!(variants(&names), ["ColdCall", "N1To10", "N5001Plus", "A1", "A1X", "NSelf"]);
    }
}
