//! What an extension adds beside what is there.

use super::By;
use crate::model::Trait;
use crate::raw::{RawBlock, RawConvert, RawEvent, RawField, RawModule, RawOption, RawRule};
use crate::report::{Code, Sink};
use crate::rules::names;
use crate::yaml::{Span, Spanned};

/// Traits that any package may give a module: they add to its records, and change neither who may do what with them nor
/// what deleting them means.
const ADDITIVE: [Trait; 7] = [
    Trait::Tags,
    Trait::Notes,
    Trait::Attachments,
    Trait::Activities,
    Trait::CustomFields,
    Trait::Audited,
    Trait::Feed,
];

/// Blocks with their fields, and the fields that stand in none: they get a block that is named by the prefix.
pub(super) fn blocks(
    by: &By<'_>,
    module: &mut RawModule,
    fields: Option<Spanned<Vec<RawField>>>,
    blocks: Vec<RawBlock>,
    sink: &mut Sink,
) {
    let own = fields.map(|fields| RawBlock {
        name: Some(Spanned::new(by.package().prefix().to_owned(), fields.span)),
        label: by.package().raw.label.clone(),
        fields: fields.value,
    });
    for mut block in own.into_iter().chain(blocks) {
        for field in &block.fields {
            prefixed(by, &field.name, "field", sink);
        }
        let there = module.blocks.iter_mut().find(|b| same_name(b.name.as_ref(), block.name.as_ref()));
        let Some(there) = there else {
            if let Some(name) = block.name.as_ref().filter(|name| name.value != by.package().prefix()) {
                prefixed(by, name, "block", sink);
            }
            module.blocks.push(block);
            continue;
        };
        there.fields.append(&mut block.fields);
        let (Some(name), Some(label)) = (&there.name, block.label) else { continue };
        let same_package = by.owners.of(name.span) == by.package;
        if by.is_site() {
            there.label = Some(label);
        } else if !same_package {
            sink.at(label.span, Code::BadAdjustment, format!("block `{}` has a title already", name.value))
                .label("would be another one")
                .note(name.span, format!("the block of package `{}`", by.owner(name.span).name))
                .help("leave `label` out; the fields are added all the same");
        }
    }
}

fn same_name(one: Option<&Spanned<String>>, other: Option<&Spanned<String>>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one.value == other.value)
}

/// Options of picklists that are there.
pub(super) fn options(
    by: &By<'_>,
    module: &mut RawModule,
    options: Vec<(Spanned<String>, Vec<RawOption>)>,
    sink: &mut Sink,
) {
    for (name, added) in options {
        let Some(field) = find(module, &name, sink) else { continue };
        let picklist = field.ty.as_ref().is_none_or(|ty| matches!(ty.value.as_str(), "select" | "multiselect"));
        if !picklist {
            sink.at(name.span, Code::BadAdjustment, format!("`{}` is not a picklist", name.value))
                .label("takes no options")
                .note(field.name.span, "the field");
            continue;
        }
        let own = by.owners.of(field.name.span) == by.package;
        for option in &added {
            if !own {
                prefixed(by, &option.name, "option", sink);
            }
        }
        if let Some(there) = &mut field.options {
            there.value.extend(added);
        }
    }
}

/// A field of the module that an author wrote; reports a name that is none.
fn find<'m>(module: &'m mut RawModule, name: &Spanned<String>, sink: &mut Sink) -> Option<&'m mut RawField> {
    if !module.fields().any(|field| field.name.value == name.value) {
        sink.at(name.span, Code::UnknownField, format!("`{}` is not a field of {}", name.value, module.name.value))
            .label("unknown field")
            .suggest(&name.value, module.fields().filter(|f| f.options.is_some()).map(|f| f.name.value.as_str()));
        return None;
    }
    module.blocks.iter_mut().flat_map(|block| &mut block.fields).find(|field| field.name.value == name.value)
}

pub(super) fn rules(by: &By<'_>, module: &mut RawModule, rules: Vec<RawRule>, sink: &mut Sink) {
    for rule in rules {
        prefixed(by, &rule.name, "rule", sink);
        let first = module.rules.iter().find(|r| r.name.value == rule.name.value).map(|r| r.name.span);
        twice(module, first, &rule.name, "rule", sink);
        module.rules.push(rule);
    }
}

pub(super) fn events(by: &By<'_>, module: &mut RawModule, events: Vec<RawEvent>, sink: &mut Sink) {
    for event in events {
        prefixed(by, &event.name, "event", sink);
        let first = module.events.iter().find(|e| e.name.value == event.name.value).map(|e| e.name.span);
        twice(module, first, &event.name, "event", sink);
        module.events.push(event);
    }
}

/// Further fields of what a record becomes.
pub(super) fn conversions(module: &mut RawModule, converts: Vec<RawConvert>, sink: &mut Sink) {
    for convert in converts {
        let (own, to) = (module.name.value.clone(), &convert.to);
        let Some(there) = module.convert.iter_mut().find(|there| there.to.value == to.value) else {
            sink.at(to.span, Code::BadAdjustment, format!("{own} becomes no {}", to.value))
                .label("no target of `convert`")
                .suggest(&to.value, module.convert.iter().map(|there| there.to.value.as_str()));
            continue;
        };
        for (field, from) in convert.fields {
            if let Some((first, _)) = there.fields.iter().find(|(first, _)| first.value == field.value) {
                sink.at(
                    field.span,
                    Code::DuplicateName,
                    format!("`{}` of {} has a value already", field.value, to.value),
                )
                .label("second one")
                .note(first.span, "the first")
                .help("take one of the two out");
                continue;
            }
            there.fields.push((field, from));
        }
    }
}

/// What two packages ask for is there once.
pub(super) fn traits(by: &By<'_>, module: &mut RawModule, traits: Vec<Spanned<String>>, sink: &mut Sink) {
    for written in traits {
        let found = Trait::parse(&written.value);
        if by.foreign && !by.is_site() && found.is_some_and(|t| !ADDITIVE.contains(&t)) {
            let names = ADDITIVE.map(Trait::name).join(", ");
            sink.at(written.span, Code::TraitNotAdded, format!("trait `{}` changes what a record is", written.value))
                .label("not for a package to add")
                .help(format!("packages add {names}; the operator's package `site` may add any"));
        }
        if !module.traits.iter().any(|t| t.value == written.value) {
            module.traits.push(written);
        }
    }
}

fn twice(module: &RawModule, first: Option<Span>, name: &Spanned<String>, what: &str, sink: &mut Sink) {
    let Some(first) = first else { return };
    sink.at(name.span, Code::DuplicateName, format!("{} has two {what}s `{}`", module.name.value, name.value))
        .label("second one")
        .note(first, "the first")
        .help("give it another name; both take effect");
}

/// Names in a module of another package begin with the prefix of the package that adds them.
fn prefixed(by: &By<'_>, name: &Spanned<String>, what: &str, sink: &mut Sink) {
    let prefix = by.package().prefix();
    let carries = name.value.strip_prefix(prefix).is_some_and(|rest| rest.len() > 1 && rest.starts_with('_'));
    // What is no name is reported as that.
    if !by.foreign || by.is_site() || carries || (what != "option" && !names::is_snake(&name.value)) {
        return;
    }
    let message = format!("{what} `{}` of package `{}` has no prefix", name.value, by.package().name);
    sink.at(name.span, Code::NotPrefixed, message)
        .label(format!("expected `{prefix}_…`"))
        .help(format!("write `{prefix}_{}`; names without a prefix are for the module's own package", name.value))
        .rename_to(&name.value, &format!("{prefix}_{}", name.value));
}
