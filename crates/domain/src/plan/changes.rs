//! What entries of the logs tell of a record's values: no more than the record itself does.

use super::{
    condition::Conditions,
    sql::{Params, literal, quote},
};
use crate::column::Dialect;
use kontor_metadata::model::{Action, Field, Level, Module};

/// Fields of the logs that hold values of records, or names of their fields.
const LOGGED: [(&str, &str); 4] =
    [("AuditLog", "changes"), ("RecordEvent", "before"), ("RecordEvent", "after"), ("RecordEvent", "changed_fields")];

/// Whether a field holds values of other records.
pub(super) fn is_logged(module: &Module, field: &Field) -> bool {
    LOGGED.contains(&(module.name.as_str(), field.name.as_str()))
}

impl Conditions<'_> {
    /// What an entry holds, without fields that the caller may not read in every record; nothing of records that it may not
    /// read. For who may read everything it is the column itself.
    pub(super) fn logged(&mut self, params: &mut Params, log: &Module, alias: &str, field: &Field) -> String {
        let column = format!("{alias}.{}", quote(&field.column));
        let (Some(rights), Some(record)) = (self.rights, log.find("record")) else { return column };
        let mut cases = String::new();
        for module in &self.catalog.modules {
            let hidden = rights.narrowed_keys(self.catalog, module);
            let level = rights.level(module.id, Action::Read);
            if level == Level::All && hidden.is_empty() {
                continue;
            }
            let shown = without(params.dialect, &column, &hidden, field.name == "changed_fields");
            let shown = match rights.reach(self.catalog, module.id, Action::Read) {
                None => shown,
                Some(_) if level == Level::None => "NULL".to_owned(),
                Some(reach) => {
                    let other = self.alias();
                    let condition = self.permitted(params, module.id, &other, &reach);
                    format!(
                        "CASE WHEN EXISTS (SELECT 1 FROM {} {other} WHERE {other}.\"id\" = {alias}.{} AND {other}.{} = {} \
                         AND {condition}) THEN {shown} END",
                        quote(&module.table),
                        quote(&record.column),
                        quote(&module.tenant),
                        params.org(),
                    )
                }
            };
            cases.push_str(&format!(" WHEN {} THEN {shown}", literal(&module.name)));
        }
        match (cases.is_empty(), record.type_column()) {
            (false, Some(ty)) => format!("(CASE {alias}.{}{cases} ELSE {column} END)", quote(&ty)),
            _ => column,
        }
    }
}

/// A JSON object without some of its keys, or a list without some of its texts.
fn without(dialect: Dialect, column: &str, keys: &[String], list: bool) -> String {
    if keys.is_empty() {
        return column.to_owned();
    }
    let texts = || keys.iter().map(|key| literal(key)).collect::<Vec<_>>().join(", ");
    match dialect {
        Dialect::Postgres => format!("({column} - ARRAY[{}]::text[])", texts()),
        Dialect::Sqlite if list => format!(
            "(SELECT json_group_array(value) FROM json_each({column}) WHERE value NOT IN ({}) HAVING {column} IS NOT NULL)",
            texts()
        ),
        Dialect::Sqlite => {
            let paths: Vec<_> = keys.iter().map(|key| literal(&format!("$.\"{key}\""))).collect();
            format!("json_remove({column}, {})", paths.join(", "))
        }
    }
}
