//! The other side of a relation has a name of its own on the module it leads to.

use crate::draft::{DraftType, Set};
use crate::naming;
use crate::report::{Code, Sink};

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for (at, draft) in set.drafts.iter().enumerate() {
        for (position, connection) in draft.connections.iter().enumerate() {
            let gql = naming::camel(&connection.name);
            // A link to many and the connection that reads it are one thing.
            let own =
                |name: &str| connection.field.as_ref().is_some_and(|(module, field)| *module == at && field == name);
            let field = draft.fields.iter().find(|f| {
                let many = matches!(f.ty, DraftType::Many { .. });
                naming::camel(&f.name) == gql && !(many && own(&f.name))
            });
            if field.is_some() || gql == "id" {
                let message = format!("{} has a field `{}` already", draft.name(), connection.name);
                sink.at(connection.span, Code::InverseClash, message)
                    .label("the other side needs another name")
                    .help("choose another `inverse`");
                continue;
            }
            let other = draft.connections[..position].iter().find(|c| naming::camel(&c.name) == gql);
            if let Some(other) = other {
                let from = |c: &crate::draft::DraftConnection| match &c.field {
                    Some((module, field)) => format!("`{field}` of {}", set.drafts[*module].name()),
                    None => "a trait".to_owned(),
                };
                let message = format!("{} has two connections `{}`", draft.name(), connection.name);
                sink.at(connection.span, Code::InverseClash, message)
                    .label(format!("the other comes from {}", from(other)))
                    .help("choose another `inverse`");
            }
        }
    }
}
