//! Which computed fields change with time alone and so have no column.

use super::{DraftField, Set};
use crate::expr::{Ast, Node};

/// Marks the fields whose expression uses `now()` or `today()`, or a field of the same record that does.
pub(super) fn mark(set: &mut Set<'_>) {
    for draft in &mut set.drafts {
        // Each round may find fields that use those of the round before.
        while let Some(at) = draft.fields.iter().position(|f| !f.on_read && moves(f, &draft.fields)) {
            draft.fields[at].on_read = true;
        }
    }
}

fn moves(field: &DraftField<'_>, fields: &[DraftField<'_>]) -> bool {
    let Some(expr) = field.raw().and_then(|raw| raw.compute.as_ref()) else { return false };
    let mut found = false;
    expr.value.ast.walk(&mut |node: &Node| {
        found |= match &node.ast {
            Ast::Call { function, .. } => function == "now" || function == "today",
            Ast::Name(name) => is_on_read(name, fields),
            Ast::Path(path) => {
                matches!(path.as_slice(), [first, name] if first == "record" && is_on_read(name, fields))
            }
            _ => false,
        };
    });
    found
}

fn is_on_read(name: &str, fields: &[DraftField<'_>]) -> bool {
    fields.iter().any(|f| f.name == name && f.on_read)
}
