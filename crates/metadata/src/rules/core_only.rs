//! Hand-made tables are described by the shipped package alone.

use crate::draft::Set;
use crate::report::{Code, Sink};

const OPERATIONS: [&str; 4] = ["read", "create", "update", "delete"];

pub(super) fn check(set: &Set<'_>, sink: &mut Sink) {
    for draft in &set.drafts {
        let raw = draft.raw;
        if let Some(system) = &raw.system
            && system.value
            && !set.packages[draft.package].is_core()
        {
            sink.at(system.span, Code::CoreOnly, format!("{} cannot be a system module", raw.name.value))
                .label("only package `core` describes hand-made tables")
                .help("leave it out: the table is made from the fields");
        }
        if !raw.is_system() {
            let columns = raw.fields().filter_map(|f| f.column.as_ref().map(|c| ("column", c)));
            let table = raw.table.iter().map(|t| ("table", t));
            let tenant = raw.tenant.iter().map(|t| ("tenant", t));
            for (key, value) in columns.chain(table).chain(tenant) {
                sink.at(value.span, Code::CoreOnly, format!("`{key}` is for system modules"))
                    .label("names of tables and columns follow from the metadata")
                    .help("leave it out");
            }
        }
        for operation in raw.operations.iter().flatten() {
            if !OPERATIONS.contains(&operation.value.as_str()) {
                sink.at(operation.span, Code::BadValue, format!("`{}` is not an operation", operation.value))
                    .label("expected read, create, update or delete")
                    .suggest(&operation.value, OPERATIONS);
            }
        }
    }
}
