use crate::{
    draft::{Draft, DraftField, DraftType, From, Set},
    field_type::TypeName,
    format::{Thing, type_help},
    raw::RawText,
};

/// A key of something.
pub(super) fn key(thing: &str, name: &str) -> Option<String> {
    let thing = Thing::ALL.into_iter().find(|known| known.name() == thing)?;
    let key = thing.keys().into_iter().find(|key| key.name == name)?;
    let needed = if key.required { " (needed)" } else { "" };
    let mut text = format!("**{name}**{needed}\n\n{}", key.help);
    if !key.example.is_empty() {
        text.push_str(&format!("\n\n```yaml\n{name}: {}\n```", key.example));
    }
    Some(text)
}

/// A type of field.
pub(super) fn type_of_field(name: &str) -> Option<String> {
    TypeName::parse(name).map(|_| format!("**{name}**\n\n{}", type_help(name)))
}

/// A module.
pub(super) fn module(set: &Set<'_>, draft: &Draft<'_>) -> String {
    let package = set.packages.get(draft.package).map_or("", |package| package.name.as_str());
    let mut text = format!("**{}**, a module of the package `{package}`", draft.name());
    say(&mut text, draft.raw.label.as_ref(), draft.raw.help.as_ref());
    text
}

/// A field of a module.
pub(super) fn field(set: &Set<'_>, draft: &Draft<'_>, field: &DraftField<'_>) -> String {
    let ty = match (&field.ty, &field.from) {
        (DraftType::One(to), _) => format!("relation to {}", set.drafts[*to].name()),
        (DraftType::Many { to, .. }, _) => format!("relation to many {}", set.drafts[*to].name()),
        (DraftType::AnyOf(to), _) => {
            let names: Vec<_> = to.iter().map(|to| set.drafts[*to].name()).collect();
            format!("relation to one of {}", names.join(", "))
        }
        (_, From::Author(_, raw)) => raw.ty.as_ref().map_or_else(String::new, |ty| ty.value.clone()),
        (DraftType::Scalar(ty), From::Implied(_)) => ty.name().to_owned(),
        (DraftType::Unknown, From::Implied(_)) => String::new(),
    };
    let mut text = format!("**{}.{}**: {ty}", draft.name(), field.name);
    if field.is_required() {
        text.push_str(", required");
    }
    match &field.from {
        From::Author(_, raw) => {
            say(&mut text, raw.label.as_ref(), raw.help.as_ref());
            if let Some(compute) = &raw.compute {
                text.push_str(&format!("\n\n```\n{}\n```", compute.value.source));
            }
        }
        From::Implied(implied) => {
            text.push_str(&format!("\n\n{}", implied.label.get("en")));
            if !implied.help.is_empty() {
                text.push_str(&format!(". {}", implied.help.get("en")));
            }
            text.push_str("\n\nNobody wrote it: it comes from a trait, a parent or the platform.");
        }
    }
    text
}

/// An option of a picklist.
pub(super) fn choice(module: &str, field: &str, name: &str, label: Option<&RawText>) -> String {
    let mut text = format!("**{name}**, an option of {module}.{field}");
    say(&mut text, label, None);
    text
}

/// What people call it, and what it is for.
fn say(text: &mut String, label: Option<&RawText>, help: Option<&RawText>) {
    let said = |said: Option<&RawText>| said.map(|raw| raw.to_text().get("en").to_owned());
    let parts: Vec<_> = [said(label), said(help)].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    if !parts.is_empty() {
        text.push_str(&format!("\n\n{}", parts.join(". ")));
    }
}
