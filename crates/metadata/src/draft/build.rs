use super::{Draft, DraftField, DraftType, From, PackageDraft, Set, connections, implied, moving};
use crate::field_type::{TypeName, link_counts, read};
use crate::merge::Owners;
use crate::model::{Trait, Traits};
use crate::raw::{RawField, RawModule, RawTarget};
use crate::report::{Code, Sink};
use crate::yaml::Spanned;
use std::collections::HashMap;

/// Puts the modules of all packages side by side; `modules` are in load order, each with the index of its package.
pub(crate) fn build<'a>(
    packages: &'a [PackageDraft],
    owners: &'a Owners,
    modules: &'a [(usize, RawModule)],
    sink: &mut Sink,
) -> Set<'a> {
    let mut drafts = Vec::new();
    for (package, raw) in modules {
        flatten(raw, *package, None, &mut drafts);
    }
    let mut by_name = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        by_name.entry(draft.raw.name.value.as_str()).or_insert(at);
    }
    let mut set = Set { packages, owners, drafts, by_name };
    for at in 0..set.drafts.len() {
        set.drafts[at].fields = authored(&set, at, sink);
    }
    for at in 0..set.drafts.len() {
        let mut more = implied::of_parent(&set, at);
        set.drafts[at].fields.append(&mut more);
    }
    implied::activity_links(&mut set);
    for at in 0..set.drafts.len() {
        let mut more = implied::of_platform(&set, at);
        set.drafts[at].fields.append(&mut more);
    }
    connections::add(&mut set);
    moving::mark(&mut set);
    set
}

/// Parents stand before their children.
fn flatten<'a>(raw: &'a RawModule, package: usize, parent: Option<usize>, drafts: &mut Vec<Draft<'a>>) {
    let at = drafts.len();
    let mut traits = raw.traits.iter().filter_map(|t| Trait::parse(&t.value)).fold(Traits::default(), Traits::with);
    // What is deleted with its parent must come back with it.
    if parent.is_some_and(|p| drafts[p].has(Trait::SoftDelete)) && !traits.has(Trait::AppendOnly) {
        traits = traits.with(Trait::SoftDelete);
    }
    drafts.push(Draft { raw, package, parent, traits, fields: Vec::new(), connections: Vec::new() });
    for child in &raw.children {
        flatten(child, package, Some(at), drafts);
    }
}

fn authored<'a>(set: &Set<'a>, at: usize, sink: &mut Sink) -> Vec<DraftField<'a>> {
    let raw: &'a RawModule = set.drafts[at].raw;
    let mut fields = Vec::new();
    for (block, group) in raw.blocks.iter().enumerate() {
        for field in &group.fields {
            let ty = field_type(set, field, sink);
            let name = field.name.value.clone();
            fields.push(DraftField {
                name,
                span: field.name.span,
                ty,
                from: From::Author(block, field),
                on_read: false,
            });
        }
    }
    fields
}

fn field_type(set: &Set<'_>, raw: &RawField, sink: &mut Sink) -> DraftType {
    let Some(written) = &raw.ty else { return DraftType::Unknown };
    let Some(name) = TypeName::parse(&written.value) else {
        sink.at(written.span, Code::UnknownType, format!("`{}` is not a type of field", written.value))
            .label("unknown type")
            .help(format!("the types are {}", TypeName::all().collect::<Vec<_>>().join(", ")))
            .suggest(&written.value, TypeName::all());
        return DraftType::Unknown;
    };
    if name == TypeName::Relation {
        return relation(set, raw, sink);
    }
    read(raw, name, sink).map_or(DraftType::Unknown, DraftType::Scalar)
}

fn relation(set: &Set<'_>, raw: &RawField, sink: &mut Sink) -> DraftType {
    let Some(target) = &raw.to else {
        if !raw.keys.iter().any(|k| k.value == "to") {
            sink.at(raw.name.span, Code::MissingKey, format!("relation `{}` needs the key `to`", raw.name.value))
                .label("to which module?");
        }
        return DraftType::Unknown;
    };
    let mut find = |name: &Spanned<String>| {
        let found = set.by_name.get(name.value.as_str()).copied();
        if found.is_none() {
            sink.at(name.span, Code::UnknownModule, format!("there is no module `{}`", name.value))
                .label("unknown module")
                .suggest(&name.value, sorted_names(set));
        }
        found
    };
    match target {
        RawTarget::One(name) => {
            let Some(to) = find(name) else { return DraftType::Unknown };
            if raw.is_many() {
                let (min, max) = link_counts(raw, sink);
                return DraftType::Many { to, min, max };
            }
            DraftType::One(to)
        }
        RawTarget::AnyOf(names) => {
            let mut found: Vec<usize> = names.iter().filter_map(&mut find).collect();
            found.sort_unstable();
            found.dedup();
            if names.is_empty() {
                let span = raw.key_span("to");
                sink.at(span, Code::MissingKey, format!("relation `{}` leads nowhere", raw.name.value))
                    .label("name the modules");
            }
            if found.is_empty() { DraftType::Unknown } else { DraftType::AnyOf(found) }
        }
        RawTarget::Trait(name) => {
            let Some(t) = Trait::parse(&name.value) else {
                sink.at(name.span, Code::UnknownTrait, format!("`{}` is not a trait", name.value))
                    .label("unknown trait")
                    .suggest(&name.value, Trait::ALL.iter().map(|t| t.name()));
                return DraftType::Unknown;
            };
            DraftType::AnyOf((0..set.drafts.len()).filter(|at| set.drafts[*at].has(t)).collect())
        }
    }
}

/// Names of all modules in a fixed order, for hints.
pub(super) fn sorted_names<'a>(set: &Set<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = set.by_name.keys().copied().collect();
    names.sort_unstable();
    names
}
