//! Records that want to be reminded of: fields with `remind`.
//!
//! The table `reminders` holds the moment of each record, kept up with the log, and whether it has been dealt with. What
//! is told is written in the transaction that says so, so that each moment is told once. A record is looked at when its
//! moment comes: it may be deleted, done with, or want another moment by then.

use super::{
    NotifyError,
    inbox::{self, Notice},
    message::{self, Named, Told},
    news::Reason,
    people::People,
    reach::Reach,
    subjects,
};
use crate::{
    column::{ColumnType, Dialect},
    context::{Asked, Moment, Whose},
    error::StoreError,
    events::Event,
    mutation::Writing,
    plan::{
        self,
        sql::{literal, quote},
    },
    query::Operand,
    store::{Args, Store, Transaction},
    value::Value,
};
use kontor_metadata::model::{Catalog, Field, FieldId, Module, ModuleId};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Moments that one transaction deals with.
const BATCH: usize = 200;

/// Fields that remind of their records.
fn reminding(catalog: &Catalog) -> impl Iterator<Item = (&Module, &Field)> {
    catalog.modules.iter().flat_map(|module| {
        let fields = module.fields.iter().filter(|field| field.logic.remind.is_some());
        fields.map(move |field| (module, field))
    })
}

/// Brings the moments of records up to date which some events of an organisation have changed. Their values are those of
/// now: a later event of the same record changes nothing any more.
pub(super) async fn follow(
    transaction: &mut Transaction<'_>,
    catalog: &Catalog,
    org: Uuid,
    events: &[Event],
) -> Result<(), StoreError> {
    for (module, field) in reminding(catalog) {
        let changes = |event: &&Event| {
            let names: Vec<String> =
                event.changed.as_deref().and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
            event.module == module.name && (event.kind != "UPDATED" || names.contains(&field.gql))
        };
        let records: Vec<Value> = events.iter().filter(changes).map(|event| Value::Uuid(event.record)).collect();
        if records.is_empty() {
            continue;
        }
        let (tenant, records) = (Value::Uuid(org), Value::List(records));
        let mut args = Args::new(transaction.dialect());
        let (tenant, among) = (args.add(ColumnType::Uuid, &tenant), among(&mut args, &records));
        let (table, column) = (quote(&module.table), quote(&field.column));
        let own = format!("record_type = {} AND field = {}", literal(&module.name), literal(&field.name));
        let insert = format!(
            "{} WHERE t.\"org\" = {tenant} AND t.\"id\" {among} AND t.{column} IS NOT NULL \
             ON CONFLICT (org, record_type, record_id, field) DO UPDATE SET at = excluded.at, done = excluded.done \
             WHERE reminders.at <> excluded.at",
            insert(module, field),
        );
        transaction.execute(&insert, &args).await?;
        let delete = format!(
            "DELETE FROM reminders WHERE org = {tenant} AND record_id {among} AND {own} AND NOT EXISTS \
             (SELECT 1 FROM {table} t WHERE t.\"id\" = record_id AND t.{column} IS NOT NULL)"
        );
        transaction.execute(&delete, &args).await?;
    }
    Ok(())
}

/// Adds the moments to come of records that no event has told of: demo data, and those of fields that remind only since
/// the metadata were changed.
///
/// # Errors
/// When the database does not answer.
pub async fn add_missing(store: &Store, writing: &Writing, moment: Moment) -> Result<(), StoreError> {
    for (module, field) in reminding(writing.catalog()) {
        let now = Value::Timestamp(moment.now);
        let mut args = Args::new(store.dialect());
        let sql = format!(
            "{} WHERE t.{} > {} ON CONFLICT DO NOTHING",
            insert(module, field),
            quote(&field.column),
            args.add(ColumnType::Timestamp, &now)
        );
        let mut transaction = store.begin(Whose::Platform).await?;
        transaction.without_time_limit().await?;
        transaction.execute(&sql, &args).await?;
        transaction.commit().await?;
    }
    Ok(())
}

fn insert(module: &Module, field: &Field) -> String {
    format!(
        "INSERT INTO reminders (org, record_type, record_id, field, at, done) \
         SELECT t.\"org\", {}, t.\"id\", {}, t.{}, FALSE FROM {} t",
        literal(&module.name),
        literal(&field.name),
        quote(&field.column),
        quote(&module.table),
    )
}

/// Reminds of the records whose moment has come; gives the next moment, in microseconds since 1970-01-01T00:00:00Z.
///
/// # Errors
/// See [`NotifyError`]; then nothing has happened.
pub async fn remind(store: &Store, writing: &Writing, moment: Moment) -> Result<Option<i64>, NotifyError> {
    let next = next(store).await?;
    if next.is_none_or(|at| at > moment.now) {
        return Ok(next);
    }
    let mut transaction = store.begin(Whose::Platform).await?;
    for ((org, module, field), due) in claim(&mut transaction, writing.catalog(), moment).await? {
        let (module, field) = (writing.catalog().module(module), writing.catalog().module(module).field(field));
        let notices = notices(&mut transaction, writing, org, (module, field), &due, moment).await?;
        inbox::write(&mut transaction, writing, org, notices, moment).await?;
    }
    transaction.commit().await?;
    Ok(self::next(store).await?)
}

async fn next(store: &Store) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT MIN(at) FROM reminders WHERE {}", open(store.dialect()));
    let rows = store.query(Whose::Platform, &sql, &Args::new(store.dialect()), &[ColumnType::Timestamp]).await?;
    Ok(match rows.first().map(Vec::as_slice) {
        Some([Value::Timestamp(at)]) => Some(*at),
        _ => None,
    })
}

/// As in the definition of the index.
fn open(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "NOT done",
        Dialect::Sqlite => "done = 0",
    }
}

/// Records that are due by organisation, module and field, with their moments.
type Due = BTreeMap<(Uuid, ModuleId, FieldId), HashMap<Uuid, i64>>;

/// Takes moments that have come, and marks them as dealt with.
async fn claim(transaction: &mut Transaction<'_>, catalog: &Catalog, moment: Moment) -> Result<Due, StoreError> {
    let dialect = transaction.dialect();
    let now = Value::Timestamp(moment.now);
    let mut args = Args::new(dialect);
    let now = args.add(ColumnType::Timestamp, &now);
    let lock = match dialect {
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        Dialect::Sqlite => "",
    };
    let sql = format!(
        "SELECT org, record_type, field, record_id, at FROM reminders WHERE {} AND at <= {now} ORDER BY at LIMIT {BATCH}{lock}",
        open(dialect)
    );
    let text = ColumnType::Text;
    let types = [ColumnType::Uuid, text, text, ColumnType::Uuid, ColumnType::Timestamp];
    let rows = transaction.query(&sql, &args, &types).await?;
    let mut due = Due::new();
    for row in &rows {
        let [org, module, field, record, _] = row.as_slice() else { continue };
        let mut args = Args::new(dialect);
        let sql = format!(
            "UPDATE reminders SET done = TRUE WHERE org = {} AND record_type = {} AND field = {} AND record_id = {}",
            args.add(ColumnType::Uuid, org),
            args.add(text, module),
            args.add(text, field),
            args.add(ColumnType::Uuid, record),
        );
        transaction.execute(&sql, &args).await?;
    }
    for row in rows {
        if let [Value::Uuid(org), Value::Text(module), Value::Text(field), Value::Uuid(record), Value::Timestamp(at)] =
            row.as_slice()
            && let Some(module) = catalog.find(module)
            && let Some(field) = module.find(field)
        {
            due.entry((*org, module.id, field.id)).or_default().insert(*record, *at);
        }
    }
    Ok(due)
}

/// What is told of the records that are still to be reminded of.
async fn notices(
    transaction: &mut Transaction<'_>,
    writing: &Writing,
    org: Uuid,
    (module, field): (&Module, &Field),
    due: &HashMap<Uuid, i64>,
    moment: Moment,
) -> Result<Vec<Notice>, NotifyError> {
    let catalog = writing.catalog();
    let Some(condition) = &field.logic.remind else { return Ok(Vec::new()) };
    let selection = plan::select_among(catalog, transaction.dialect(), module.id, Operand(0), condition);
    let ids = [Value::List(due.keys().copied().map(Value::Uuid).collect())];
    let found = transaction.select_ids(&selection, &Asked { org, user: None, moment }, &ids).await?;
    let rows = assigned(transaction, org, module, field, found).await?;
    let rows: Vec<_> = rows.into_iter().filter(|row| due.get(&row.record) == Some(&row.at)).collect();
    let users = rows.iter().flat_map(|row| row.users).flatten().collect();
    let people = People::load(transaction, org, Some(users)).await?;
    let records = rows.iter().map(|row| (module.id, row.record)).collect();
    let wanted =
        rows.iter().flat_map(|row| row.users.into_iter().flatten().map(|user| (user, (module.id, row.record))));
    let reach = Reach::load(transaction, catalog, (org, moment), &people, wanted.collect()).await?;
    let subjects = subjects::load(transaction, catalog, org, &records).await?;
    let notice = |row: Assigned| {
        let key = (module.id, row.record);
        let is_told = |user: &Uuid| people.get(*user).is_some_and(|person| person.active) && reach.has(*user, key);
        let user = row.users.into_iter().flatten().find(is_told)?;
        let person = people.get(user)?;
        let language = person.language;
        let title = subjects.get(&key).and_then(|subject| subject.title.as_deref());
        let title = title.filter(|_| reach.shows(&person.role, module.id, module.title));
        let told = Told {
            reason: Reason::Reminder,
            kind: "",
            actor: None,
            changed: Named { label: module.label.get(language), title },
            whole: None,
            fields: Vec::new(),
        };
        let message = message::text(&told, language);
        Some(Notice { user, reason: Reason::Reminder, message, record: Some(key) })
    };
    Ok(rows.into_iter().filter_map(notice).collect())
}

/// A record with its moment, and those to remind: whoever it is assigned to, else its owner.
struct Assigned {
    record: Uuid,
    at: i64,
    users: [Option<Uuid>; 2],
}

async fn assigned(
    transaction: &mut Transaction<'_>,
    org: Uuid,
    module: &Module,
    field: &Field,
    records: Vec<Uuid>,
) -> Result<Vec<Assigned>, StoreError> {
    let (tenant, records) = (Value::Uuid(org), Value::List(records.into_iter().map(Value::Uuid).collect()));
    let mut args = Args::new(transaction.dialect());
    let (tenant, among) = (args.add(ColumnType::Uuid, &tenant), among(&mut args, &records));
    let sql = format!(
        "SELECT \"id\", {}, \"assigned_to_id\", \"owner_id\" FROM {} WHERE \"org\" = {tenant} AND \"id\" {among} ORDER BY \"id\"",
        quote(&field.column),
        quote(&module.table),
    );
    let types = [ColumnType::Uuid, ColumnType::Timestamp, ColumnType::Uuid, ColumnType::Uuid];
    let id = |value: &Value| if let Value::Uuid(id) = value { Some(*id) } else { None };
    let row = |row: Vec<Value>| match row.as_slice() {
        [Value::Uuid(record), Value::Timestamp(at), assigned, owner] => {
            Some(Assigned { record: *record, at: *at, users: [id(assigned), id(owner)] })
        }
        _ => None,
    };
    Ok(transaction.query(&sql, &args, &types).await?.into_iter().filter_map(row).collect())
}

fn among<'v>(args: &mut Args<'v>, ids: &'v Value) -> String {
    let list = args.add_list(ColumnType::Uuid, ids);
    match args.dialect() {
        Dialect::Postgres => format!("= ANY({list})"),
        Dialect::Sqlite => format!("IN (SELECT unhex(value) FROM json_each({list}))"),
    }
}
