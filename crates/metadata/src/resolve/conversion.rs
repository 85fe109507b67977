use super::{id, logic::find};
use crate::draft::{Draft, Set, conversion};
use crate::model::{Conversion, ConversionTarget, ConvertedFrom};
use crate::naming;
use crate::raw::RawConvert;

/// What a record becomes, with what follows from the names of fields.
pub(super) fn conversion(set: &Set<'_>, draft: &Draft<'_>) -> Option<Conversion> {
    let targets: Vec<usize> =
        draft.raw.convert.iter().filter_map(|convert| set.by_name.get(convert.to.value.as_str()).copied()).collect();
    if targets.is_empty() {
        return None;
    }
    let each = draft.raw.convert.iter().enumerate();
    Some(Conversion {
        targets: each.filter_map(|(n, convert)| target(set, draft, &targets, n, convert)).collect(),
        at: find(draft, conversion::AT)?,
        status: find(draft, conversion::STATUS.0)
            .filter(|_| conversion::has_status(draft))
            .map(|field| (field, conversion::STATUS.1.to_owned())),
    })
}

fn target(
    set: &Set<'_>,
    draft: &Draft<'_>,
    targets: &[usize],
    n: usize,
    convert: &RawConvert,
) -> Option<ConversionTarget> {
    let to = *targets.get(n)?;
    let other = &set.drafts[to];
    let mapped = |name: &str| convert.fields.iter().find(|(field, _)| field.value == name);
    let source = set.by_name.get(draft.name()).copied()?;
    let before = targets[..n].iter().enumerate().map(|(n, target)| (*target, ConvertedFrom::Target(n)));
    let relations = before.chain([(source, ConvertedFrom::Source)]).filter_map(|(leads, from)| {
        let name = conversion::named(other, set, leads).filter(|name| mapped(name).is_none())?;
        Some((find(other, name)?, from))
    });
    let needs = convert.fields.iter().filter(|(field, _)| {
        let found = other.field(&field.value);
        found.is_some_and(|field| field.is_required() && field.raw().is_none_or(|raw| raw.default.is_none()))
    });
    Some(ConversionTarget {
        module: id(to),
        gql: naming::root(other.name()),
        link: find(draft, conversion::link(draft, set, to)?)?,
        existing: conversion::named(draft, set, to).and_then(|name| find(draft, name)),
        fields: convert
            .fields
            .iter()
            .filter_map(|(field, from)| Some((find(other, &field.value)?, find(draft, &from.value)?)))
            .collect(),
        relations: relations.collect(),
        needs: needs.filter_map(|(_, from)| find(draft, &from.value)).collect(),
    })
}
