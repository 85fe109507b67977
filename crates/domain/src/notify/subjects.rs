//! What records are called, and whether they are there.

use crate::{
    column::{ColumnType, Dialect},
    error::StoreError,
    events::Image,
    mutation::encoding,
    plan::sql::quote,
    store::{Args, Transaction},
    value::Value,
};
use kontor_metadata::model::{Catalog, Module, ModuleId, Trait};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Longest title in a message, in characters.
const LONGEST: usize = 80;

/// A record, whatever its module.
pub(super) type RecordKey = (ModuleId, Uuid);

/// A record that something is told of.
#[derive(Debug, Default)]
pub(super) struct Subject {
    /// What stands for it, if anything does.
    pub(super) title: Option<String>,
    /// Whether it is there and not deleted.
    pub(super) alive: bool,
}

/// Records as they are now, by module and id; those that are gone for good are left out.
pub(super) async fn load(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    org: Uuid,
    records: &BTreeSet<RecordKey>,
) -> Result<HashMap<RecordKey, Subject>, StoreError> {
    let mut by_module: BTreeMap<ModuleId, Vec<Value>> = BTreeMap::new();
    for (module, id) in records {
        by_module.entry(*module).or_default().push(Value::Uuid(*id));
    }
    let tenant = Value::Uuid(org);
    let mut found = HashMap::new();
    for (id, ids) in by_module {
        let (module, ids) = (catalog.module(id), Value::List(ids));
        let title = module.field(module.title);
        let Some(ty) = ColumnType::of(title) else { continue };
        let mut args = Args::new(transaction.dialect());
        let list = args.add_list(ColumnType::Uuid, &ids);
        let among = match args.dialect() {
            Dialect::Postgres => format!("= ANY({list})"),
            Dialect::Sqlite => format!("IN (SELECT unhex(value) FROM json_each({list}))"),
        };
        let sql = format!(
            "SELECT \"id\", {}, {} FROM {} WHERE \"id\" {among} AND {} = {}",
            quote(&title.column),
            if module.has(Trait::SoftDelete) { "\"deleted_at\" IS NULL" } else { "TRUE" },
            quote(&module.table),
            quote(&module.tenant),
            args.add(ColumnType::Uuid, &tenant),
        );
        for row in transaction.query(&sql, &args, &[ColumnType::Uuid, ty, ColumnType::Boolean]).await? {
            if let [Value::Uuid(record), value, Value::Boolean(alive)] = row.as_slice() {
                found.insert((id, *record), Subject { title: shown(module, value), alive: *alive });
            }
        }
    }
    Ok(found)
}

/// The title that the image of a record holds.
pub(super) fn title_of(module: &Module, image: &Image) -> Option<String> {
    shown(module, &image.value(module.field(module.title)))
}

/// A title as it stands in a message: on one line and not long.
fn shown(module: &Module, value: &Value) -> Option<String> {
    let field = module.field(module.title);
    if matches!(value, Value::Null | Value::Uuid(_)) {
        return None;
    }
    let mut json = Vec::new();
    encoding::write(&mut json, field, ColumnType::of(field)?, value);
    let text = match serde_json::from_slice(&json).ok()? {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut characters = line.chars();
    let short: String = characters.by_ref().take(LONGEST).collect();
    let rest = if characters.next().is_some() { "…" } else { "" };
    (!short.is_empty()).then(|| format!("{}{rest}", short.trim_end()))
}
