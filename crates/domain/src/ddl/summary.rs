//! Steps for people: `+ table accounts (42 columns, 9 indexes)`.

use super::{column_type, schema::Column, step::Step};

impl Step {
    /// A line that begins with what it does: `+` adds, `~` changes, `>` moves, `-` takes away.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::DropIndex { name, .. } => format!("- index {name}"),
            Self::RenameIndex { from, to, .. } => format!("> index {from} → {to}"),
            Self::CreateTable { name, table } => {
                let columns = count(table.columns.len(), "column", "columns");
                format!("+ table {name} ({columns}, {})", count(table.indexes.len(), "index", "indexes"))
            }
            Self::RenameTable { from, to, .. } => format!("> table {from} → {to}"),
            Self::RenameModule { from, to, .. } => format!("> links to {from} → {to}"),
            Self::RenameColumn { table, from, to, .. } => format!("> column {table}.{} → {to}", from.name),
            Self::AddColumn { table, column } => format!("+ column {table}.{} ({})", column.name, describe(column)),
            Self::DropColumn { table, column, copied: false } => {
                format!("- column {table}.{} (computed when it is read)", column.name)
            }
            Self::DropColumn { table, column, .. } => format!("- column {table}.{} (a copy is kept)", column.name),
            Self::AlterColumn { table, from, to, .. } if to.hidden && !from.hidden => {
                format!("- column {table}.{} (hidden, its values stay)", to.name)
            }
            Self::AlterColumn { table, from, to, .. } if from.hidden && !to.hidden => {
                format!("+ column {table}.{} (no longer hidden)", to.name)
            }
            Self::AlterColumn { table, from, to, .. } => {
                format!("~ column {table}.{} ({})", to.name, changes(from, to).join(", "))
            }
            Self::SetOptions { table, from, to, renamed, replaced } => {
                format!("~ options {table}.{} ({})", to.name, options(from, to, renamed, replaced))
            }
            Self::Backfill { table, field, .. } => format!("~ values {table}.{field} (filled in)"),
            Self::HideTable { name, .. } => format!("- table {name} (hidden, its rows stay)"),
            Self::ShowTable { name, .. } => format!("+ table {name} (no longer hidden)"),
            Self::DropTable { name, .. } => format!("- table {name} (a copy is kept)"),
            Self::Own { table, column, from, to } => {
                let of = column.as_ref().map_or_else(|| table.clone(), |column| format!("{table}.{column}"));
                let name =
                    |package: &Option<String>| package.clone().unwrap_or_else(|| "that of the module".to_owned());
                format!("~ package of {of}: {} → {}", name(from), name(to))
            }
            Self::CreateIndex { name, table, index } => {
                let unique = if index.unique { "unique index" } else { "index" };
                format!("+ {unique} {name} on {table} ({})", index.columns.join(", "))
            }
            Self::DropSearch { table, .. } => format!("- search {table}"),
            Self::CreateSearch { table, search } => {
                let columns: Vec<_> = search.columns.iter().map(|(name, weight)| format!("{name} {weight}")).collect();
                format!("+ search {table} ({})", columns.join(", "))
            }
            Self::Recompute { table, fields } => format!("~ values {table}.{} (computed anew)", fields.join(", ")),
            Self::Restore(restore) if restore.rows => format!("+ rows {} (from their copy)", restore.table),
            Self::Restore(restore) => {
                let columns: Vec<_> = restore.columns.iter().map(|column| column.name.as_str()).collect();
                format!("+ values {}.{} (from their copy)", restore.table, columns.join(", "))
            }
            Self::Secure { tables, .. } if tables.len() > 3 => {
                format!("+ row-level security of {} tables", tables.len())
            }
            Self::Secure { tables, .. } => {
                let names: Vec<_> = tables.iter().map(|secured| secured.table.as_str()).collect();
                format!("+ row-level security of {}", names.join(", "))
            }
        }
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// What a column holds.
pub(super) fn describe(column: &Column) -> String {
    match (&column.references, &column.options) {
        (Some(reference), _) => format!("link to {}", reference.table),
        (None, Some(_)) => format!("picklist of {}", column_type::name(column.ty)),
        (None, None) => column_type::name(column.ty),
    }
}

fn changes(from: &Column, to: &Column) -> Vec<String> {
    let mut changes = Vec::new();
    if from.ty != to.ty {
        changes.push(format!("{} → {}", describe(from), describe(to)));
    }
    match (from.required, to.required) {
        (true, false) => changes.push("optional".to_owned()),
        (false, true) => changes.push("required".to_owned()),
        _ => {}
    }
    if from.references != to.references {
        changes.push("what happens on delete".to_owned());
    }
    changes
}

fn options(from: &Column, to: &Column, renamed: &[(String, String)], replaced: &[(String, Option<String>)]) -> String {
    let (Some(has), had) = (&to.options, from.options.clone().unwrap_or_default()) else {
        return "any text".to_owned();
    };
    let is_new = |option: &&String| !had.contains(*option) && !renamed.iter().any(|(_, new)| new == *option);
    let mut parts: Vec<String> = has.iter().filter(is_new).map(|option| format!("+{option}")).collect();
    let gone = |option: &&String| {
        !has.contains(*option)
            && !renamed.iter().any(|(old, _)| old == *option)
            && !replaced.iter().any(|(old, _)| old == *option)
    };
    parts.extend(had.iter().filter(gone).map(|option| format!("-{option}")));
    parts.extend(renamed.iter().map(|(old, new)| format!("{old} > {new}")));
    let replacement = |(old, by): &(String, Option<String>)| format!("{old} → {}", by.as_deref().unwrap_or("nothing"));
    parts.extend(replaced.iter().map(replacement));
    parts.join(", ")
}
