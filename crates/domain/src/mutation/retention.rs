//! Records that are kept no longer, as the rules of their modules say.
//!
//! Each batch is one transaction: records are found and locked, asked again whether the rule is about them, and dealt with
//! by the pipeline that callers use. So several gateways at once do it once, and what somebody changes in that moment is
//! left for the next time.

use super::{
    Action, Change, WriteError, Writing, execute,
    person::{erase_each, forget_words},
};
use crate::{
    column::{ColumnType, Dialect},
    context::{Asked, Context, Moment, Whose},
    error::StoreError,
    plan::{self, Selection},
    processes::{self, Deed},
    store::{Args, Store, Transaction},
    value::Value,
};
use chrono::{DateTime, Days, Months, NaiveDate};
use kontor_metadata::model::{FieldType, Module, Period, Retention, RetentionAction};
use serde_json::json;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Most attempts at a batch.
const MOST_ATTEMPTS: u32 = 8;
/// How long to wait behind the first attempt; longer behind each.
const PAUSE: Duration = Duration::from_millis(50);

/// What a rule of retention has done in an organisation, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retained {
    /// Short name of the organisation.
    pub organization: String,
    /// Module name.
    pub module: String,
    /// Name of the rule.
    pub rule: String,
    /// What is done.
    pub action: RetentionAction,
    /// Records that it was done with.
    pub records: u64,
    /// Records that it could not be done with, since others still refer to them.
    pub in_the_way: u64,
}

/// What the rules are applied to, and how.
struct Pass<'p> {
    store: &'p Store,
    writing: &'p Writing,
    /// Nothing is done, only counted.
    dry_run: bool,
}

/// Applies every rule of retention in every organisation; gives those that were about any record. `files` gets the
/// storage keys of uploaded files that no record has any more.
///
/// # Errors
/// When the database does not answer; what is done by then stays done.
pub async fn retain(
    store: &Store,
    writing: &Writing,
    dry_run: bool,
    files: &mut (dyn FnMut(Vec<String>) + Send),
) -> Result<Vec<Retained>, StoreError> {
    let pass = Pass { store, writing, dry_run };
    let mut all = Vec::new();
    let sql = "SELECT id, slug FROM organizations ORDER BY slug, id";
    let organizations =
        store.query(Whose::Platform, sql, &Args::new(store.dialect()), &[ColumnType::Uuid, ColumnType::Text]).await?;
    for row in organizations {
        let [Value::Uuid(org), Value::Text(slug)] = row.as_slice() else { continue };
        let zone = processes::time_zone(store, *org).await?;
        let context = Context::of_program(*org, Moment::now(zone));
        for module in &writing.catalog().modules {
            for rule in &module.retention {
                let (records, in_the_way) = pass.apply(&context, module, rule, files).await?;
                if records + in_the_way > 0 {
                    let (organization, module) = (slug.clone(), module.name.clone());
                    let (rule, action) = (rule.name.clone(), rule.action);
                    all.push(Retained { organization, module, rule, action, records, in_the_way });
                }
            }
        }
    }
    Ok(all)
}

impl Pass<'_> {
    async fn apply(
        &self,
        context: &Context,
        module: &Module,
        rule: &Retention,
        files: &mut (dyn FnMut(Vec<String>) + Send),
    ) -> Result<(u64, u64), StoreError> {
        let Some(before) = before(context.moment, rule.after, &module.field(rule.of).ty) else { return Ok((0, 0)) };
        let due =
            Due { selection: plan::select_due(self.writing.catalog(), self.store.dialect(), module.id, rule), before };
        let (mut last, mut done, mut in_the_way) = (Uuid::nil(), 0, 0);
        loop {
            let began = Instant::now();
            let batch = self.patiently(context, (module, rule), &due, last, None).await?;
            let Some(end) = batch.ids.last().copied() else { return Ok((done, in_the_way)) };
            if let Some(gone) = batch.gone {
                done += batch.ids.len() as u64;
                files(gone);
            } else {
                // One of them is in the way of the others.
                for id in batch.ids {
                    let one = self.patiently(context, (module, rule), &due, before_id(id), Some(id)).await?;
                    match one.gone {
                        _ if one.ids.is_empty() => {}
                        Some(gone) => {
                            done += 1;
                            files(gone);
                        }
                        None => in_the_way += 1,
                    }
                }
            }
            last = end;
            if self.store.dialect() == Dialect::Sqlite {
                // Other processes look only now and then whether they may write: half of the time is theirs.
                tokio::time::sleep(began.elapsed()).await;
            }
        }
    }

    /// Deals with a batch, again where another transaction is in the way.
    async fn patiently(
        &self,
        context: &Context,
        of: (&Module, &Retention),
        due: &Due,
        last: Uuid,
        only: Option<Uuid>,
    ) -> Result<Batch, StoreError> {
        let mut attempts = 1;
        loop {
            match self.batch(context, of, due, last, only).await {
                Err(StoreError::Busy) if attempts < MOST_ATTEMPTS => {
                    tokio::time::sleep(PAUSE * attempts).await;
                    attempts += 1;
                }
                done => return done,
            }
        }
    }

    /// Deals with the records behind one, or with `only` one of them, in a transaction.
    async fn batch(
        &self,
        context: &Context,
        of: (&Module, &Retention),
        due: &Due,
        last: Uuid,
        only: Option<Uuid>,
    ) -> Result<Batch, StoreError> {
        let mut transaction = self.begin(context.org).await?;
        let mut ids = due.after(&mut transaction, context, last).await?;
        ids.retain(|id| only.is_none_or(|only| only == *id));
        if ids.is_empty() || self.dry_run {
            transaction.rollback().await?;
            return Ok(Batch { ids, gone: Some(Vec::new()) });
        }
        let gone = self.end(transaction, context, of, &ids).await?;
        Ok(Batch { ids, gone })
    }

    async fn begin(&self, org: Uuid) -> Result<Transaction<'_>, StoreError> {
        let mut transaction = self.store.begin(Whose::Organization(org)).await?;
        transaction.without_time_limit().await?;
        Ok(transaction)
    }

    /// Ends records, which the transaction has locked; gives the storage keys of their files, or nothing where others
    /// refer to one of them, and then nothing has happened.
    async fn end(
        &self,
        mut transaction: Transaction<'_>,
        context: &Context,
        (module, rule): (&Module, &Retention),
        ids: &[Uuid],
    ) -> Result<Option<Vec<String>>, StoreError> {
        match self.end_in(&mut transaction, context, (module, rule), ids).await {
            Ok(files) => {
                transaction.commit().await?;
                Ok(Some(files))
            }
            Err(WriteError::Store(error)) => Err(error),
            Err(error) => {
                tracing::warn!(module = module.name, rule = rule.name, %error, "records that are kept no longer stay");
                transaction.rollback().await?;
                Ok(None)
            }
        }
    }

    async fn end_in(
        &self,
        transaction: &mut Transaction<'_>,
        context: &Context,
        (module, rule): (&Module, &Retention),
        ids: &[Uuid],
    ) -> Result<Vec<String>, WriteError> {
        let context = &Context { operation: Uuid::now_v7(), ..context.clone() };
        let mut files = Vec::new();
        match rule.action {
            RetentionAction::Erase => {
                let mut touched = BTreeSet::new();
                for id in ids {
                    let (erased, modules) = erase_each(transaction, self.writing, context, (module.id, *id)).await?;
                    files.extend(erased.files);
                    touched.extend(modules);
                }
                forget_words(transaction, self.writing.catalog(), touched).await?;
            }
            RetentionAction::Delete | RetentionAction::Purge => {
                let ids = ids.to_vec();
                let action = match rule.action {
                    RetentionAction::Delete => Action::Delete { ids, expected_version: None },
                    _ => Action::Purge { ids },
                };
                execute(transaction, self.writing, context, Change { module: module.id, action }).await?;
            }
        }
        let details = json!({
            "module": module.name, "rule": rule.name, "do": rule.action.name(), "records": ids.len(),
            "transaction": context.operation,
        });
        let (org, now, details) = (context.org, context.moment.now, Some(details));
        let deed = Deed { org, user: None, action: "retention", record: None, details, ip: None, now };
        processes::audit(transaction, &deed).await?;
        processes::charge(transaction, self.writing.catalog(), org).await?;
        Ok(files)
    }
}

/// Records that a rule was about.
struct Batch {
    ids: Vec<Uuid>,
    /// Storage keys of their files; nothing where others refer to one of them, and then nothing has happened.
    gone: Option<Vec<String>>,
}

/// The records that a rule is about.
struct Due {
    selection: Selection,
    /// What the rule's field is less than.
    before: Value,
}

impl Due {
    /// The next of them whose ids are behind one.
    async fn after(
        &self,
        transaction: &mut Transaction<'_>,
        context: &Context,
        last: Uuid,
    ) -> Result<Vec<Uuid>, StoreError> {
        let asked = Asked { org: context.org, user: None, moment: context.moment };
        transaction.select_ids(&self.selection, &asked, &[self.before.clone(), Value::Uuid(last)]).await
    }
}

/// The id before one.
fn before_id(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_sub(1))
}

/// The moment or day from before which a period has passed.
fn before(moment: Moment, period: Period, ty: &FieldType) -> Option<Value> {
    let (months, days) = (Months::new(period.months), Days::new(period.days.into()));
    if let FieldType::Date { .. } = ty {
        let today = NaiveDate::default().checked_add_signed(chrono::Duration::days(moment.today.into()))?;
        let before = today.checked_sub_months(months)?.checked_sub_days(days)?;
        let since = before.signed_duration_since(NaiveDate::default()).num_days();
        return Some(Value::Date(i32::try_from(since).ok()?));
    }
    let now = DateTime::from_timestamp_micros(moment.now)?;
    Some(Value::Timestamp(now.checked_sub_months(months)?.checked_sub_days(days)?.timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;

    #[test]
    fn a_period_ends_by_the_calendar() {
        let now = calendar::parse_timestamp("2026-03-31T12:00:00Z").unwrap();
        let moment = Moment { now, today: calendar::parse_date("2026-03-31").unwrap() };
        let period = Period { months: 1, days: 1 };
        let day = calendar::parse_date("2026-02-27").unwrap();
        assert_eq!(before(moment, period, &FieldType::Date { min: None, max: None }), Some(Value::Date(day)));
        let at = calendar::parse_timestamp("2026-02-27T12:00:00Z").unwrap();
        assert_eq!(before(moment, period, &FieldType::DateTime { min: None, max: None }), Some(Value::Timestamp(at)));
    }
}
