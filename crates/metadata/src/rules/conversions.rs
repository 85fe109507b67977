//! What a record becomes can be made of it, and it knows afterwards what it has become.

use crate::draft::{Draft, DraftField, DraftType, Set, conversion};
use crate::expr::Type;
use crate::model::{FieldType, Trait};
use crate::raw::RawConvert;
use crate::report::{Code, Sink};
use crate::typing::value_type;
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        for convert in &draft.raw.convert {
            target(set, draft, convert, sink);
        }
        let known = |convert: &&RawConvert| set.by_name.contains_key(convert.to.value.as_str());
        if let Some(first) = draft.raw.convert.iter().find(known) {
            itself(draft, first, sink);
        }
    }
}

/// A converted record says so.
fn itself(draft: &Draft<'_>, first: &RawConvert, sink: &mut Sink) {
    let datetime = |field: &DraftField<'_>| matches!(field.ty, DraftType::Scalar(FieldType::DateTime { .. }));
    if !draft.field(conversion::AT).is_some_and(datetime) {
        let message = format!("{} does not know when a record was converted", draft.name());
        sink.at(first.to.span, Code::BadConversion, message)
            .label(format!("needs a datetime `{}`", conversion::AT))
            .help(format!("add `{}: {{type: datetime}}`", conversion::AT));
    }
    if draft.has(Trait::AppendOnly) || draft.raw.is_system() {
        sink.at(first.to.span, Code::BadConversion, format!("records of {} are not converted", draft.name()))
            .label("its records do not change, or are the program's own");
    }
}

fn target(set: &Set<'_>, draft: &Draft<'_>, convert: &RawConvert, sink: &mut Sink) {
    let to = &convert.to;
    let Some(at) = set.by_name.get(to.value.as_str()).copied() else {
        let mut names: Vec<&str> = set.by_name.keys().copied().collect();
        names.sort_unstable();
        sink.at(to.span, Code::UnknownModule, format!("there is no module `{}`", to.value))
            .label("unknown module")
            .suggest(&to.value, names);
        return;
    };
    let target = &set.drafts[at];
    let creatable = target.raw.operations.as_ref().is_none_or(|written| written.iter().any(|o| o.value == "create"));
    if !creatable || target.raw.is_system() || std::ptr::eq(target, draft) {
        sink.at(to.span, Code::BadConversion, format!("{} becomes no {}", draft.name(), to.value))
            .label("nobody may create one this way");
        return;
    }
    if conversion::link(draft, set, at).is_none() {
        let name = conversion::link_name(&to.value);
        sink.at(
            to.span,
            Code::BadConversion,
            format!("{} does not know which {} it has become", draft.name(), to.value),
        )
        .label(format!("needs a relation `{name}`"))
        .help(format!("add `{name}: {{type: relation, to: {}}}`", to.value));
    }
    for (field, from) in &convert.fields {
        let known = (super::is_field(target, field, sink), super::is_field(draft, from, sink));
        if let (Some(into), Some(value), (true, true)) = (target.field(&field.value), draft.field(&from.value), known) {
            fits(target, (field, into), (from, value), sink);
        }
    }
}

fn fits(
    target: &Draft<'_>,
    (field, into): (&Spanned<String>, &DraftField<'_>),
    (from, value): (&Spanned<String>, &DraftField<'_>),
    sink: &mut Sink,
) {
    let written = into.raw();
    let follows = written.is_some_and(|raw| raw.compute.is_some() || raw.rollup.is_some());
    let number = matches!(into.ty, DraftType::Scalar(FieldType::Autonumber { .. }));
    if follows || number || into.is_generated() {
        sink.at(
            field.span,
            Code::BadConversion,
            format!("`{}` of {} is set by the program", field.value, target.name()),
        )
        .label("takes no value");
        return;
    }
    let secret = value.raw().is_some_and(|raw| raw.secret.as_ref().is_some_and(|secret| secret.value));
    if secret || !value.is_stored() {
        sink.at(from.span, Code::BadConversion, format!("`{}` has no value to be copied", from.value))
            .label("secret, a link to many, or not stored");
        return;
    }
    if let (Some(found), Some(wanted)) = (value_type(&value.ty), value_type(&into.ty))
        && !same(found, wanted)
    {
        let (own, other) = (told(found), told(wanted));
        let message = format!("`{}` is {own}, `{}` of {} is {other}", from.value, field.value, target.name());
        sink.at(from.span, Code::BadConversion, message).label(format!("expected {other}"));
        return;
    }
    let options = |ty: &DraftType| match ty {
        DraftType::Scalar(FieldType::Select { options } | FieldType::MultiSelect { options }) => {
            Some(options.iter().map(|option| option.name.clone()).collect::<Vec<_>>())
        }
        _ => None,
    };
    if let Some(offered) = options(&into.ty) {
        let own = options(&value.ty);
        let other = own.as_ref().and_then(|own| own.iter().find(|option| !offered.contains(option)));
        if own.is_none() || other.is_some() {
            let message = format!("not every value of `{}` is an option of `{}`", from.value, field.value);
            sink.at(from.span, Code::BadConversion, message)
                .label(other.map_or_else(|| "any text".to_owned(), |other| format!("`{other}` is none")));
        }
    }
}

/// A type as it is told: of numbers, how exact they are.
fn told(ty: Type) -> String {
    match ty {
        Type::Number { scale } if scale > 0 => format!("a number with {scale} digits behind the point"),
        other => other.name().to_owned(),
    }
}

/// Whether values of a type are such of the other.
fn same(found: Type, wanted: Type) -> bool {
    match (found, wanted) {
        (Type::Number { scale }, Type::Number { scale: most }) => scale <= most,
        (Type::Record(found), Type::Record(wanted)) => found == wanted && found.is_some(),
        (found, wanted) => found == wanted,
    }
}
