//! A package says which packages it leads to.

use crate::draft::Set;
use crate::raw::RawTarget;
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    // Nobody knows what a package requires whose package.yaml is missing, which is reported as that.
    for draft in set.drafts.iter().filter(|d| set.packages[d.package].raw.known) {
        let reachable = closure(set, draft.package);
        for field in draft.raw.fields() {
            let targets: &[Spanned<String>] = match &field.to {
                Some(RawTarget::One(name)) => std::slice::from_ref(name),
                Some(RawTarget::AnyOf(names)) => names,
                _ => &[],
            };
            for target in targets {
                let Some(to) = set.by_name.get(target.value.as_str()) else { continue };
                let package = set.drafts[*to].package;
                if !reachable.contains(&package) {
                    let (own, other) = (&set.packages[draft.package].name, &set.packages[package].name);
                    let message =
                        format!("`{own}` uses {} of package `{other}`, but does not require it", target.value);
                    sink.at(target.span, Code::NotRequired, message)
                        .label(format!("module of package `{other}`"))
                        .help(format!("write `requires: [{other}]` in {own}/package.yaml"));
                }
            }
        }
    }
}

/// A package and everything it requires, directly or not.
fn closure(set: &Set<'_>, package: usize) -> Vec<usize> {
    let mut found = vec![package];
    let mut at = 0;
    while let Some(next) = found.get(at).copied() {
        for name in &set.packages[next].raw.requires {
            if let Some(other) = set.packages.iter().position(|p| p.name == name.value)
                && !found.contains(&other)
            {
                found.push(other);
            }
        }
        at += 1;
    }
    found
}
