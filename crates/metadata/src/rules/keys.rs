//! A field has no key that means nothing for its type.

use crate::draft::{DraftType, Set};
use crate::field_type::TypeName;
use crate::report::{Code, Sink};
use crate::resolve::weight;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for field in set.drafts.iter().flat_map(|d| &d.fields) {
        let Some(raw) = field.raw() else { continue };
        let Some(name) = raw.ty.as_ref().and_then(|t| TypeName::parse(&t.value)) else { continue };
        for key in &raw.keys {
            let anything = matches!(field.ty, DraftType::AnyOf(_));
            let allowed = name.allows(&key.value, raw.is_many()) && !(anything && not_for_anything(&key.value));
            if allowed {
                continue;
            }
            let what = match (name, raw.is_many(), anything) {
                (TypeName::Relation, true, _) => "a relation to many",
                (TypeName::Relation, _, true) => "a relation to several modules",
                _ => name.name(),
            };
            sink.at(key.span, Code::KeyNotForType, format!("`{}` means nothing for {what}", key.value))
                .label(format!("not for `{}`", name.name()))
                .maybe_help(hint(&key.value, name).map(str::to_owned));
        }
        if let Some(search) = &raw.search
            && weight(&search.value).is_none()
        {
            sink.at(search.span, Code::BadValue, format!("`{}` is not a weight for search", search.value))
                .label("expected A, B, C or D");
        }
        if let DraftType::AnyOf(_) = field.ty
            && raw.is_many()
        {
            let span = raw.key_span("many");
            sink.at(span, Code::KeyNotForType, "a relation to several modules leads to one record")
                .label("not with several targets")
                .help("write one relation per module");
        }
    }
}

/// Keys of a relation that need to know which module is on the other side.
fn not_for_anything(key: &str) -> bool {
    matches!(key, "on_delete" | "where" | "column" | "unique")
}

fn hint(key: &str, name: TypeName) -> Option<&'static str> {
    Some(match key {
        "options" => "options are for select and multiselect",
        "to" | "inverse" | "many" | "on_delete" | "on_erase" | "where" if name != TypeName::Relation => {
            "it is for relations"
        }
        "pattern" => "a pattern is for text and autonumber",
        "scale" => "a scale is for decimal, money and percent",
        "max" | "min" => "limits are for numbers, dates and the length of texts",
        "search" => "only texts are searched",
        "mentions" => "people are mentioned in text and longtext",
        "remind" => "a reminder comes at a moment: use a datetime",
        "on_erase" => "it is for relations to one",
        "on_delete" | "where" | "column" => "it needs to know which module is on the other side",
        "default" => "write the value when the record is created",
        _ => return None,
    })
}
