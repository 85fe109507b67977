use super::implied::both;
use super::{DraftConnection, DraftType, DraftVia, From, Set};
use crate::model::{Text, Trait};
use crate::naming;
use crate::raw::RawText;
use crate::yaml::Span;

/// The junction table of tags, shared by all modules with the trait.
const TAGGINGS: &str = "taggings";

/// Gives every module its to-many sides: inverses, links to many, tags.
pub(super) fn add(set: &mut Set<'_>) {
    for at in 0..set.drafts.len() {
        for (on, connection) in from_fields(set, at) {
            set.drafts[on].connections.push(connection);
        }
    }
    tags(set);
}

/// What the relations of one module give, and to which modules.
fn from_fields(set: &Set<'_>, at: usize) -> Vec<(usize, DraftConnection)> {
    let draft = &set.drafts[at];
    let mut found = Vec::new();
    for field in &draft.fields {
        let inverse: Option<(String, Option<Text>, Span)> = match &field.from {
            From::Author(_, raw) => raw
                .inverse
                .as_ref()
                .map(|i| (i.value.clone(), raw.inverse_label.as_ref().map(RawText::to_text), i.span)),
            From::Implied(implied) => {
                implied.inverse.clone().map(|(name, label)| (name, label.map(RawText::to_text), field.span))
            }
        };
        let other_side = |via: DraftVia| {
            inverse.clone().map(|(name, label, span)| DraftConnection {
                label: label.or_else(|| plural_label(set, at, &name)),
                name,
                span,
                targets: vec![at],
                via,
                field: Some((at, field.name.clone())),
            })
        };
        match &field.ty {
            DraftType::One(to) => found.extend(other_side(DraftVia::ForeignKey).map(|c| (*to, c))),
            DraftType::AnyOf(to) => {
                for to in to {
                    found.extend(other_side(DraftVia::Polymorphic).map(|c| (*to, c)));
                }
            }
            DraftType::Many { to, .. } => {
                let table = naming::junction(draft.name(), &field.name);
                let own = naming::id_column(&naming::snake(draft.name()));
                let other = match set.drafts[*to].name() {
                    same if same == draft.name() => naming::id_column("other"),
                    name => naming::id_column(&naming::snake(name)),
                };
                let junction = |own: &str, other: &str| DraftVia::Junction {
                    table: table.clone(),
                    own: own.to_owned(),
                    own_type: None,
                    other: other.to_owned(),
                    other_type: None,
                };
                let label = field.raw().and_then(|raw| raw.label.as_ref()).map(RawText::to_text);
                found.push((
                    at,
                    DraftConnection {
                        label,
                        name: field.name.clone(),
                        span: field.span,
                        targets: vec![*to],
                        via: junction(&own, &other),
                        field: Some((at, field.name.clone())),
                    },
                ));
                found.extend(other_side(junction(&other, &own)).map(|c| (*to, c)));
            }
            DraftType::Scalar(_) | DraftType::Unknown => {}
        }
    }
    found
}

/// The plural label of a module, where the connection is named like the module.
fn plural_label(set: &Set<'_>, at: usize, name: &str) -> Option<Text> {
    let raw = set.drafts[at].raw;
    let plural = raw.plural.as_ref()?;
    (naming::snake(&plural.value) == name).then_some(())?;
    raw.plural_label.as_ref().map(RawText::to_text)
}

/// `tags` on every module with the trait, and `records` on Tag, through one junction table.
fn tags(set: &mut Set<'_>) {
    let Some(tag) = set.by_name.get("Tag").copied() else { return };
    let tagged: Vec<usize> = (0..set.drafts.len()).filter(|at| set.drafts[*at].has(Trait::Tags)).collect();
    let (tag_id, id, ty) = ("tag_id".to_owned(), "record_id".to_owned(), "record_type".to_owned());
    for at in &tagged {
        let raw = set.drafts[*at].raw;
        let span = raw.traits.iter().find(|t| t.value == "tags").map_or(raw.name.span, |t| t.span);
        set.drafts[*at].connections.push(DraftConnection {
            name: "tags".to_owned(),
            span,
            label: Some(both("Tags", "Schlagwörter")),
            targets: vec![tag],
            via: DraftVia::Junction {
                table: TAGGINGS.to_owned(),
                own: id.clone(),
                own_type: Some(ty.clone()),
                other: tag_id.clone(),
                other_type: None,
            },
            field: None,
        });
    }
    if !tagged.is_empty() {
        let span = set.drafts[tag].raw.name.span;
        set.drafts[tag].connections.push(DraftConnection {
            name: "records".to_owned(),
            span,
            label: Some(both("Records", "Datensätze")),
            targets: tagged,
            via: DraftVia::Junction {
                table: TAGGINGS.to_owned(),
                own: tag_id,
                own_type: None,
                other: id,
                other_type: Some(ty),
            },
            field: None,
        });
    }
}
