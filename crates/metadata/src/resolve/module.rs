use super::{conversion, field, id, indexes, logic, origin, values};
use crate::draft::{Draft, DraftVia, From, Role, Set};
use crate::model::{
    Block, Connection, ConnectionId, Field, FieldId, History, Module, ModuleId, Operations, Text, Trait, Via,
};
use crate::naming;
use crate::raw::RawText;
use crate::source::Source;
use crate::yaml::Spanned;

/// Name of the block of a child's fields, which need none.
const UNNAMED: &str = "details";

pub(super) fn module(set: &Set<'_>, at: usize, sources: &[Source]) -> Module {
    let draft = &set.drafts[at];
    let raw = draft.raw;
    let mut fields = vec![Field { package: draft.package, ..field::id_field() }];
    fields.extend((0..draft.fields.len()).map(|field| field::field(set, at, field, sources)));
    let plural = raw.plural.as_ref().map_or_else(String::new, |p| p.value.clone());
    let text = |t: &Option<RawText>| t.as_ref().map(RawText::to_text);
    Module {
        id: id(at),
        gql_one: naming::root(draft.name()),
        gql_many: naming::root(&plural),
        package: draft.package,
        label: text(&raw.label).unwrap_or_else(|| Text::plain(naming::module_label(draft.name()))),
        plural_label: text(&raw.plural_label).unwrap_or_else(|| Text::plain(naming::module_label(&plural))),
        help: text(&raw.help).unwrap_or_default(),
        system: raw.is_system(),
        operations: operations(draft, &fields),
        table: draft.table(),
        tenant: raw.tenant.as_ref().map_or_else(|| "org".to_owned(), |t| t.value.clone()),
        title: title(draft).unwrap_or(FieldId(0)),
        traits: draft.traits,
        parent: with_role(draft, Role::Parent),
        history: history(set, draft),
        ordered_by: with_role(draft, Role::Position),
        blocks: blocks(draft, sources),
        computed: computed(&fields),
        connections: connections(set, draft),
        indexes: indexes::indexes(draft, &fields),
        rules: logic::rules(set, at, sources),
        access: logic::access(set, draft, sources),
        views: logic::views(draft),
        events: logic::events(set, at, sources),
        consents: logic::consents(draft),
        conversion: conversion::conversion(set, draft),
        retention: logic::retention(set, at),
        former: values(&raw.former),
        removed: values(&raw.removed),
        written: field::written(&raw.keys, sources),
        origin: origin(sources, raw.name.span),
        name: draft.name().to_owned(),
        plural,
        fields,
    }
}

/// All four unless written otherwise; rows that are only appended are changed in their open fields alone.
fn operations(draft: &Draft<'_>, fields: &[Field]) -> Operations {
    if let Some(written) = &draft.raw.operations {
        let has = |name: &str| written.iter().any(|o| o.value == name);
        return Operations { read: has("read"), create: has("create"), update: has("update"), delete: has("delete") };
    }
    if !draft.has(Trait::AppendOnly) {
        return Operations { read: true, create: true, update: true, delete: true };
    }
    let open = draft.fields.iter().zip(&fields[1..]).any(|(d, f)| d.raw().is_some() && !f.immutable && !f.generated);
    Operations { read: true, create: true, update: open, delete: false }
}

/// The title as written, else `name`, else `subject`.
fn title(draft: &Draft<'_>) -> Option<FieldId> {
    match &draft.raw.title {
        Some(written) => logic::find(draft, &written.value),
        None => ["name", "subject"].into_iter().find_map(|name| logic::find(draft, name)),
    }
}

fn with_role(draft: &Draft<'_>, role: Role) -> Option<FieldId> {
    let found = draft.fields.iter().position(|f| matches!(&f.from, From::Implied(i) if i.role == role));
    found.map(field::field_id)
}

fn history(set: &Set<'_>, draft: &Draft<'_>) -> Option<History> {
    let raw = draft.raw.history.as_ref()?;
    let own = |name: &Option<Spanned<String>>| name.as_ref().and_then(|name| logic::find(draft, &name.value));
    Some(History {
        of: logic::find(&set.drafts[draft.parent?], &raw.of.as_ref()?.value)?,
        before: own(&raw.before),
        after: own(&raw.after),
        at: own(&raw.at),
        by: own(&raw.by),
        seconds: own(&raw.seconds),
    })
}

fn blocks(draft: &Draft<'_>, sources: &[Source]) -> Vec<Block> {
    let raw = draft.raw;
    raw.blocks
        .iter()
        .enumerate()
        .map(|(at, block)| {
            let name = block.name.as_ref().map_or(UNNAMED, |n| n.value.as_str());
            let own = |index: &usize| matches!(draft.fields[*index].from, From::Author(b, _) if b == at);
            Block {
                name: name.to_owned(),
                origin: origin(sources, block.name.as_ref().map_or(raw.name.span, |name| name.span)),
                label: match (&block.label, &block.name) {
                    (Some(label), _) => label.to_text(),
                    (None, Some(_)) => Text::plain(naming::label(name)),
                    // The only block of a child is titled like the child.
                    (None, None) => raw
                        .label
                        .as_ref()
                        .map_or_else(|| Text::plain(naming::module_label(draft.name())), RawText::to_text),
                },
                fields: (0..draft.fields.len()).filter(own).map(field::field_id).collect(),
            }
        })
        .collect()
}

/// Computed fields that are stored, in the order in which they can be computed.
fn computed(fields: &[Field]) -> Vec<FieldId> {
    let mut order = Vec::new();
    for field in fields {
        add_computed(fields, field, &mut order);
    }
    order
}

/// Puts a computed field behind those that it uses; a rule has found that they go in no circle.
fn add_computed(fields: &[Field], field: &Field, order: &mut Vec<FieldId>) {
    let Some(formula) = &field.logic.compute else { return };
    if order.contains(&field.id) {
        return;
    }
    for read in formula.reads.iter().filter(|read| read.via.is_none()) {
        add_computed(fields, &fields[usize::from(read.field.0)], order);
    }
    if !formula.uses_now {
        order.push(field.id);
    }
}

fn connections(set: &Set<'_>, draft: &Draft<'_>) -> Vec<Connection> {
    draft
        .connections
        .iter()
        .enumerate()
        .map(|(at, c)| Connection {
            id: ConnectionId(u16::try_from(at).expect("a rule limits the number of fields and inverses")),
            gql: naming::camel(&c.name),
            label: c.label.clone().unwrap_or_else(|| Text::plain(naming::label(&c.name))),
            help: Text::default(),
            targets: c.targets.iter().map(|to| id(*to)).collect::<Vec<ModuleId>>(),
            via: via(set, &c.via, c.field.as_ref()),
            name: c.name.clone(),
        })
        .collect()
}

fn via(set: &Set<'_>, via: &DraftVia, relation: Option<&(usize, String)>) -> Via {
    let field = relation.and_then(|(at, name)| logic::find(&set.drafts[*at], name)).unwrap_or(FieldId(0));
    match via {
        DraftVia::ForeignKey => Via::ForeignKey { field },
        DraftVia::Polymorphic => Via::Polymorphic { field },
        DraftVia::Junction { table, own, own_type, other, other_type } => Via::Junction {
            table: table.clone(),
            own: own.clone(),
            own_type: own_type.clone(),
            other: other.clone(),
            other_type: other_type.clone(),
        },
    }
}
