//! Names have the right form and length: modules PascalCase, everything in them snake_case.

use crate::draft::Set;
use crate::naming;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

/// Longest name of a field; leaves room for suffixes in derived names.
const LONGEST: usize = 40;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        let raw = draft.raw;
        module_name(&raw.name, "the name of a module", sink);
        if let Some(plural) = &raw.plural {
            module_name(plural, "the plural of a module", sink);
            if plural.value == raw.name.value {
                sink.at(plural.span, Code::ModuleName, format!("plural and name of {} are the same", raw.name.value))
                    .label("one record and many need different names")
                    .help("for example `EquipmentItems` for `Equipment`");
            }
        }
        for block in &raw.blocks {
            if let Some(name) = &block.name {
                snake_name(name, "a block", sink);
            }
        }
        for field in raw.fields() {
            snake_name(&field.name, "a field", sink);
            if let Some(inverse) = &field.inverse {
                snake_name(inverse, "an inverse", sink);
            }
        }
        if let Some(inverse) = &raw.inverse {
            snake_name(inverse, "an inverse", sink);
        }
        for rule in &raw.rules {
            snake_name(&rule.name, "a rule", sink);
        }
        for event in &raw.events {
            snake_name(&event.name, "an event", sink);
        }
    }
}

fn module_name(name: &Spanned<String>, what: &str, sink: &mut Sink) {
    let text = &name.value;
    if !is_pascal(text) {
        let proposal = naming::pascal(&words(text));
        let problem = sink.at(name.span, Code::ModuleName, format!("`{text}` cannot be {what}"));
        problem.label("expected PascalCase, letters and digits");
        if is_pascal(&proposal) {
            problem.help(format!("did you mean `{proposal}`?")).rename_to(text, &proposal);
        }
    } else if text.len() > LONGEST {
        too_long(name, what, sink);
    }
}

fn snake_name(name: &Spanned<String>, what: &str, sink: &mut Sink) {
    let text = &name.value;
    if !is_snake(text) {
        let proposal = words(text);
        let problem = sink.at(name.span, Code::SnakeCase, format!("`{text}` cannot be the name of {what}"));
        problem.label("expected snake_case");
        if is_snake(&proposal) {
            problem.help(format!("did you mean `{proposal}`?")).rename_to(text, &proposal);
        }
    } else if text.len() > LONGEST {
        too_long(name, &format!("the name of {what}"), sink);
    }
}

fn too_long(name: &Spanned<String>, what: &str, sink: &mut Sink) {
    let length = name.value.len();
    sink.at(name.span, Code::NameTooLong, format!("`{}` is too long for {what}", name.value))
        .label(format!("{length} characters; {LONGEST} are allowed"))
        .help("a label may be as long as it likes");
}

/// Any way of joining words → snake_case.
fn words(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let snake = naming::snake(&spaced);
    snake.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

fn is_pascal(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// `expected_close_date`: small letters, digits and single underscores, beginning with a letter.
pub(crate) fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !name.ends_with('_')
        && !name.contains("__")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert!(is_pascal("OpportunityLineItem") && is_pascal("Q2") && !is_pascal("account") && !is_pascal("A_B"));
        assert!(
            is_snake("address_line1") && !is_snake("Name") && !is_snake("_a") && !is_snake("a__b") && !is_snake("1a")
        );
        assert_eq!(words("firstName"), "first_name");
        assert_eq!(words("Due-Date"), "due_date");
    }
}
