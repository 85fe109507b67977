//! Tables and columns have names of their own that fit into the database.

use crate::draft::{Draft, DraftType, DraftVia, Set};
use crate::naming::{self, MAX_DATABASE_NAME};
use crate::report::{Code, Sink};
use crate::yaml::Span;
use std::collections::HashMap;

/// Tables that no module describes.
const PLATFORM: [&str; 5] = ["taggings", "refresh_tokens", "counters", "seaql_migrations", "spatial_ref_sys"];
const PREFIXES: [&str; 3] = ["kontor_", "sqlite_", "pg_"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    let mut taken: HashMap<String, String> = HashMap::new();
    for table in PLATFORM {
        taken.insert(table.to_owned(), "the platform".to_owned());
    }
    for draft in &set.drafts {
        let span = draft.raw.plural.as_ref().map_or(draft.raw.name.span, |p| p.span);
        if draft.raw.plural.is_some() || draft.raw.table.is_some() {
            take(&mut taken, draft.table(), format!("module {}", draft.name()), span, sink);
        }
        columns(draft, sink);
    }
    for (at, draft) in set.drafts.iter().enumerate() {
        for connection in &draft.connections {
            // A junction is seen from both its sides; the module of the field owns it.
            let Some((owner, field)) = connection.field.as_ref().filter(|(owner, _)| *owner == at) else { continue };
            if let DraftVia::Junction { table, .. } = &connection.via
                && *field == connection.name
            {
                let owner = format!("`{field}` of {}", set.drafts[*owner].name());
                take(&mut taken, table.clone(), owner, connection.span, sink);
            }
        }
    }
}

fn take(taken: &mut HashMap<String, String>, table: String, owner: String, span: Span, sink: &mut Sink) {
    too_long(&table, "table", span, sink);
    if PREFIXES.iter().any(|prefix| table.starts_with(prefix)) {
        sink.at(
            span,
            Code::TableClash,
            format!("table `{table}` of {owner} would belong to the database or to kontor"),
        )
        .label("reserved beginning")
        .help("choose another plural");
    }
    match taken.get(&table) {
        Some(other) if *other == owner => {}
        Some(other) => {
            sink.at(span, Code::TableClash, format!("{owner} gives the table `{table}`, which {other} has"))
                .label("clashing table")
                .help("choose another name or plural");
        }
        None => {
            taken.insert(table, owner);
        }
    }
}

fn columns(draft: &Draft<'_>, sink: &mut Sink) {
    for field in &draft.fields {
        too_long(&field.column(), "column", field.span, sink);
        if matches!(field.ty, DraftType::AnyOf(_)) {
            too_long(&naming::type_column(&field.name), "column", field.span, sink);
        }
    }
}

fn too_long(name: &str, what: &str, span: Span, sink: &mut Sink) {
    if name.len() > MAX_DATABASE_NAME {
        sink.at(span, Code::DatabaseName, format!("`{name}` is too long for a {what}"))
            .label(format!("{} bytes; PostgreSQL takes {MAX_DATABASE_NAME}", name.len()))
            .help("choose shorter names");
    }
}
