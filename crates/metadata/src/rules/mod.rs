//! One rule, one file: each looks at all drafts and reports what breaks it.
//!
//! A rule reports what is wrong and nothing that only follows from it: a field of an unknown type is named once. Each
//! code has a folder in `tests/failing` that shows its report, and an explanation in `report/explain`.

mod access;
mod adjustments;
mod computed;
mod consents;
mod contradictions;
mod conversions;
mod core_only;
mod defaults;
mod derivations;
mod duplicates;
mod expressions;
mod graphql_fields;
mod graphql_types;
mod histories;
mod indexes;
mod insert_cycles;
mod inverses;
mod keys;
mod languages;
mod leaks;
pub(crate) mod names;
mod narrowing;
mod on_delete;
pub(crate) mod packages;
mod past;
mod personal;
mod persons;
mod prefixes;
mod requires;
mod reserved;
mod retention;
mod root_fields;
mod sizes;
mod tables;
mod titles;
mod traits;
mod transitions;
mod views;

use crate::draft::{Draft, Set};
use crate::report::{Code, Sink};
use crate::yaml::Spanned;

/// Runs every rule.
pub(crate) fn check(set: &Set<'_>, sink: &mut Sink) {
    let rules: [fn(&Set<'_>, &mut Sink); 38] = [
        packages::check,
        prefixes::check,
        adjustments::check,
        names::check,
        reserved::check,
        duplicates::check,
        sizes::check,
        core_only::check,
        requires::check,
        traits::check,
        keys::check,
        defaults::check,
        contradictions::check,
        transitions::check,
        on_delete::check,
        insert_cycles::check,
        derivations::check,
        conversions::check,
        histories::check,
        past::check,
        expressions::check,
        computed::check,
        titles::check,
        views::check,
        indexes::check,
        access::check,
        narrowing::check,
        leaks::check,
        inverses::check,
        persons::check,
        personal::check,
        consents::check,
        retention::check,
        graphql_fields::check,
        graphql_types::check,
        root_fields::check,
        tables::check,
        languages::check,
    ];
    for rule in rules {
        rule(set, sink);
    }
}

/// Reports a name that is no field of a module; says whether it is one.
fn is_field(draft: &Draft<'_>, name: &Spanned<String>, sink: &mut Sink) -> bool {
    let known = draft.knows(&name.value);
    if !known {
        sink.at(name.span, Code::UnknownField, format!("`{}` is not a field of {}", name.value, draft.name()))
            .label("unknown field")
            .suggest(&name.value, draft.field_names());
    }
    known
}
