use super::{Draft, DraftField, DraftType, From, Implied, Role, Set};
use crate::model::{FieldType, OnDelete, Text, Trait};
use crate::naming;
use crate::raw::RawText;
use crate::yaml::Span;
use std::collections::BTreeMap;

/// A moment of any time.
const MOMENT: FieldType = FieldType::DateTime { min: None, max: None };

/// The link to the parent, and the position among its siblings.
pub(super) fn of_parent<'a>(set: &Set<'a>, at: usize) -> Vec<DraftField<'a>> {
    let draft = &set.drafts[at];
    let Some(parent) = draft.parent else { return Vec::new() };
    let up = set.drafts[parent].raw;
    let name = naming::snake(&up.name.value);
    let plural = draft.raw.plural.as_ref().map_or("", |p| &p.value);
    let inverse = draft.raw.inverse.as_ref().map_or_else(|| naming::snake(plural), |i| i.value.clone());
    let own_label =
        up.label.as_ref().map_or_else(|| Text::plain(naming::module_label(&up.name.value)), RawText::to_text);
    let span = draft.raw.name.span;
    let mut fields = vec![DraftField {
        ty: DraftType::One(parent),
        on_read: false,
        from: From::Implied(Implied {
            required: true,
            indexed: true,
            on_delete: OnDelete::Cascade,
            inverse: Some((inverse, draft.raw.inverse_label.as_ref())),
            role: Role::Parent,
            ..plain(own_label)
        }),
        name,
        span,
    }];
    if draft.raw.ordered {
        let ty = FieldType::Integer { min: Some(0), max: None };
        let about = Implied { role: Role::Position, ..plain(both("Position", "Position")) };
        fields.push(scalar("position", span, ty, about));
    }
    fields
}

/// A relation on Activity for each module that has activities and no relation there yet.
pub(super) fn activity_links(set: &mut Set<'_>) {
    let Some(activity) = set.by_name.get("Activity").copied() else { return };
    for at in 0..set.drafts.len() {
        let draft = &set.drafts[at];
        let linked = set.drafts[activity].fields.iter().any(|field| {
            let inverse = field.raw().and_then(|raw| raw.inverse.as_ref());
            let leads_here = match &field.ty {
                DraftType::One(to) => *to == at,
                DraftType::AnyOf(to) => to.contains(&at),
                _ => false,
            };
            leads_here && inverse.is_some_and(|i| i.value == "activities")
        });
        if !draft.has(Trait::Activities) || linked {
            continue;
        }
        let raw = draft.raw;
        let label =
            raw.label.as_ref().map_or_else(|| Text::plain(naming::module_label(&raw.name.value)), RawText::to_text);
        let field = DraftField {
            name: naming::snake(&raw.name.value),
            span: trait_span(draft, Trait::Activities),
            ty: DraftType::One(at),
            on_read: false,
            from: From::Implied(Implied {
                indexed: true,
                inverse: Some(("activities".to_owned(), None)),
                ..plain(label)
            }),
        };
        set.drafts[activity].fields.push(field);
    }
}

/// What `owned`, `custom_fields` and `soft_delete` stand for, and what every record has.
pub(super) fn of_platform<'a>(set: &Set<'a>, at: usize) -> Vec<DraftField<'a>> {
    let draft: &Draft<'a> = &set.drafts[at];
    if draft.raw.is_system() {
        return Vec::new();
    }
    let span = draft.raw.name.span;
    let user = set.by_name.get("User").copied();
    let team = set.by_name.get("Team").copied();
    let mut fields = Vec::new();
    let link = |fields: &mut Vec<DraftField<'a>>, span: Span, name: &str, to: Option<usize>, about: Implied<'a>| {
        // Where there is no such module (a test without the core package) the relation has nothing to lead to.
        if let Some(to) = to {
            let ty = DraftType::One(to);
            fields.push(DraftField { name: name.to_owned(), span, ty, from: From::Implied(about), on_read: false });
        }
    };
    if draft.has(Trait::Owned) {
        let about = |en, de| Implied { indexed: true, ..plain(both(en, de)) };
        let span = trait_span(draft, Trait::Owned);
        let mut link = |name, to, about| link(&mut fields, span, name, to, about);
        link("owner", user, about("Owner", "Inhaber"));
        link("assigned_to", user, about("Assigned to", "Zugewiesen an"));
        link("team", team, about("Team", "Team"));
    }
    if draft.has(Trait::CustomFields) {
        let about = Implied { content: true, ..plain(both("Custom fields", "Eigene Felder")) };
        fields.push(scalar(
            "custom_fields",
            trait_span(draft, Trait::CustomFields),
            FieldType::Json { schema: None },
            about,
        ));
    }
    if draft.has(Trait::File) {
        fields.extend(of_file(trait_span(draft, Trait::File)));
    }
    let kept = |en, de| Implied { required: true, generated: true, ..plain(both(en, de)) };
    let first = |about| Implied { immutable: true, ..about };
    let by = |en, de| Implied { indexed: true, generated: true, ..plain(both(en, de)) };
    fields.push(scalar("created_at", span, MOMENT, first(kept("Created at", "Erstellt am"))));
    fields.push(scalar("updated_at", span, MOMENT, kept("Updated at", "Geändert am")));
    link(&mut fields, span, "created_by", user, first(by("Created by", "Erstellt von")));
    link(&mut fields, span, "updated_by", user, by("Updated by", "Geändert von"));
    let version = FieldType::Integer { min: Some(1), max: None };
    fields.push(scalar("version", span, version, kept("Version", "Version")));
    if draft.has(Trait::SoftDelete) {
        let about = Implied { generated: true, ..plain(both("Deleted at", "Gelöscht am")) };
        fields.push(scalar("deleted_at", trait_span(draft, Trait::SoftDelete), MOMENT, about));
    }
    if draft.has(Trait::Person) {
        let help = both("When the personal data were erased", "Wann die personenbezogenen Daten gelöscht wurden");
        let about = Implied { generated: true, help, ..plain(both("Erased at", "Anonymisiert am")) };
        fields.push(scalar("erased_at", trait_span(draft, Trait::Person), MOMENT, about));
    }
    fields
}

/// Where a trait is written; the name of a module that has it by its parent.
fn trait_span(draft: &Draft<'_>, found: Trait) -> Span {
    let written = draft.raw.traits.iter().find(|t| t.value == found.name());
    written.map_or(draft.raw.name.span, |t| t.span)
}

/// What `file` stands for. All but the name and an address elsewhere follow from what was uploaded.
fn of_file<'a>(span: Span) -> [DraftField<'a>; 6] {
    let text = |max| FieldType::Text { max, pattern: None };
    let size = FieldType::Integer { min: Some(0), max: None };
    let measured = |en, de, help| Implied { generated: true, help, ..plain(both(en, de)) };
    let name = Implied { required: true, content: true, ..plain(both("File name", "Dateiname")) };
    let media_type = measured("Media type", "Medientyp", both("Such as application/pdf", "Etwa application/pdf"));
    let bytes = measured("Size", "Größe", both("In bytes", "In Bytes"));
    let hash = both("SHA-256, hexadecimal", "SHA-256, hexadezimal");
    let checksum = Implied { content: true, ..measured("Checksum", "Prüfsumme", hash) };
    let key = Implied { indexed: true, secret: true, ..measured("Storage key", "Ablageschlüssel", Text::default()) };
    let help = both("Where the file can be downloaded", "Wo die Datei heruntergeladen werden kann");
    let address = Implied { immutable: true, content: true, help, ..plain(both("Address", "Adresse")) };
    [
        scalar("file_name", span, text(255), name),
        scalar("mime_type", span, text(127), media_type),
        scalar("size", span, size, bytes),
        scalar("checksum", span, text(128), checksum),
        scalar("storage_key", span, text(1024), key),
        scalar("url", span, FieldType::Url, address),
    ]
}

fn scalar<'a>(name: &str, span: Span, ty: FieldType, about: Implied<'a>) -> DraftField<'a> {
    DraftField { name: name.to_owned(), span, ty: DraftType::Scalar(ty), from: From::Implied(about), on_read: false }
}

/// An optional field that people may change.
fn plain<'a>(label: Text) -> Implied<'a> {
    Implied {
        label,
        help: Text::default(),
        required: false,
        indexed: false,
        generated: false,
        immutable: false,
        secret: false,
        content: false,
        on_delete: OnDelete::SetNull,
        inverse: None,
        role: Role::Other,
    }
}

/// The platform speaks the languages of the shipped package.
pub(super) fn both(en: &str, de: &str) -> Text {
    Text::new(BTreeMap::from([("en".to_owned(), en.to_owned()), ("de".to_owned(), de.to_owned())]))
}
