//! Demo data into a database: batches as they are generated, in one transaction.

use super::organization::{DEFAULT_PLAN, create_organization};
use crate::{
    column::{ColumnType, Dialect},
    context::Whose,
    demo::{self, Action, Batch, Spec, Summary},
    error::StoreError,
    mutation::insert_rows,
    plan::sql::quote,
    store::{Args, Store, Transaction},
    value::Value,
};
use kontor_metadata::model::Catalog;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Batches that the generator may be ahead of the database.
const AHEAD: usize = 4;

/// Why there are no demo data.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The generator and the catalog do not know the same fields.
    #[error("the demo data have a field that the metadata does not: {0}")]
    Unknown(String),
    /// The generator stopped.
    #[error("the demo data could not be generated")]
    Generator,
}

/// Makes the organisation `spec.org` of this name and slug, and fills it; all or nothing. `progress` is told the number of rows written so far.
///
/// # Errors
/// See [`DemoError`].
pub async fn fill_with_demo(
    store: &Store,
    catalog: &Catalog,
    organization: (&str, &str),
    spec: Spec,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Summary, DemoError> {
    let mut transaction = store.begin(Whose::Organization(spec.org)).await?;
    transaction.without_time_limit().await?;
    transaction.with_deferred_links().await?;
    let org = spec.org;
    create_organization(&mut transaction, org, organization.0, organization.1, DEFAULT_PLAN, false).await?;
    let (sender, mut batches) = mpsc::channel::<Batch>(AHEAD);
    let generator = tokio::task::spawn_blocking(move || {
        demo::generate(&spec, &mut |batch| sender.blocking_send(batch).map_err(|_| DemoError::Generator))
    });
    let mut written = 0;
    while let Some(batch) = batches.recv().await {
        written += batch.rows.len() as u64;
        match batch.action {
            Action::Insert => insert(&mut transaction, catalog, org, batch).await?,
            Action::Amend => amend(&mut transaction, catalog, org, batch).await?,
        }
        progress(written);
    }
    let summary = generator.await.map_err(|_| DemoError::Generator)??;
    counters(&mut transaction, org, &summary).await?;
    transaction.commit().await?;
    store.analyze().await?;
    Ok(summary)
}

/// Table and columns of a batch.
fn resolve(catalog: &Catalog, batch: &Batch) -> Result<(String, Vec<(String, ColumnType)>), DemoError> {
    let Some(module) = catalog.find(batch.module) else {
        // Junction tables, whose columns are ids but for the module's name.
        let column = |name: &&str| {
            let ty = if name.ends_with("_type") { ColumnType::Text } else { ColumnType::Uuid };
            ((*name).to_owned(), ty)
        };
        return Ok((batch.module.to_owned(), batch.fields.iter().map(column).collect()));
    };
    let column = |name: &&str| {
        let own = module.find(name).and_then(|f| Some((f.column.clone(), ColumnType::of(f)?)));
        let part = || {
            let polymorphic = module.fields.iter().find(|f| {
                f.type_column().as_deref() == Some(*name) || (f.type_column().is_some() && f.column == **name)
            })?;
            let ty = if polymorphic.column == **name { ColumnType::Uuid } else { ColumnType::Text };
            Some(((*name).to_owned(), ty))
        };
        own.or_else(part).ok_or_else(|| DemoError::Unknown(format!("{}.{name}", batch.module)))
    };
    let columns = batch.fields.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Ok((module.table.clone(), columns))
}

async fn insert(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    org: Uuid,
    batch: Batch,
) -> Result<(), DemoError> {
    let (table, mut columns) = resolve(catalog, &batch)?;
    columns.push(("org".to_owned(), ColumnType::Uuid));
    let mut rows = batch.rows;
    for row in &mut rows {
        row.push(Value::Uuid(org));
    }
    insert_rows(transaction, &table, &columns, rows).await?;
    Ok(())
}

async fn amend(transaction: &mut Transaction<'_>, catalog: &Catalog, org: Uuid, batch: Batch) -> Result<(), DemoError> {
    let (table, columns) = resolve(catalog, &batch)?;
    let org = Value::Uuid(org);
    for row in &batch.rows {
        let mut args = Args::new(transaction.dialect());
        let mut sets = Vec::with_capacity(columns.len());
        for ((name, ty), value) in columns.iter().zip(row).skip(1) {
            sets.push(format!("{} = {}", quote(name), args.add(*ty, value)));
        }
        let sql = format!(
            "UPDATE {} SET {} WHERE \"id\" = {} AND \"org\" = {}",
            quote(&table),
            sets.join(", "),
            args.add(ColumnType::Uuid, &row[0]),
            args.add(ColumnType::Uuid, &org)
        );
        transaction.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Numbers go on where the demo data end.
async fn counters(transaction: &mut Transaction<'_>, org: Uuid, summary: &Summary) -> Result<(), DemoError> {
    let columns = [
        ("org".to_owned(), ColumnType::Uuid),
        ("module".to_owned(), ColumnType::Text),
        ("field".to_owned(), ColumnType::Text),
        ("period".to_owned(), ColumnType::Text),
        ("value".to_owned(), ColumnType::BigInt),
    ];
    let text = |text: &str| Value::Text(text.to_owned());
    let row = |counter: &demo::Counter| {
        let last = i64::try_from(counter.last).unwrap_or(i64::MAX);
        vec![Value::Uuid(org), text(counter.module), text(counter.field), text(&counter.period), Value::Integer(last)]
    };
    let rows: Vec<_> = summary.counters.iter().map(row).collect();
    if !rows.is_empty() {
        insert_rows(transaction, "counters", &columns, rows).await?;
    }
    Ok(())
}

impl Store {
    /// Lets the database look at its tables anew, which a large load makes worth while.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn analyze(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin(Whose::Platform).await?;
        transaction.without_time_limit().await?;
        let sql = match transaction.dialect() {
            Dialect::Postgres => "ANALYZE",
            Dialect::Sqlite => "PRAGMA optimize = 0x10002",
        };
        transaction.batch(sql).await?;
        transaction.commit().await
    }
}
