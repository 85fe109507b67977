//! What an extension changes of what is there.

use super::By;
use crate::draft::rights;
use crate::model::{Action, Level};
use crate::raw::{RawAccess, RawAdjustment, RawExpr, RawField, RawModule, RawRequired, RawText};
use crate::report::{Code, Sink};
use crate::rules::packages::closure;
use crate::yaml::{Span, Spanned};
use std::collections::HashMap;

/// Who has adjusted what: by module, field and key the place, and whether it was the operator.
pub(super) type Adjusted = HashMap<(String, String, String), Span>;

/// Keys that need a column of the platform's making.
const OF_COLUMNS: [&str; 3] = ["required", "search", "indexed"];

pub(super) fn apply(
    by: &By<'_>,
    module: &mut RawModule,
    adjustment: RawAdjustment,
    adjusted: &mut Adjusted,
    sink: &mut Sink,
) {
    for key in &adjustment.keys {
        let about = (module.name.value.clone(), adjustment.field.value.clone(), key.value.clone());
        if let Some(first) = adjusted.insert(about, key.span)
            && !(by.is_site() && by.owners.of(first) != by.package)
        {
            conflict(by, module, &adjustment, key, first, sink);
        }
    }
    let system = module.is_system();
    let field = module.blocks.iter_mut().flat_map(|block| &mut block.fields);
    let Some(field) = field.into_iter().find(|field| field.name.value == adjustment.field.value) else {
        // Whether a trait or the platform gives such a field is known when all fields are.
        module.implied.push(adjustment);
        return;
    };
    required_package(by, field, &adjustment, sink);
    for key in adjustment.keys.iter().filter(|key| system && OF_COLUMNS.contains(&key.value.as_str())) {
        let message =
            format!("`{}` is in a table of a migration, so that `{}` means nothing", field.name.value, key.value);
        sink.at(key.span, Code::ExtendsSystem, message).label("cannot be adjusted").help("take it out");
    }
    let RawAdjustment { keys, label, help, default, required, visible, deprecated, access, search, indexed, .. } =
        adjustment;
    shown(field, visible.as_ref(), sink);
    tighten(field, required, sink);
    narrow(by, field, access, sink);
    spoken(&mut field.label, label);
    spoken(&mut field.help, help);
    replace(&mut field.default, default);
    replace(&mut field.visible, visible);
    replace(&mut field.deprecated, deprecated);
    replace(&mut field.search, search);
    replace(&mut field.indexed, indexed);
    for key in keys {
        field.keys.retain(|there| there.value != key.value);
        field.keys.push(key);
    }
}

fn conflict(
    by: &By<'_>,
    module: &RawModule,
    adjustment: &RawAdjustment,
    key: &Spanned<String>,
    first: Span,
    sink: &mut Sink,
) {
    let message = format!("`{}` of `{}` is adjusted twice", key.value, adjustment.field.value);
    sink.at(key.span, Code::AdjustConflict, format!("{message} in {}", module.name.value))
        .label(format!("by package `{}`", by.package().name))
        .note(first, format!("and by package `{}`", by.owner(first).name))
        .help("take one of the two out; what the package `site` adjusts wins over both");
}

/// A field that another package has added can be adjusted by who requires that package.
fn required_package(by: &By<'_>, field: &RawField, adjustment: &RawAdjustment, sink: &mut Sink) {
    let owner = by.owners.of(field.name.span);
    if by.is_site() || !by.package().raw.known || closure(by.packages, by.package).contains(&owner) {
        return;
    }
    let (own, other) = (&by.package().name, &by.packages[owner].name);
    let message = format!("`{own}` adjusts `{}` of package `{other}`, but does not require it", field.name.value);
    sink.at(adjustment.field.span, Code::NotRequired, message)
        .label(format!("field of package `{other}`"))
        .note(field.name.span, "the field")
        .help(format!("write `requires: [{other}]` in {own}/package.yaml"));
}

/// What has to have a value goes on to have one: others rely on it.
fn tighten(field: &mut RawField, required: Option<RawRequired>, sink: &mut Sink) {
    let Some(required) = required else { return };
    let (place, fits) = match (&field.required, &required) {
        (_, RawRequired::Always(now)) => (now.span, now.value || is_free(field)),
        (_, RawRequired::When(when)) => (when.span, is_free(field)),
    };
    if !fits {
        sink.at(place, Code::LooserRequired, format!("`{}` is required already", field.name.value))
            .label("would be required less often")
            .note(field.key_span("required"), "required here")
            .help("an adjustment can only tighten it: take it out, or write `required: true`");
        return;
    }
    field.required = Some(required);
}

/// What is not visible is not required, so that a condition of that kind would loosen what others rely on.
fn shown(field: &RawField, visible: Option<&RawExpr>, sink: &mut Sink) {
    if let Some(visible) = visible.filter(|_| !is_free(field)) {
        sink.at(visible.span, Code::LooserRequired, format!("`{}` is required", field.name.value))
            .label("would be required less often")
            .note(field.key_span("required"), "required here")
            .help("take it out: a required field is required only while it is visible");
    }
}

/// Whether a field may be without a value at all times.
fn is_free(field: &RawField) -> bool {
    matches!(&field.required, None | Some(RawRequired::Always(Spanned { value: false, .. })))
}

/// Rights of a field only become fewer, unless the operator says otherwise.
fn narrow(by: &By<'_>, field: &mut RawField, access: Vec<RawAccess>, sink: &mut Sink) {
    if access.is_empty() {
        return;
    }
    // A field without rights of its own is for everybody who has the record.
    if !by.is_site() && !field.access.is_empty() {
        for entry in &access {
            let had = field.access.iter().find(|a| a.role.value == entry.role.value);
            let had = had.map_or([Level::None; Action::ALL.len()], rights::levels);
            if Action::ALL.into_iter().any(|action| rights::levels(entry)[action as usize] > had[action as usize]) {
                let (role, name) = (&entry.role.value, &field.name.value);
                sink.at(entry.role.span, Code::WiderAccess, format!("`{role}` would get more rights over `{name}`"))
                    .label("more than it has")
                    .note(field.key_span("access"), "its rights")
                    .help("packages only narrow the rights of a field; the operator's package `site` may widen them");
            }
        }
    }
    field.access = access;
}

/// A text gets the languages that are given, and keeps the others.
pub(crate) fn spoken(there: &mut Option<RawText>, given: Option<RawText>) {
    let Some(mut given) = given else { return };
    if let Some(there) = there.take() {
        let kept = there.by_language.into_iter();
        let others: Vec<_> =
            kept.filter(|(tag, _)| !given.by_language.iter().any(|(new, _)| new.value == tag.value)).collect();
        given.by_language.extend(others);
    }
    *there = Some(given);
}

fn replace<T>(there: &mut Option<T>, given: Option<T>) {
    if given.is_some() {
        *there = given;
    }
}
