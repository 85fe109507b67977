use super::{id, logic, origin};
use crate::draft::{Draft, DraftField, DraftType, From, Implied, Set};
use crate::field_type::literal;
use crate::model::{
    Choice, Field, FieldId, FieldType, Literal, Logic, OnDelete, OnErase, Origin, Past, Text, Trait, Weight,
};
use crate::naming;
use crate::raw::{RawAdjustment, RawField, RawText};
use crate::source::Source;
use crate::yaml::Spanned;

/// The primary key, which every module has and nobody writes.
pub(super) fn id_field() -> Field {
    Field {
        id: FieldId(0),
        name: "id".to_owned(),
        gql: "id".to_owned(),
        column: "id".to_owned(),
        label: Text::plain("ID"),
        help: Text::default(),
        ty: FieldType::Id,
        required: true,
        unique: false,
        indexed: false,
        search: None,
        default: None,
        generated: true,
        immutable: true,
        secret: false,
        personal: false,
        content: false,
        on_erase: OnErase::Keep,
        access: Vec::new(),
        package: 0,
        mentions: false,
        deprecated: None,
        logic: Logic::default(),
        past: Past::default(),
        written: Vec::new(),
        origin: Origin::default(),
    }
}

pub(super) fn field(set: &Set<'_>, record: usize, at: usize, sources: &[Source]) -> Field {
    let field = &set.drafts[record].fields[at];
    let common = Field {
        id: field_id(at),
        gql: naming::camel(&field.name),
        column: field.column(),
        name: field.name.clone(),
        package: set.package_of(field.span),
        ..id_field()
    };
    match &field.from {
        From::Author(_, raw) => authored(set, record, field, raw, common, sources),
        From::Implied(implied) => by_platform(&set.drafts[record], field, implied, common, sources),
    }
}

/// Index in the model of the field at an index of the draft: `id` stands before all.
pub(crate) fn field_id(at: usize) -> FieldId {
    FieldId(u16::try_from(at + 1).expect("a rule limits the number of fields"))
}

fn by_platform(
    draft: &Draft<'_>,
    field: &DraftField<'_>,
    implied: &Implied<'_>,
    common: Field,
    sources: &[Source],
) -> Field {
    // A child is listed where it was put when nobody said otherwise, and new rows begin at version 1.
    let default = match field.name.as_str() {
        "version" => Some(Literal::Integer(1)),
        "position" => Some(Literal::Integer(0)),
        _ => None,
    };
    let adjusted = || draft.raw.implied.iter().filter(|adjustment| adjustment.field.value == field.name);
    let text = |there: &Text, given: fn(&RawAdjustment) -> &Option<RawText>| {
        adjusted()
            .filter_map(|adjustment| given(adjustment).as_ref())
            .fold(there.clone(), |there, given| given.to_text().or(&there))
    };
    Field {
        label: text(&implied.label, |adjustment| &adjustment.label),
        help: text(&implied.help, |adjustment| &adjustment.help),
        written: adjusted().flat_map(|adjustment| written(&adjustment.keys, sources)).collect(),
        ty: field_type(field, implied.on_delete),
        required: implied.required,
        indexed: implied.indexed,
        generated: implied.generated,
        immutable: implied.immutable,
        secret: implied.secret,
        on_erase: field.on_erase(),
        personal: implied.content,
        content: implied.content,
        default,
        ..common
    }
}

fn authored(
    set: &Set<'_>,
    record: usize,
    field: &DraftField<'_>,
    raw: &RawField,
    common: Field,
    sources: &[Source],
) -> Field {
    let draft = &set.drafts[record];
    let required = raw.is_required();
    let on_delete = match raw.on_delete.as_ref().map(|o| o.value.as_str()) {
        Some("cascade") => OnDelete::Cascade,
        Some("set_null") => OnDelete::SetNull,
        None if !required => OnDelete::SetNull,
        _ => OnDelete::Restrict,
    };
    let ty = placed(field_type(field, on_delete), raw, sources);
    let yes = |flag: &Option<crate::yaml::Spanned<bool>>| flag.as_ref().is_some_and(|f| f.value);
    let unique = yes(&raw.unique) || matches!(ty, FieldType::Autonumber { .. });
    let link = matches!(ty, FieldType::Relation { .. } | FieldType::Polymorphic { .. });
    // The program itself writes these columns of the hand-made tables; what belongs to one organization stays there.
    let tenant = draft.raw.tenant.as_ref().map_or("org", |tenant| tenant.value.as_str());
    let kept = draft.raw.is_system()
        && (field.column() == tenant
            || matches!(
                field.name.as_str(),
                "created_at" | "updated_at" | "created_by" | "updated_by" | "version" | "deleted_at"
            ));
    let computed = raw.compute.is_some() || raw.rollup.is_some() || matches!(ty, FieldType::Autonumber { .. });
    let frozen = draft.has(Trait::AppendOnly) || matches!(ty, FieldType::Autonumber { .. });
    Field {
        label: raw.label.as_ref().map_or_else(|| Text::plain(naming::label(&field.name)), RawText::to_text),
        help: raw.help.as_ref().map(RawText::to_text).unwrap_or_default(),
        required,
        unique,
        indexed: unique || link || yes(&raw.indexed),
        search: raw.search.as_ref().and_then(|w| weight(&w.value)),
        default: raw.default.as_ref().and_then(|node| literal(node, &ty).ok()),
        generated: kept || computed,
        immutable: raw.immutable.as_ref().map_or(frozen, |i| i.value),
        secret: yes(&raw.secret),
        personal: raw.is_personal(),
        content: raw.personal.as_ref().is_some_and(|personal| personal.content.is_some()),
        on_erase: field.on_erase(),
        access: raw.access.iter().map(|raw| logic::granted(raw, sources)).collect(),
        mentions: yes(&raw.mentions),
        deprecated: raw.deprecated.as_ref().map(|d| d.value.clone()),
        logic: logic::of_field(set, record, field, raw),
        past: logic::past(set, record, field, raw),
        written: written(&raw.keys, sources),
        origin: origin(sources, raw.name.span),
        ty,
        ..common
    }
}

/// The keys that authors have written, each with its place.
pub(super) fn written(keys: &[Spanned<String>], sources: &[Source]) -> Vec<(String, Origin)> {
    keys.iter().map(|key| (key.value.clone(), origin(sources, key.span))).collect()
}

/// Where each option is written.
fn placed(ty: FieldType, raw: &RawField, sources: &[Source]) -> FieldType {
    let place = |options: Vec<Choice>| {
        let written = raw.options.iter().flat_map(|written| &written.value);
        let places = written.map(|option| origin(sources, option.name.span));
        options.into_iter().zip(places).map(|(choice, origin)| Choice { origin, ..choice }).collect()
    };
    match ty {
        FieldType::Select { options } => FieldType::Select { options: place(options) },
        FieldType::MultiSelect { options } => FieldType::MultiSelect { options: place(options) },
        other => other,
    }
}

fn field_type(field: &DraftField<'_>, on_delete: OnDelete) -> FieldType {
    match &field.ty {
        DraftType::Scalar(ty) => ty.clone(),
        DraftType::One(to) => FieldType::Relation { to: id(*to), on_delete },
        DraftType::AnyOf(to) => FieldType::Polymorphic { to: to.iter().map(|at| id(*at)).collect() },
        DraftType::Many { to, min, max } => FieldType::Many { to: id(*to), min: *min, max: *max },
        // Rules have passed, so that no field is of an unknown type.
        DraftType::Unknown => FieldType::Json { schema: None },
    }
}

/// `A` to `D`.
pub(crate) fn weight(name: &str) -> Option<Weight> {
    match name {
        "A" => Some(Weight::A),
        "B" => Some(Weight::B),
        "C" => Some(Weight::C),
        "D" => Some(Weight::D),
        _ => None,
    }
}
