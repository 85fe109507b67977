//! Drafts without a mistake → the catalog: names become indexes, defaults are filled in.

mod conversion;
mod field;
mod indexes;
mod logic;
mod module;

pub(crate) use field::{field_id, weight};

use crate::draft::Set;
use crate::model::{Catalog, ModuleId, Origin, Package, Text};
use crate::raw::RawText;
use crate::source::Source;
use crate::yaml::{Span, Spanned};
use std::collections::BTreeSet;

/// Makes the catalog; every rule has passed.
pub(crate) fn resolve(set: &Set<'_>, sources: &[Source]) -> Catalog {
    let packages = set
        .packages
        .iter()
        .map(|p| Package {
            name: p.name.clone(),
            label: p.raw.label.as_ref().map_or_else(|| Text::plain(crate::naming::label(&p.name)), RawText::to_text),
            version: p.raw.version.as_ref().map_or_else(|| "0.0.0".to_owned(), |v| v.value.clone()),
            requires: values(&p.raw.requires),
            removed: values(&p.raw.removed),
            origin: origin(sources, p.raw.span),
        })
        .collect();
    let modules: Vec<_> = (0..set.drafts.len()).map(|at| module::module(set, at, sources)).collect();
    let languages = languages(&modules);
    Catalog::new(packages, modules, languages, sources.into())
}

/// English first, as the language that texts fall back to; then the others by their tags.
fn languages(modules: &[crate::model::Module]) -> Vec<String> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for module in modules {
        let texts = [&module.label, &module.plural_label].into_iter().chain(module.fields.iter().map(|f| &f.label));
        found.extend(texts.flat_map(Text::iter).map(|(language, _)| language));
    }
    found.remove("en");
    std::iter::once("en").chain(found).map(str::to_owned).collect()
}

fn values(names: &[Spanned<String>]) -> Vec<String> {
    names.iter().map(|name| name.value.clone()).collect()
}

/// Identifier of the module of a draft.
pub(crate) fn id(at: usize) -> ModuleId {
    ModuleId(u16::try_from(at).expect("a rule limits the number of modules"))
}

fn origin(sources: &[Source], span: Span) -> Origin {
    let file = sources.get(span.file as usize).map(|s| s.path.clone()).unwrap_or_default();
    let end_column = if span.end_line == span.line { span.end_column } else { span.column };
    Origin { file, line: span.line, column: span.column, end_column }
}
