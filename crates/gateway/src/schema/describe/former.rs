//! Former names of fields: they stay in records, inputs, filters and orders, as deprecated ones.

use kontor_metadata::{
    model::{Field, Module},
    naming,
};
use std::borrow::Cow;

/// The fields of a module under every name that they have or had.
pub(super) fn named(module: &Module) -> impl Iterator<Item = Cow<'_, Field>> {
    let former = module.fields.iter().flat_map(|field| {
        field.past.names.iter().map(|name| {
            let deprecated = Some(format!("It is called `{}` now.", field.gql));
            Cow::Owned(Field { gql: naming::camel(name), deprecated, ..field.clone() })
        })
    });
    let taken = |field: &Cow<'_, Field>| {
        module.fields.iter().any(|other| other.gql == field.gql)
            || module.connections.iter().any(|connection| connection.gql == field.gql)
    };
    module.fields.iter().map(Cow::Borrowed).chain(former.filter(move |field| !taken(field)))
}
