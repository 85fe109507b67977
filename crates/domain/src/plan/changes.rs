//! What an entry of the audit log tells of a record's values: no more than the record itself does.

use super::{
    condition::Conditions,
    sql::{Params, literal, quote},
};
use crate::column::Dialect;
use kontor_metadata::model::{Action, Field, FieldType, Level, Module};

impl Conditions<'_> {
    /// The changes that an entry holds, without fields that the caller may not read in every record; nothing of records that it may not
    /// read. For who may read everything it is the column itself.
    pub(super) fn changes(&mut self, params: &mut Params, log: &Module, alias: &str, field: &Field) -> String {
        let column = format!("{alias}.{}", quote(&field.column));
        let (Some(rights), Some(record)) = (self.rights, log.find("record")) else { return column };
        let FieldType::Polymorphic { to } = &record.ty else { return column };
        let mut cases = String::new();
        for module in to.iter().map(|module| self.catalog.module(*module)) {
            let hidden = rights.narrowed_keys(module);
            let level = rights.level(module.id, Action::Read);
            if level == Level::All && hidden.is_empty() {
                continue;
            }
            let shown = without(params.dialect, &column, &hidden);
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

/// JSON without some of its keys.
fn without(dialect: Dialect, column: &str, keys: &[String]) -> String {
    if keys.is_empty() {
        return column.to_owned();
    }
    match dialect {
        Dialect::Postgres => {
            let keys: Vec<_> = keys.iter().map(|key| literal(key)).collect();
            format!("({column} - ARRAY[{}]::text[])", keys.join(", "))
        }
        Dialect::Sqlite => {
            let paths: Vec<_> = keys.iter().map(|key| literal(&format!("$.\"{key}\""))).collect();
            format!("json_remove({column}, {})", paths.join(", "))
        }
    }
}
