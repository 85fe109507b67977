//! The applied versions of the metadata, in `metadata_versions`.

use super::{Args, SetupError, Transaction};
use crate::{
    calendar,
    column::ColumnType,
    ddl::{Ledger, Schema, Step},
    error::StoreError,
    value::Value,
};
use kontor_metadata::{Source, model::Catalog};

/// A version as it is recorded.
pub(super) struct Version {
    pub(super) ledger: Ledger,
    /// The files that it was made from; none where an earlier program has applied it.
    pub(super) sources: Option<Vec<Source>>,
    /// The steps that undo it; none where it cannot be undone.
    pub(super) undo: Option<Vec<Step>>,
    /// For a version that undoes others: the one whose state it has.
    pub(super) restores: Option<i64>,
}

impl Version {
    /// The version whose state it has.
    pub(super) fn state(&self) -> i64 {
        self.restores.unwrap_or(self.ledger.version)
    }
}

/// A new version.
pub(super) fn made(version: i64, schema: Schema, catalog: &Catalog, undo: Vec<Step>) -> Version {
    let sources = Some(catalog.sources().to_vec());
    Version { ledger: Ledger::new(version, schema), sources, undo: Some(undo), restores: None }
}

/// The newest version; that of an empty database where there is none.
pub(super) async fn newest(transaction: &mut Transaction<'_>) -> Result<Ledger, SetupError> {
    let args = Args::new(transaction.dialect());
    let sql = "SELECT ledger FROM metadata_versions ORDER BY version DESC LIMIT 1";
    let rows = transaction.query(sql, &args, &[ColumnType::Text]).await?;
    match rows.into_iter().flatten().next() {
        Some(Value::Text(text)) => Ok(Ledger::from_json(&text)?),
        _ => Ok(Ledger::empty()),
    }
}

/// A version by its number.
pub(super) async fn find(transaction: &mut Transaction<'_>, version: i64) -> Result<Option<Version>, SetupError> {
    let number = Value::Integer(version);
    let mut args = Args::new(transaction.dialect());
    let sql = format!(
        "SELECT ledger, sources, undo, CAST(restores AS bigint) FROM metadata_versions WHERE version = {}",
        args.add(ColumnType::BigInt, &number)
    );
    let types = [ColumnType::Text, ColumnType::Text, ColumnType::Text, ColumnType::BigInt];
    let rows = transaction.query(&sql, &args, &types).await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let mut row = row.into_iter();
    let (ledger, sources, undo, restores) = (row.next(), text(row.next()), text(row.next()), row.next());
    let Some(ledger) = text(ledger) else { return Ok(None) };
    let unreadable = |error| SetupError::Ledger(crate::ddl::LedgerError::Unreadable(error));
    let files: Option<Vec<(String, String)>> =
        sources.map(|json| serde_json::from_str(&json)).transpose().map_err(unreadable)?;
    Ok(Some(Version {
        ledger: Ledger::from_json(&ledger)?,
        sources: files.map(|files| files.into_iter().map(|(path, text)| Source::new(path, text)).collect()),
        undo: undo.map(|json| serde_json::from_str(&json)).transpose().map_err(unreadable)?,
        restores: match restores {
            Some(Value::Integer(version)) => Some(version),
            _ => None,
        },
    }))
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// Adds a version.
pub(super) async fn record(transaction: &mut Transaction<'_>, version: &Version) -> Result<(), StoreError> {
    let json = |value: serde_json::Result<String>| value.map(Value::Text).map_err(|e| StoreError::Database(e.into()));
    let files = version.sources.as_ref().map(|sources| {
        let file = |source: &Source| (source.path.to_string_lossy().into_owned(), source.text.clone());
        serde_json::to_string(&sources.iter().map(file).collect::<Vec<_>>())
    });
    let undo = version.undo.as_ref().map(serde_json::to_string);
    let ledger = &version.ledger;
    let values = [
        (ColumnType::BigInt, Value::Integer(ledger.version)),
        (ColumnType::Timestamp, Value::Timestamp(calendar::now())),
        (ColumnType::Text, Value::Text(ledger.hash.clone())),
        (ColumnType::Text, Value::Text(ledger.to_json())),
        (ColumnType::Text, Value::Text(env!("CARGO_PKG_VERSION").to_owned())),
        (ColumnType::Text, files.map_or(Ok(Value::Null), json)?),
        (ColumnType::Text, undo.map_or(Ok(Value::Null), json)?),
        (ColumnType::BigInt, version.restores.map_or(Value::Null, Value::Integer)),
    ];
    let mut args = Args::new(transaction.dialect());
    let marks: Vec<_> = values.iter().map(|(ty, value)| args.add(*ty, value)).collect();
    let sql = format!(
        "INSERT INTO metadata_versions \
         (version, applied_at, hash, ledger, kontor_version, sources, undo, restores) VALUES ({})",
        marks.join(", ")
    );
    transaction.execute(&sql, &args).await?;
    Ok(())
}
