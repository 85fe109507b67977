//! Everything that is stored and follows from something else, computed anew: to see whether it is what it should be, or
//! to make it so when its expression has changed.

use super::{
    WriteError, Writing, encoding,
    layout::{Layout, Row},
    propagate::roll_up,
    rows,
    session::{CHUNK, Session},
    settle::{Purpose, Record, settle},
};
use crate::{
    column::{ColumnType, Dialect},
    context::{Context, Moment, Whose},
    error::StoreError,
    plan::sql::quote,
    processes,
    store::{Args, Store, Transaction},
    value::Value,
};
use chrono_tz::Tz;
use kontor_metadata::model::{FieldId, Module};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Rounds after which a repair gives up: values that go on changing follow from nothing.
const ROUNDS: usize = 10;

/// A stored value that is not what follows from the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The organisation.
    pub org: Uuid,
    /// Module name.
    pub module: String,
    /// The record.
    pub id: Uuid,
    /// Name of the field, as in the YAML.
    pub field: String,
    /// What is stored, as JSON of the API.
    pub stored: String,
    /// What it should be.
    pub computed: String,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Records.
    pub records: u64,
    /// Values.
    pub values: u64,
}

/// Computes every stored computed field and roll-up of every record that is not deleted, and tells which differ. Pages
/// are looked at one by one, each in a transaction of its own that changes nothing, so that others can go on.
///
/// # Errors
/// See [`StoreError`].
pub async fn verify(
    store: &Store,
    writing: &Writing,
    found: &mut (dyn FnMut(Difference) + Send),
) -> Result<Looked, StoreError> {
    let mut looked = Looked::default();
    let organizations = {
        let mut transaction = store.begin(Whose::Platform).await?;
        let organizations = organizations(&mut transaction).await?;
        transaction.rollback().await?;
        organizations
    };
    for org in organizations {
        let context = Context::of_program(org, Moment::now(Tz::UTC));
        for module in derived(writing) {
            let mut after = None;
            loop {
                let mut transaction = store.begin(Whose::Organization(org)).await?;
                if transaction.dialect() == Dialect::Postgres {
                    transaction.batch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                }
                let page = page(&mut transaction, writing, &context, module, after).await?;
                transaction.rollback().await?;
                looked.records += page.ids.len() as u64;
                looked.values += (page.ids.len() * writing.derived(module).len()) as u64;
                page.differences(writing, module, org).into_iter().for_each(&mut *found);
                after = page.ids.last().copied();
                if page.ids.len() < CHUNK {
                    break;
                }
            }
        }
    }
    processes::miscounted(store, writing.catalog()).await?.into_iter().for_each(found);
    Ok(looked)
}

/// Makes every stored computed field and roll-up what it should be, without a new version of the record and without an
/// entry in the logs, since nobody has changed anything; gives the number of records that were not so.
///
/// # Errors
/// See [`StoreError`].
pub async fn recompute(transaction: &mut Transaction<'_>, writing: &Writing) -> Result<u64, StoreError> {
    let mut changed = 0;
    for org in organizations(transaction).await? {
        let context = Context::of_program(org, Moment::now(Tz::UTC));
        // Modules come behind those that they are computed from; only circles need another round.
        for _ in 0..ROUNDS {
            let mut of_round = 0;
            for module in derived(writing) {
                let mut after = None;
                loop {
                    let page = page(transaction, writing, &context, module, after).await?;
                    after = page.ids.last().copied();
                    let last = page.ids.len() < CHUNK;
                    of_round += page.write(transaction, writing, &context, module).await?;
                    if last {
                        break;
                    }
                }
            }
            changed += of_round;
            if of_round == 0 {
                break;
            }
        }
    }
    Ok(changed + processes::recount(transaction, writing.catalog()).await?)
}

/// Modules with something that is stored and follows, in the order of what follows from what.
fn derived(writing: &Writing) -> Vec<&Module> {
    let mut modules: Vec<&Module> =
        writing.catalog.modules.iter().filter(|module| !writing.derived(module).is_empty()).collect();
    modules.sort_by_key(|module| writing.graph.ranks[usize::from(module.id.0)]);
    modules
}

/// Some records as they are and as they should be.
struct Page {
    ids: Vec<Uuid>,
    records: Vec<Record>,
}

async fn page(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    context: &Context,
    module: &Module,
    after: Option<Uuid>,
) -> Result<Page, StoreError> {
    let mut session = Session::new(transaction, writing, context);
    session.locks = false;
    let module = session.module(module.id);
    let rows = rows_after(&mut session, module, rows::Which::Alive.sql(module), after).await?;
    let ids: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
    let stale = writing.derived(module);
    let everything: BTreeMap<FieldId, BTreeSet<Uuid>> =
        stale.iter().map(|field| (*field, ids.iter().copied().collect())).collect();
    let layout = session.layout(module.id);
    let rolled = roll_up(&mut session, module.id, &everything, &ids).await.map_err(store_error)?;
    let record = |(id, old): (Uuid, Row)| {
        let mut new = old.clone();
        for (field, values) in &rolled {
            layout.set(&mut new, *field, values.get(&id).cloned().unwrap_or(Value::Null));
        }
        let stale = stale.clone();
        Record { id, old: Some(old), new, given: vec![], stale, path: vec![], events: vec![] }
    };
    let mut records: Vec<Record> = rows.into_iter().map(record).collect();
    settle(&mut session, module, &mut records, Purpose::Follow).await.map_err(store_error)?;
    records.retain(|record| record.old.as_ref() != Some(&record.new));
    Ok(Page { ids, records })
}

impl Page {
    fn differences(&self, writing: &Writing, module: &Module, org: Uuid) -> Vec<Difference> {
        let layout = &writing.layouts[usize::from(module.id.0)];
        let mut found = Vec::new();
        for record in &self.records {
            let Some(old) = &record.old else { continue };
            for id in writing.derived(module) {
                let (stored, computed) = (layout.value(old, id), layout.value(&record.new, id));
                if stored != computed {
                    let shown = |value| shown(module, layout, id, value);
                    found.push(Difference {
                        org,
                        module: module.name.clone(),
                        id: record.id,
                        field: module.field(id).name.clone(),
                        stored: shown(stored),
                        computed: shown(computed),
                    });
                }
            }
        }
        found
    }

    async fn write(
        self,
        transaction: &mut Transaction<'_>,
        writing: &Writing,
        context: &Context,
        module: &Module,
    ) -> Result<u64, StoreError> {
        let layout = &writing.layouts[usize::from(module.id.0)];
        let slots: Vec<usize> = writing.derived(module).into_iter().filter_map(|field| layout.slot(field)).collect();
        let values = |record: &Record| slots.iter().map(|slot| record.new[*slot].clone()).collect();
        let rows: Vec<(Uuid, Vec<Value>)> = self.records.iter().map(|record| (record.id, values(record))).collect();
        let count = rows.len() as u64;
        if count > 0 {
            let mut session = Session::new(transaction, writing, context);
            rows::update(&mut session, module, &slots, rows).await.map_err(store_error)?;
        }
        Ok(count)
    }
}

fn shown(module: &Module, layout: &Layout, field: FieldId, value: &Value) -> String {
    let ty = layout.slot(field).map_or(ColumnType::Text, |slot| layout.types[slot]);
    let mut out = Vec::new();
    encoding::write(&mut out, module.field(field), ty, value);
    String::from_utf8(out).unwrap_or_default()
}

/// The next rows of a module for which a condition of SQL (` AND …`) holds, by id.
pub(super) async fn rows_after(
    session: &mut Session<'_, '_>,
    module: &Module,
    condition: &str,
    after: Option<Uuid>,
) -> Result<Vec<(Uuid, Row)>, StoreError> {
    let layout = session.layout(module.id);
    let (org, after) = (Value::Uuid(session.context.org), after.map(Value::Uuid));
    let mut args = Args::new(session.transaction.dialect());
    let tenant = args.add(ColumnType::Uuid, &org);
    let behind =
        after.as_ref().map_or_else(String::new, |id| format!(" AND \"id\" > {}", args.add(ColumnType::Uuid, id)));
    let sql = format!(
        "SELECT {} FROM {} WHERE {} = {tenant}{behind}{condition} ORDER BY \"id\" LIMIT {CHUNK}",
        layout.select,
        quote(&module.table),
        quote(&module.tenant),
    );
    let rows = session.transaction.query(&sql, &args, &layout.types).await?;
    let with_id = |row: Row| if let Value::Uuid(id) = row[0] { Some((id, row)) } else { None };
    Ok(rows.into_iter().filter_map(with_id).collect())
}

pub(super) async fn organizations(transaction: &mut Transaction<'_>) -> Result<Vec<Uuid>, StoreError> {
    let args = Args::new(transaction.dialect());
    let rows = transaction.query("SELECT id FROM organizations ORDER BY id", &args, &[ColumnType::Uuid]).await?;
    let id = |value: Value| if let Value::Uuid(id) = value { Some(id) } else { None };
    Ok(rows.into_iter().flatten().filter_map(id).collect())
}

/// Nothing is refused where nobody wants anything written.
pub(super) fn store_error(error: WriteError) -> StoreError {
    match error {
        WriteError::Store(error) => error,
        other => StoreError::Database(other.into()),
    }
}
