//! Extensions are put into the modules that they extend.
//!
//! What a package adds stands in the module as if its author had written it, and keeps the place where it was written:
//! whose it is follows from the file. Names that are added to a module of another package begin with the prefix of the
//! package that adds them, so that two packages and a later version of the module never take the same name. The package
//! `site` is the operator's own: it comes last, needs no prefix, and has the last word in what it adjusts.

mod add;
mod adjust;
mod target;

use crate::draft::PackageDraft;
use crate::raw::{RawExtension, RawModule};
use crate::report::Sink;
use crate::yaml::Span;
use adjust::Adjusted;
use std::collections::HashMap;

/// Puts the extensions into the modules, in the order of the packages; `usize` is the index of a package.
pub(crate) fn merge(
    packages: &[PackageDraft],
    owners: &Owners,
    modules: &mut [(usize, RawModule)],
    mut extensions: Vec<(usize, RawExtension)>,
    sink: &mut Sink,
) {
    extensions.sort_by_key(|(package, _)| *package);
    let mut changes = Vec::new();
    for (package, extension) in extensions {
        let Some(owner) = target::owner(packages, package, &extension.target, modules, sink) else { continue };
        let by = By { package, packages, owners, foreign: owner != package };
        let Some(module) = target::module(modules, owner, &extension.target) else { continue };
        if !target::takes(module, &extension, sink) {
            continue;
        }
        let RawExtension { fields, blocks, rules, events, indexes, unique, access, convert, traits, removed, .. } =
            extension;
        module.removed.extend(removed);
        add::blocks(&by, module, fields, blocks, sink);
        add::rules(&by, module, rules, sink);
        add::events(&by, module, events, sink);
        add::conversions(module, convert, sink);
        add::traits(&by, module, traits, sink);
        module.indexes.extend(indexes);
        module.unique.extend(unique);
        module.access_by_extensions.extend(access);
        changes.push((by, owner, extension.target, extension.options, extension.adjust));
    }
    // What a package changes may be what another has added, whichever comes first.
    let mut adjusted: Adjusted = HashMap::new();
    for (by, owner, target, options, adjustments) in changes {
        let Some(module) = target::module(modules, owner, &target) else { continue };
        add::options(&by, module, options, sink);
        for adjustment in adjustments {
            adjust::apply(&by, module, adjustment, &mut adjusted, sink);
        }
    }
}

/// Which package each file belongs to.
#[derive(Debug)]
pub(crate) struct Owners(Vec<usize>);

impl Owners {
    /// By the number of the file, the index of its package.
    pub(crate) fn new(by_file: Vec<usize>) -> Self {
        Self(by_file)
    }

    /// The package that a place belongs to.
    pub(crate) fn of(&self, span: Span) -> usize {
        self.0.get(span.file as usize).copied().unwrap_or_default()
    }
}

/// Who extends.
struct By<'a> {
    package: usize,
    packages: &'a [PackageDraft],
    owners: &'a Owners,
    /// The module is another package's.
    foreign: bool,
}

impl<'a> By<'a> {
    fn package(&self) -> &'a PackageDraft {
        &self.packages[self.package]
    }

    /// The package that has written something.
    fn owner(&self, span: Span) -> &'a PackageDraft {
        &self.packages[self.owners.of(span)]
    }

    /// Whether it is the operator, who needs no prefix and has the last word.
    fn is_site(&self) -> bool {
        self.package().is_site()
    }
}
