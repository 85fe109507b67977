//! Uploaded files, as far as the database knows them: records of modules with the trait `file`.

use crate::{
    column::{ColumnType, Dialect},
    context::{Asked, Moment, Whose},
    error::StoreError,
    plan::{self, sql::quote},
    query::{Object, Operand, Output, OutputValue, Query},
    rights::Rights,
    store::{Args, Store},
    value::Value,
};
use chrono_tz::Tz;
use kontor_metadata::model::{Catalog, Module, Trait};
use serde::Deserialize;
use uuid::Uuid;

/// A file that was uploaded.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredFile {
    /// Its name.
    pub file_name: String,
    /// Its media type.
    pub mime_type: Option<String>,
    /// SHA-256 of its content, hexadecimal.
    pub checksum: Option<String>,
    /// Where it is in the storage.
    pub storage_key: Option<String>,
}

/// The file of a record, by the record's id, whichever module it is of; read by the same plans as records are, so that
/// tenancy and rights are theirs.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_file(
    store: &Store,
    catalog: &Catalog,
    rights: &Rights,
    (org, user): (Uuid, Uuid),
    record: Uuid,
) -> Result<Option<StoredFile>, StoreError> {
    let may_read = |module: &&Module| module.find("url").is_none_or(|field| rights.may_read_all(module.id, field.id));
    let cases = with_files(catalog).filter(may_read).map(|module| Object {
        module: module.id,
        fields: ["file_name", "mime_type", "checksum", "storage_key"]
            .into_iter()
            .filter_map(|name| {
                let value = OutputValue::Field(module.find(name)?.id);
                Some(Output { key: name.to_owned(), value })
            })
            .collect(),
    });
    let query = Query::AnyOf { id: Operand(0), cases: cases.collect() };
    let plan = plan::compile(catalog, store.dialect(), rights, &query);
    let mut json = Vec::new();
    let asked = Asked { org, user: Some(user), moment: Moment::now(Tz::UTC) };
    store.read(&plan, &asked, &[Value::Uuid(record)], &mut json).await?;
    serde_json::from_slice(&json).map_err(|error| StoreError::Database(error.into()))
}

/// Those of the storage keys of an organisation that no record has, deleted ones included.
///
/// # Errors
/// See [`StoreError`].
pub async fn unreferenced(
    store: &Store,
    catalog: &Catalog,
    org: Uuid,
    mut keys: Vec<String>,
) -> Result<Vec<String>, StoreError> {
    let tenant = Value::Uuid(org);
    for module in with_files(catalog) {
        let sought = Value::List(keys.iter().cloned().map(Value::Text).collect());
        let mut args = Args::new(store.dialect());
        let list = args.add_list(ColumnType::Text, &sought);
        let one_of = match store.dialect() {
            Dialect::Postgres => format!("= ANY({list})"),
            Dialect::Sqlite => format!("IN (SELECT value FROM json_each({list}))"),
        };
        let sql = format!(
            "SELECT \"storage_key\" FROM {} WHERE {} = {} AND \"storage_key\" {one_of}",
            quote(&module.table),
            quote(&module.tenant),
            args.add(ColumnType::Uuid, &tenant),
        );
        let found = store.query(Whose::Organization(org), &sql, &args, &[ColumnType::Text]).await?;
        keys.retain(|key| !found.iter().flatten().any(|value| matches!(value, Value::Text(found) if found == key)));
    }
    Ok(keys)
}

fn with_files(catalog: &Catalog) -> impl Iterator<Item = &Module> {
    catalog.modules.iter().filter(|module| module.has(Trait::File))
}
