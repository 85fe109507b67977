//! Texts are given in all languages of their package.

use crate::draft::Set;
use crate::languages::is_tag;
use crate::raw::{RawModule, RawText};
use crate::report::{Code, Sink};
use std::collections::BTreeSet;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for (at, package) in set.packages.iter().enumerate() {
        for language in &package.raw.languages {
            if !is_tag(&language.value) {
                sink.at(language.span, Code::LanguageTag, format!("`{}` is not a language tag", language.value))
                    .label("expected a tag such as `de` or `pt-BR`");
            }
        }
        let texts: Vec<&RawText> = set
            .drafts
            .iter()
            .flat_map(|d| texts(d.raw))
            .filter(|text| set.package_of(text.span) == at)
            .chain(&package.raw.label)
            .collect();
        let mut languages: BTreeSet<&str> = package.raw.languages.iter().map(|l| l.value.as_str()).collect();
        // A package that does not say so speaks the languages it uses.
        if languages.is_empty() {
            languages = texts.iter().flat_map(|t| &t.by_language).map(|(tag, _)| tag.value.as_str()).collect();
        }
        for text in texts {
            let missing: Vec<&str> = languages
                .iter()
                .copied()
                .filter(|language| !text.by_language.iter().any(|(tag, _)| tag.value == *language))
                .collect();
            if !missing.is_empty() {
                sink.at(text.span, Code::MissingLanguage, format!("this text is missing in {}", missing.join(", ")))
                    .label("shown in another language instead");
            }
        }
    }
}

/// Every text that an author wrote in a module; children are drafts of their own.
fn texts(raw: &RawModule) -> impl Iterator<Item = &RawText> {
    let own = [&raw.label, &raw.plural_label, &raw.help, &raw.inverse_label].into_iter().flatten();
    let blocks = raw.blocks.iter().filter_map(|b| b.label.as_ref());
    let fields = raw.fields().flat_map(|f| [&f.label, &f.help, &f.inverse_label].into_iter().flatten());
    let options = raw.fields().filter_map(|f| f.options.as_ref()).flat_map(|o| &o.value);
    let rules = raw.rules.iter().filter_map(|r| r.message.as_ref());
    own.chain(blocks).chain(fields).chain(options.filter_map(|o| o.label.as_ref())).chain(rules)
}
