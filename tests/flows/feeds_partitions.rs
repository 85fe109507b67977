//! The log on PostgreSQL is partitioned by time: room is made ahead, and what is old goes with its partition.

use super::feeds_log::{append, prune, read};
use crate::support::{App, Backend, Database, Notifier, User, backends};
use kontor_domain::{
    calendar::{DAY, parse_timestamp},
    column::{ColumnType, Dialect},
    context::Whose,
    error::StoreError,
    events::{self, Event, LogError, Pruned},
    store::{Args, Location, Settings, Store},
    value::Value,
};
use kontor_migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectionTrait as _, Database as Connections};
use std::time::Duration;
use uuid::Uuid;

async fn app() -> Option<App> {
    if !backends().contains(&Backend::Postgres) {
        return None;
    }
    Some(App::new(Backend::Postgres).await)
}

async fn text(store: &Store, sql: &str) -> String {
    let rows = store.query(Whose::Platform, sql, &Args::new(Dialect::Postgres), &[ColumnType::Text]).await.unwrap();
    match rows.first().and_then(|row| row.first()) {
        Some(Value::Text(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

/// The partitions from before 2020, since every database has those of today.
async fn old_partitions(store: &Store) -> String {
    let names = "SELECT COALESCE(string_agg(relname::text, ' ' ORDER BY relname), '') FROM pg_inherits \
                 JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'record_events'::regclass AND relname < 'record_events_2020'";
    text(store, names).await
}

/// Makes a partition for the day of a moment, as the program did on that day.
async fn partition(store: &Store, day: &str, next: &str) {
    let sql = format!(
        "CREATE TABLE record_events_{} PARTITION OF record_events FOR VALUES FROM ('{day}Z') TO ('{next}Z')",
        day.replace('-', "")
    );
    let mut transaction = store.begin(Whose::Platform).await.unwrap();
    transaction.execute(&sql, &Args::new(Dialect::Postgres)).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn add(app: &App, user: &User, at: &str) -> Uuid {
    let mut transaction = app.engine.store().begin(Whose::Platform).await.unwrap();
    let record = append(&mut transaction, user, moment(at)).await;
    transaction.commit().await.unwrap();
    record
}

fn moment(text: &str) -> i64 {
    parse_timestamp(text).unwrap()
}

fn records(events: &[Event]) -> Vec<Uuid> {
    events.iter().map(|event| event.record).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_events_go_with_their_partition_and_younger_ones_keep_what_is_behind_them() {
    let Some(app) = app().await else { return };
    let (user, store) = (app.user("acme").await, app.engine.store());
    for (day, next) in [("2001-01-01", "2001-01-02"), ("2001-01-02", "2001-01-03"), ("2001-01-03", "2001-01-04")] {
        partition(store, day, next).await;
    }
    let start = events::last(store).await.unwrap();
    // The fourth is of the first day, but was committed after one of the second; the last has no partition of its own.
    let mut made = Vec::new();
    for at in ["01-01T08", "01-01T09", "01-02T01", "01-01T23", "01-02T12", "01-05T01"] {
        made.push(add(&app, &user, &format!("2001-{at}:00:00Z")).await);
    }
    let all = read(&app, start, 6).await;
    assert_eq!(records(&all), made, "the order of the log is that of transactions, whatever the partition");

    // What users are still to be told of would be kept.
    Notifier::new(&app).catch_up().await;
    assert_eq!(prune(store, moment("2001-01-01T23:59:59Z")).await, Pruned::default());
    assert_eq!(prune(store, moment("2001-01-02T00:30:00Z")).await, Pruned::default(), "the third is younger");
    assert_eq!(records(&read(&app, start, 6).await), made);
    assert_eq!(prune(store, moment("2001-01-02T02:00:00Z")).await, Pruned { partitions: 1, events: 0 });
    assert_eq!(old_partitions(store).await, "record_events_20010102 record_events_20010103");
    for event in [None, Some(0), Some(2)] {
        let after = event.map_or(start, |n| all[n].cursor);
        assert!(matches!(events::read(store, after, 100).await, Err(LogError::Gap)), "{event:?}");
    }
    assert_eq!(read(&app, all[3].cursor, 2).await, all[4..]);

    assert_eq!(prune(store, moment("2001-01-05T00:00:00Z")).await, Pruned { partitions: 2, events: 0 });
    assert_eq!(read(&app, all[4].cursor, 1).await, all[5..]);
    assert_eq!(prune(store, moment("2001-01-06T00:00:00Z")).await, Pruned { partitions: 0, events: 1 });
    assert_eq!(read(&app, all[5].cursor, 0).await, []);
    assert_eq!(old_partitions(store).await, "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pruning_gives_way_to_writers_and_to_what_nobody_can_have_read() {
    let Some(app) = app().await else { return };
    let (user, store) = (app.user("acme").await, app.engine.store());
    partition(store, "2001-01-01", "2001-01-02").await;
    let start = events::last(store).await.unwrap();
    let mut open = store.begin(Whose::Platform).await.unwrap();
    let first = append(&mut open, &user, moment("2001-01-01T08:00:00Z")).await;
    let second = add(&app, &user, "2001-01-01T09:00:00Z").await;
    let pruned = events::prune(store, moment("2002-01-01T00:00:00Z")).await;
    assert!(matches!(pruned, Err(StoreError::Busy)), "{pruned:?}");
    open.commit().await.unwrap();
    assert_eq!(records(&read(&app, start, 2).await), [first, second]);
    // What users are still to be told of would be kept.
    Notifier::new(&app).catch_up().await;
    let late = append_elsewhere(&app, &user).await;
    assert_eq!(
        prune(store, moment("2002-01-01T00:00:00Z")).await,
        Pruned::default(),
        "an older transaction is under way"
    );
    late.commit().await.unwrap();
    Notifier::new(&app).catch_up().await;
    while prune(store, moment("2002-01-01T00:00:00Z")).await.partitions == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// An open transaction older than an event of the old partition, that does not use the log.
async fn append_elsewhere<'a>(app: &'a App, user: &User) -> kontor_domain::store::Transaction<'a> {
    let mut open = app.engine.store().begin(Whose::Platform).await.unwrap();
    let args = Args::new(Dialect::Postgres);
    open.query("SELECT pg_current_xact_id()::text", &args, &[ColumnType::Text]).await.unwrap();
    add(app, user, "2001-01-01T10:00:00Z").await;
    open
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn room_is_made_once_by_several_and_takes_in_what_had_none() {
    let Some(app) = app().await else { return };
    let (user, store) = (app.user("acme").await, app.engine.store());
    let start = events::last(store).await.unwrap();
    let future = moment("2100-03-01T12:00:00Z");
    let record = add(&app, &user, "2100-03-02T08:00:00Z").await;
    let others: Vec<Store> = {
        let mut others = Vec::new();
        for _ in 0..3 {
            others.push(Store::open(Settings::new(app.database.location.clone())).await.unwrap());
        }
        others
    };
    let making = others.into_iter().map(|store| {
        tokio::spawn(async move {
            loop {
                match events::extend(&store, future, 7 * DAY).await {
                    Err(StoreError::Busy) => tokio::time::sleep(Duration::from_millis(5)).await,
                    made => return made.unwrap(),
                }
            }
        })
    });
    let mut made = 0;
    for making in making.collect::<Vec<_>>() {
        made += making.await.unwrap();
    }
    assert_eq!(made, 3, "today and two days more");
    let place = "SELECT tableoid::regclass::text FROM record_events WHERE occurred_at > '2100-01-01'";
    assert_eq!(text(store, place).await, "record_events_21000302");
    assert_eq!(records(&read(&app, start, 1).await), [record]);
    // A long time is kept in longer partitions, which begin where the others end.
    assert_eq!(events::extend(store, future + 3 * DAY, 365 * DAY).await.unwrap(), 1);
    let names = "SELECT max(relname::text) || ' ' || max(pg_get_expr(relpartbound, oid)) FROM pg_class WHERE relname = 'record_events_21000304'";
    let expected = "record_events_21000304 FOR VALUES FROM ('2100-03-04 00:00:00+00') TO ('2100-03-16 00:00:00+00')";
    assert_eq!(text(store, names).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_the_log_goes_by_the_index_of_each_partition() {
    let Some(app) = app().await else { return };
    let (user, store) = (app.user("acme").await, app.engine.store());
    for n in 0..30 {
        events::extend(store, moment("2100-01-01T00:00:00Z") + n * DAY, 7 * DAY).await.unwrap();
    }
    add(&app, &user, "2100-01-01T10:00:00Z").await;
    let plan = "EXPLAIN SELECT * FROM record_events WHERE (xid, sequence) > ('5'::xid8, 5) \
                AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, sequence LIMIT 500";
    let rows = store.query(Whose::Platform, plan, &Args::new(Dialect::Postgres), &[ColumnType::Text]).await.unwrap();
    let plan: Vec<String> = rows.into_iter().flatten().map(|value| format!("{value:?}")).collect();
    let plan = plan.join("\n");
    assert!(plan.contains("record_events_21000130_pkey") && !plan.contains("Seq Scan"), "{plan}");
}

/// Longer than any transaction of another test on a busy machine.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_from_before_is_kept() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let database = Database::new(Backend::Postgres);
    let Location::Postgres(url) = &database.location else { unreachable!("PostgreSQL was asked for") };
    let connection = Connections::connect(url).await.unwrap();
    Migrator::up(&connection, Some(5)).await.unwrap();
    let (org, record) = (Uuid::now_v7(), Uuid::now_v7());
    let sql = format!(
        "INSERT INTO organizations (id, name, slug, created_at, updated_at) VALUES ('{org}', 'Acme', 'old', now(), now()); \
         INSERT INTO record_events (id, org, transaction, record_type, record_id, kind, after, occurred_at) \
         VALUES (gen_random_uuid(), '{org}', '1', 'Account', '{record}', 'CREATED', '{{\"name\": \"Acme\"}}', now())"
    );
    connection.execute_unprepared(&sql).await.unwrap();
    connection.close().await.unwrap();
    let app = App::over(database, &["config/packages"]).await;
    let store = app.engine.store();
    let start = text(store, "SELECT xid::text FROM pruned_events").await;
    assert_eq!(start, "0");
    let user = app.user("acme").await;
    let beginning = "MS4wLjA".parse().unwrap();
    let second = add(&app, &user, "2100-01-01T10:00:00Z").await;
    let all = read(&app, beginning, 2).await;
    assert_eq!(records(&all), [record, second]);
    assert!(all[0].after.as_ref().unwrap().contains("Acme"));
    // Its days have passed.
    let kept = "SELECT COALESCE(to_regclass('record_events_before')::text, 'gone')";
    assert_eq!(text(store, kept).await, "record_events_before");
    // As long as transactions of other tests are older than the log, it stays.
    let gone = async {
        while text(store, kept).await != "gone" {
            prune(store, moment("2099-01-01T00:00:00Z")).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, gone).await.is_err() {
        let older = "SELECT COALESCE(string_agg(concat_ws(' ', datname, state, backend_xid, xact_start, query), E'\\n'), '') \
                     FROM pg_stat_activity WHERE backend_xid IS NOT NULL OR backend_xmin IS NOT NULL";
        panic!("what has passed is not dropped; transactions of the server:\n{}", text(store, older).await);
    }
    assert_eq!(read(&app, all[0].cursor, 1).await, all[1..]);
}
