//! Numbers that the catalog and the databases can hold.

use crate::draft::Set;
use crate::report::{Code, Sink};
use crate::yaml::Span;

/// Ids in the catalog have 16 bits; nobody needs a tenth of it.
const MODULES: usize = 5_000;
/// PostgreSQL allows 1,600 columns, SQLite 2,000; a junction of wide rows is slow long before.
const FIELDS: usize = 1_000;
const CONNECTIONS: usize = 10_000;

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let mut over = |count: usize, most: usize, what: &str, span: Span| {
        if count > most {
            sink.at(span, Code::TooMany, format!("{count} {what} are too many")).label(format!("at most {most}"));
        }
    };
    if let Some(last) = set.drafts.last() {
        over(set.drafts.len(), MODULES, "modules", last.raw.name.span);
    }
    for draft in &set.drafts {
        over(draft.fields.len(), FIELDS, "fields", draft.raw.name.span);
        over(draft.connections.len(), CONNECTIONS, "connections", draft.raw.name.span);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Source, load_sources};
    use std::fmt::Write as _;

    #[test]
    fn a_thousand_fields_and_no_more() {
        let mut yaml = "format: 1\nmodule: Wide\nplural: Wides\nblocks:\n  main:\n    fields:\n".to_owned();
        for number in 0..1_001 {
            writeln!(yaml, "      field{number}: {{type: text}}").unwrap();
        }
        let sources =
            [("wide/package.yaml", "format: 1".to_owned()), ("wide/modules/wide.yaml", yaml + "title: field1\n")];
        let report = load_sources(sources.map(|(path, text)| Source::new(path, text)).to_vec()).unwrap_err();
        let codes: Vec<_> = report.diagnostics().iter().map(|d| d.code).collect();
        assert_eq!(codes, ["KON065"]);
    }
}
