//! Packages exist, stand once, and require each other without a circle.

use crate::draft::{PackageDraft, Set};
use crate::report::{Code, Sink};

/// The packages with those they require in front of them, otherwise by name; drops second ones of a name.
pub(crate) fn in_load_order(mut packages: Vec<PackageDraft>, sink: &mut Sink) -> Vec<PackageDraft> {
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    packages.dedup_by(|later, first| {
        let same = later.name == first.name;
        if same {
            sink.at(later.raw.span, Code::DuplicatePackage, format!("there are two packages `{}`", later.name))
                .help("packages of all folders share one set of names; rename one folder");
        }
        same
    });
    let mut ordered: Vec<PackageDraft> = Vec::new();
    while !packages.is_empty() {
        let known = |name: &str| packages.iter().any(|p| p.name == name);
        // What the operator says comes last, whoever requires whom.
        let free = |p: &PackageDraft| p.raw.requires.iter().all(|r| !known(&r.value));
        let free = packages.iter().position(|p| free(p) && !p.is_site()).or_else(|| packages.iter().position(free));
        let next = free.unwrap_or_else(|| {
            // Everything left is in a circle or requires one; report a package that is really in it.
            let at = (0..packages.len()).find(|at| reaches(&packages, *at, *at)).unwrap_or(0);
            if let Some(back) = packages[at].raw.requires.iter().find(|r| known(&r.value)) {
                let (one, other) = (&packages[at].name, &back.value);
                sink.at(
                    back.span,
                    Code::PackageCycle,
                    format!("package `{one}` requires `{other}`, which leads back to it"),
                )
                .label("closes a circle")
                .help("packages are loaded one after the other; take one of the two out");
            }
            at
        });
        ordered.push(packages.remove(next));
    }
    ordered
}

/// Whether one package requires another, directly or not.
fn reaches(packages: &[PackageDraft], from: usize, to: usize) -> bool {
    let mut open = vec![from];
    let mut seen = vec![false; packages.len()];
    while let Some(at) = open.pop() {
        for name in &packages[at].raw.requires {
            let Some(next) = packages.iter().position(|p| p.name == name.value) else { continue };
            if next == to {
                return true;
            }
            if !std::mem::replace(&mut seen[next], true) {
                open.push(next);
            }
        }
    }
    false
}

/// A package and everything it requires, directly or not; of the operator's, everything.
pub(crate) fn closure(packages: &[PackageDraft], package: usize) -> Vec<usize> {
    if packages[package].is_site() {
        return (0..packages.len()).collect();
    }
    let mut found = vec![package];
    let mut at = 0;
    while let Some(next) = found.get(at).copied() {
        for name in &packages[next].raw.requires {
            if let Some(other) = packages.iter().position(|p| p.name == name.value)
                && !found.contains(&other)
            {
                found.push(other);
            }
        }
        at += 1;
    }
    found
}

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for package in set.packages {
        let names = || set.packages.iter().map(|p| p.name.as_str());
        if !crate::rules::names::is_snake(&package.name) {
            sink.at(package.raw.span, Code::PackageName, format!("`{}` cannot be the name of a package", package.name))
                .help("name the folder with small letters, digits and _");
        }
        if let Some(written) = &package.raw.package
            && written.value != package.name
        {
            sink.at(
                written.span,
                Code::PackageName,
                format!("package `{}` stands in {}/", written.value, package.name),
            )
            .label("expected the name of the folder");
        }
        for required in &package.raw.requires {
            if !names().any(|name| name == required.value) {
                sink.at(required.span, Code::UnknownPackage, format!("there is no package `{}`", required.value))
                    .label("unknown package")
                    .suggest(&required.value, names());
            }
        }
    }
}
