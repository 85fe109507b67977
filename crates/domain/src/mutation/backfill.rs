//! Values of a new field for the records that are there.

use super::{
    Writing,
    layout::Row,
    recompute::{organizations, rows_after, store_error},
    rows,
    session::{CHUNK, Session},
    settle::{Record, fill},
};
use crate::{
    context::{Context, Moment},
    error::StoreError,
    plan::sql::quote,
    store::Transaction,
};
use chrono_tz::Tz;
use kontor_metadata::model::{Field, Module};
use uuid::Uuid;

/// Gives every record without a value in the field that of the field's `backfill`, deleted ones included; a thousand at a
/// time, each time telling how many are done. Nobody has changed anything, so there is no new version of a record and no
/// entry in the logs.
///
/// # Errors
/// When the database fails, or a value is none that the field can hold.
pub(crate) async fn backfill(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    (module, field): (&str, &str),
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, StoreError> {
    let found = writing.catalog().find(module).and_then(|module| Some((module, module.find(field)?)));
    let Some((module, field)) = found else { return Ok(0) };
    let mut done = 0;
    for org in organizations(transaction).await? {
        let context = Context::of_program(org, Moment::now(Tz::UTC));
        let mut after = None;
        loop {
            let mut session = Session::new(transaction, writing, &context);
            session.locks = false;
            let without_value = format!(" AND {} IS NULL", quote(&field.column));
            let rows = rows_after(&mut session, module, &without_value, after).await?;
            let count = rows.len();
            after = rows.last().map(|(id, _)| *id);
            done += count as u64;
            write(&mut session, module, field, rows).await?;
            told(done);
            if count < CHUNK {
                break;
            }
        }
    }
    Ok(done)
}

async fn write(
    session: &mut Session<'_, '_>,
    module: &Module,
    field: &Field,
    rows: Vec<(Uuid, Row)>,
) -> Result<(), StoreError> {
    let module = session.module(module.id);
    let (field, layout) = (module.field(field.id), session.layout(module.id));
    let Some((formula, slot)) = field.past.backfill.as_ref().zip(layout.slot(field.id)) else { return Ok(()) };
    let record = |(id, old): (Uuid, Row)| {
        let new = old.clone();
        Record { id, old: Some(old), new, given: vec![], stale: vec![], path: vec![], events: vec![] }
    };
    let mut records: Vec<Record> = rows.into_iter().map(record).collect();
    fill(session, module, (field, formula), &mut records).await.map_err(store_error)?;
    records.retain(|record| !record.new[slot].is_null());
    if records.is_empty() {
        return Ok(());
    }
    let values = records.into_iter().map(|mut record| (record.id, vec![record.new.swap_remove(slot)])).collect();
    rows::update(session, module, &[slot], values).await.map_err(store_error)?;
    session.transaction.settle().await
}
