//! Traits exist, agree with each other, and find the modules they work with.

use crate::draft::{DraftType, Set};
use crate::model::Trait;
use crate::raw::RawTarget;
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        for (at, written) in draft.raw.traits.iter().enumerate() {
            let Some(found) = Trait::parse(&written.value) else {
                sink.at(written.span, Code::UnknownTrait, format!("`{}` is not a trait", written.value))
                    .label("unknown trait")
                    .help(format!("the traits are {}", Trait::ALL.map(Trait::name).join(", ")))
                    .suggest(&written.value, Trait::ALL.iter().map(|t| t.name()));
                continue;
            };
            if draft.raw.traits[..at].iter().any(|t| t.value == written.value) {
                sink.at(written.span, Code::TraitConflict, format!("trait `{}` stands twice", written.value))
                    .label("second time");
            }
            if found == Trait::SoftDelete && draft.has(Trait::AppendOnly) {
                sink.at(written.span, Code::TraitConflict, "`soft_delete` and `append_only` exclude each other")
                    .label("rows that are only appended are never deleted")
                    .help("keep one of them");
            }
            if found == Trait::File
                && let Some(field) = draft.field("file")
            {
                sink.at(field.span, Code::TraitConflict, "a field `file` and the trait `file` exclude each other")
                    .label("uploads are given under this name")
                    .help("name the field differently");
            }
            if let Some(missing) = missing(set, found) {
                sink.at(written.span, Code::TraitWithoutModule, format!("trait `{}` needs {missing}", written.value))
                    .label("there is none")
                    .help("load the package `core`, which has it");
            }
        }
    }
}

/// What a trait needs and is not there.
fn missing(set: &Set<'_>, found: Trait) -> Option<&'static str> {
    let module = |name: &str| set.by_name.contains_key(name);
    match found {
        Trait::Owned => (!module("User") || !module("Team")).then_some("the modules User and Team"),
        Trait::Tags => (!module("Tag")).then_some("the module Tag"),
        Trait::Activities => (!module("Activity")).then_some("the module Activity"),
        Trait::Notes => (!pointed_at(set, Trait::Notes)).then_some("a module with a relation to `{trait: notes}`"),
        Trait::Attachments => {
            (!pointed_at(set, Trait::Attachments)).then_some("a module with a relation to `{trait: attachments}`")
        }
        Trait::SoftDelete
        | Trait::Audited
        | Trait::CustomFields
        | Trait::AppendOnly
        | Trait::File
        | Trait::Feed
        | Trait::Person => None,
    }
}

fn pointed_at(set: &Set<'_>, wanted: Trait) -> bool {
    set.drafts.iter().flat_map(|d| &d.fields).any(|field| {
        let target = field.raw().and_then(|raw| raw.to.as_ref());
        matches!(&field.ty, DraftType::AnyOf(_))
            && matches!(target, Some(RawTarget::Trait(name)) if name.value == wanted.name())
    })
}
