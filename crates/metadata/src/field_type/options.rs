use crate::model::{Choice, Origin, Text};
use crate::naming;
use crate::raw::{RawField, RawOption, RawText};
use crate::report::{Code, Sink};

/// The options of a picklist; nothing when there are none.
pub(super) fn read(raw: &RawField, sink: &mut Sink) -> Option<Vec<Choice>> {
    let Some(list) = &raw.options else {
        sink.at(raw.name.span, Code::MissingOptions, format!("picklist `{}` has no `options`", raw.name.value))
            .label("needs options")
            .help("for example `options: [open, won, lost]`");
        return None;
    };
    if list.value.is_empty() {
        sink.at(list.span, Code::EmptyOptions, format!("picklist `{}` has no options", raw.name.value))
            .label("nothing to choose from");
        return None;
    }
    let mut choices: Vec<Choice> = Vec::new();
    for option in &list.value {
        let choice = choice(option, sink);
        if let Some(same) = choices.iter().find(|c| c.gql == choice.gql) {
            let (problem, label) = if same.name == choice.name {
                (format!("option `{}` stands twice", choice.name), "second time")
            } else {
                let both = format!("options `{}` and `{}`", same.name, choice.name);
                (format!("{both} are both `{}` in GraphQL", choice.gql), "same GraphQL value")
            };
            sink.at(option.name.span, Code::DuplicateOption, problem).label(label);
        }
        choices.push(choice);
    }
    Some(choices)
}

fn choice(option: &RawOption, sink: &mut Sink) -> Choice {
    let name = &option.name.value;
    if !is_name(name) {
        sink.at(option.name.span, Code::OptionName, format!("`{name}` cannot be the name of an option"))
            .label("expected small letters, digits and _ + . -")
            .help(format!("write `{}: {{label: \"{name}\"}}`", proposal(name)));
    }
    if let Some(color) = &option.color
        && !is_color(&color.value)
    {
        sink.at(color.span, Code::BadValue, format!("`{}` is not a colour", color.value))
            .label("expected `#rrggbb`")
            .help("put it in quotes: an unquoted # begins a comment");
    }
    Choice {
        gql: naming::enum_value(name),
        label: option.label.as_ref().map_or_else(|| Text::plain(naming::label(name)), RawText::to_text),
        color: option.color.as_ref().map(|c| c.value.clone()),
        deprecated: option.deprecated,
        former: option.former.iter().map(|former| former.value.clone()).collect(),
        origin: Origin::default(),
        name: name.clone(),
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    bytes.next().is_some_and(lower) && name.len() <= 63 && bytes.all(|b| lower(b) || b"_+.-".contains(&b))
}

/// A name like the wrong one that would be right: `Cold Call` → `cold_call`.
fn proposal(name: &str) -> String {
    let mut out = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            c if c.is_ascii_alphanumeric() || "+.-".contains(c) => out.push(c),
            _ if !out.is_empty() && !out.ends_with('_') => out.push('_'),
            _ => {}
        }
    }
    let trimmed = out.trim_end_matches('_');
    if is_name(trimmed) { trimmed.to_owned() } else { "name".to_owned() }
}

/// `#rrggbb`.
pub(super) fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
}
