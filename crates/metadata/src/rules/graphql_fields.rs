//! The fields of a GraphQL type have distinct names: a relation `account` gives `account` and `accountId`.

use crate::draft::{DraftField, DraftType, Set};
use crate::naming;
use crate::report::{Code, Sink};
use std::collections::HashMap;

/// Keys that every filter has beside those of the fields.
const OPERATORS: [&str; 3] = ["and", "or", "not"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        let mut taken: HashMap<String, &str> = HashMap::new();
        for field in &draft.fields {
            if OPERATORS.contains(&field.name.as_str()) {
                sink.at(field.span, Code::FieldClash, format!("`{}` joins conditions in filters", field.name))
                    .label("choose another name");
            }
            for gql in names(field) {
                match taken.get(gql.as_str()) {
                    // Two fields of one name are another problem, already reported.
                    Some(other) if *other == field.name => {}
                    Some(other) => {
                        let message = format!("`{}` and `{other}` are both `{gql}` in GraphQL", field.name);
                        sink.at(field.span, Code::FieldClash, message).label("clashing name").help(
                            "rename one; a relation also gives its name with `Id`, and `Type` where it leads anywhere",
                        );
                    }
                    None => {
                        taken.insert(gql, &field.name);
                    }
                }
            }
        }
    }
}

fn names(field: &DraftField<'_>) -> Vec<String> {
    let own = naming::camel(&field.name);
    match field.ty {
        DraftType::One(_) => vec![own, naming::camel(&naming::id_column(&field.name))],
        DraftType::AnyOf(_) => {
            vec![own, naming::camel(&naming::id_column(&field.name)), naming::camel(&naming::type_column(&field.name))]
        }
        _ => vec![own],
    }
}
