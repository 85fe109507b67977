use super::{field::field_id, origin, values};
use crate::draft::rights::{self, Granted};
use crate::draft::{Draft, DraftField, DraftType, Set};
use crate::expr::Formula;
use crate::model::{
    Access, Consent, Event, FieldId, Logic, Past, Period, Retention, RetentionAction, Rollup, Rule, Text, Views,
};
use crate::naming;
use crate::raw::{RawAccess, RawConsent, RawExpr, RawField, RawReplacement, RawRequired, RawRetention, RawText};
use crate::report::Sink;
use crate::source::Source;
use crate::typing::{self, Place};
use crate::yaml::Spanned;

/// A field by name; `id` is the first.
pub(super) fn find(draft: &Draft<'_>, name: &str) -> Option<FieldId> {
    if name == "id" {
        return Some(FieldId(0));
    }
    draft.fields.iter().position(|f| f.name == name).map(field_id)
}

pub(super) fn of_field(set: &Set<'_>, record: usize, field: &DraftField<'_>, raw: &RawField) -> Logic {
    let draft = &set.drafts[record];
    let own = |key| Place { set, record, scope: record, key, old: false };
    let condition = |key, expr: Option<&RawExpr>| compiled(own(key), expr);
    let linked = |scope: usize, expr: Option<&RawExpr>| compiled(Place { scope, ..own("where") }, expr);
    let lists = |map: &[(Spanned<String>, Vec<Spanned<String>>)]| {
        map.iter().map(|(from, to)| (from.value.clone(), values(to))).collect::<Vec<_>>()
    };
    Logic {
        compute: raw.compute.as_ref().and_then(|e| typing::computed(own("compute"), field, e, &mut Sink::default())),
        copy_from: raw.copy_from.as_ref().and_then(|path| {
            let (relation, field) = path.value.split_once('.')?;
            Some((relation.to_owned(), field.to_owned()))
        }),
        visible: condition("visible", raw.visible.as_ref()),
        required: match &raw.required {
            Some(RawRequired::When(when)) => condition("required", Some(when)),
            _ if raw.says_required() => condition("visible", raw.visible.as_ref()),
            _ => None,
        },
        condition: match field.ty {
            DraftType::One(to) | DraftType::Many { to, .. } => linked(to, raw.condition.as_ref()),
            _ => None,
        },
        touch: raw.touch.iter().filter_map(|name| find(draft, &name.value)).collect(),
        remind: condition("remind", raw.remind.as_ref()),
        rollup: raw.rollup.as_ref().map(|rollup| {
            let (connection, field) = match rollup.path.value.split_once('.') {
                Some((connection, field)) => (connection, Some(field)),
                None => (rollup.path.value.as_str(), None),
            };
            Rollup {
                function: rollup.function.value.clone(),
                connection: connection.to_owned(),
                field: field.map(str::to_owned),
                condition: match draft.connection(connection).map(|c| c.targets.as_slice()) {
                    Some([target]) => linked(*target, rollup.condition.as_ref()),
                    _ => None,
                },
            }
        }),
        flow: lists(&raw.flow),
        depends_on: raw.depends_on.as_ref().and_then(|(field, map)| Some((find(draft, &field.value)?, lists(map)))),
    }
}

/// What a field was.
pub(super) fn past(set: &Set<'_>, record: usize, field: &DraftField<'_>, raw: &RawField) -> Past {
    let place = Place { set, record, scope: record, key: "backfill", old: false };
    let replaced = |(gone, by): &RawReplacement| (gone.value.clone(), by.as_ref().map(|by| by.value.clone()));
    Past {
        names: values(&raw.former),
        backfill: raw.backfill.as_ref().and_then(|e| typing::computed(place, field, e, &mut Sink::default())),
        replace: raw.replace.iter().map(replaced).collect(),
    }
}

pub(super) fn rules(set: &Set<'_>, record: usize, sources: &[Source]) -> Vec<Rule> {
    let draft = &set.drafts[record];
    let place = Place { set, record, scope: record, key: "check", old: true };
    draft
        .raw
        .rules
        .iter()
        .filter_map(|rule| {
            Some(Rule {
                name: rule.name.value.clone(),
                check: compiled(place, rule.check.as_ref())?,
                at: rule.at.as_ref().and_then(|at| find(draft, &at.value)),
                message: rule
                    .message
                    .as_ref()
                    .map_or_else(|| Text::plain(naming::label(&rule.name.value)), RawText::to_text),
                origin: origin(sources, rule.name.span),
            })
        })
        .collect()
}

pub(super) fn access(set: &Set<'_>, draft: &Draft<'_>, sources: &[Source]) -> Vec<Access> {
    let access = |granted: Granted| Access {
        role: granted.role,
        levels: granted.levels,
        origin: granted.span.map(|span| origin(sources, span)).unwrap_or_default(),
    };
    rights::granted(set, draft).into_iter().map(access).collect()
}

/// What a role is granted of a field.
pub(super) fn granted(raw: &RawAccess, sources: &[Source]) -> Access {
    Access { role: raw.role.value.clone(), levels: rights::levels(raw), origin: origin(sources, raw.role.span) }
}

pub(super) fn views(draft: &Draft<'_>) -> Views {
    let views = &draft.raw.views;
    let board = |pick: fn(&crate::raw::RawBoard) -> &Option<Spanned<String>>| {
        views.board.as_ref().and_then(|b| pick(b).as_ref()).and_then(|name| find(draft, &name.value))
    };
    Views { list: values(&views.list), board_by: board(|b| &b.by), board_sum: board(|b| &b.sum) }
}

pub(super) fn events(set: &Set<'_>, record: usize, sources: &[Source]) -> Vec<Event> {
    let place = Place { set, record, scope: record, key: "events", old: true };
    let event = |e: &crate::raw::RawEvent| {
        let when = compiled(place, e.when.as_ref())?;
        Some(Event { name: e.name.value.clone(), when, origin: origin(sources, e.name.span) })
    };
    set.drafts[record].raw.events.iter().filter_map(event).collect()
}

pub(super) fn consents(draft: &Draft<'_>) -> Vec<Consent> {
    let consent = |raw: &RawConsent| {
        let field = |name: &Option<Spanned<String>>| name.as_ref().and_then(|name| find(draft, &name.value));
        let (given, at, source) = (field(&raw.given)?, field(&raw.at)?, field(&raw.source)?);
        Some(Consent { name: raw.name.value.clone(), given, at, source })
    };
    draft.raw.consents.iter().filter_map(consent).collect()
}

pub(super) fn retention(set: &Set<'_>, record: usize) -> Vec<Retention> {
    let draft = &set.drafts[record];
    let place = Place { set, record, scope: record, key: "where", old: false };
    let rule = |raw: &RawRetention| {
        Some(Retention {
            name: raw.name.value.clone(),
            after: raw.after.as_ref().and_then(|after| Period::parse(&after.value))?,
            of: raw.of.as_ref().and_then(|of| find(draft, &of.value))?,
            condition: compiled(place, raw.condition.as_ref()),
            action: raw.action.as_ref().and_then(|action| RetentionAction::parse(&action.value))?,
        })
    };
    draft.raw.retention.iter().filter_map(rule).collect()
}

/// The formula of a condition, in which a rule has found no mistake.
fn compiled(place: Place<'_, '_>, expr: Option<&RawExpr>) -> Option<Formula> {
    typing::condition(place, expr?, &mut Sink::default())
}
