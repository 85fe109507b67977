//! A package says which packages it leads to.

use super::packages::closure;
use crate::draft::Set;
use crate::raw::{RawField, RawTarget};
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let reachable: Vec<Vec<usize>> = (0..set.packages.len()).map(|at| closure(set.packages, at)).collect();
    for field in set.drafts.iter().flat_map(|draft| draft.raw.fields()) {
        let by = set.package_of(field.name.span);
        // Nobody knows what a package requires whose package.yaml is missing, which is reported as that.
        if !set.packages[by].raw.known {
            continue;
        }
        for target in targets(field) {
            let Some(to) = set.by_name.get(target.value.as_str()) else { continue };
            let package = set.drafts[*to].package;
            if !reachable[by].contains(&package) {
                let (own, other) = (&set.packages[by].name, &set.packages[package].name);
                let message = format!("`{own}` uses {} of package `{other}`, but does not require it", target.value);
                sink.at(target.span, Code::NotRequired, message)
                    .label(format!("module of package `{other}`"))
                    .help(format!("write `requires: [{other}]` in {own}/package.yaml"));
            }
        }
    }
}

/// The modules that a relation names.
fn targets(field: &RawField) -> &[Spanned<String>] {
    match &field.to {
        Some(RawTarget::One(name)) => std::slice::from_ref(name),
        Some(RawTarget::AnyOf(names)) => names,
        _ => &[],
    }
}
