use super::logic::find;
use crate::draft::Draft;
use crate::model::{Field, FieldType, Index};
use crate::naming;

/// Unique keys and indexes: those written as lists, then those of single fields; none twice.
pub(super) fn indexes(draft: &Draft<'_>, fields: &[Field]) -> Vec<Index> {
    let table = draft.table();
    let mut found: Vec<Index> = Vec::new();
    let mut add = |names: &[&str], unique: bool| {
        let ids: Vec<_> = names.iter().filter_map(|name| find(draft, name)).collect();
        let columns: Vec<&str> = ids.iter().map(|id| fields[usize::from(id.0)].column.as_str()).collect();
        let name = naming::index(&table, &columns, unique);
        if !found.iter().any(|i| i.fields == ids && (i.unique || !unique)) {
            found.push(Index { name, fields: ids, unique });
        }
    };
    // Unique keys first: a plain index over the same fields would never be used.
    for list in &draft.raw.unique {
        add(&list.value.iter().map(|n| n.value.as_str()).collect::<Vec<_>>(), true);
    }
    for field in fields.iter().filter(|f| f.unique) {
        add(&[field.name.as_str()], true);
    }
    for list in &draft.raw.indexes {
        add(&list.value.iter().map(|n| n.value.as_str()).collect::<Vec<_>>(), false);
    }
    for field in fields.iter().filter(|f| f.indexed && f.is_stored()) {
        // A link to the organisation itself: every index begins with that column already.
        if field.column == draft.raw.tenant.as_ref().map_or("org", |t| t.value.as_str()) {
            continue;
        }
        // An index that begins with the column finds it as well as one of its own would; not for links to anything,
        // which are found by type and id together.
        let led = !matches!(field.ty, FieldType::Polymorphic { .. });
        if !(led && draft_leads(draft, &field.name)) {
            add(&[field.name.as_str()], false);
        }
    }
    found
}

fn draft_leads(draft: &Draft<'_>, name: &str) -> bool {
    draft.raw.indexes.iter().any(|list| list.value.first().is_some_and(|first| first.value == name))
}
