//! The second wall on PostgreSQL: what a statement shows and writes when nothing in it tells organisations apart.

use crate::support::{App, Backend, Database, User, backends};
use kontor_domain::{
    column::{ColumnType, Dialect},
    context::Whose,
    ddl::Terms,
    store::{Args, Settings, Store},
    value::Value,
};
use serde_json::json;
use uuid::Uuid;

fn on_postgres() -> bool {
    backends().contains(&Backend::Postgres)
}

/// A statement as the planner wrote it, with values in the place of its parameters.
struct Written(String);

impl Written {
    /// The organisation for all ids, `secret` for the words that are looked for.
    fn with_values(sql: &str, org: Uuid) -> Self {
        let mut out = String::new();
        let mut rest = sql;
        let mut lists = 0;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let digits = rest[at + 1..].chars().take_while(char::is_ascii_digit).count();
            let number: usize = rest[at + 1..=at + digits].parse().unwrap();
            rest = &rest[at + 1 + digits..];
            if rest.starts_with("::uuid") {
                out.push_str(&format!("'{org}'"));
            } else {
                assert!(rest.starts_with("::text[]"), "the test has no value for a parameter: {sql}");
                if lists == 0 {
                    lists = number;
                }
                out.push_str(if number == lists { "ARRAY['secret']" } else { "'{}'" });
            }
        }
        Self(out + rest)
    }

    /// The same by a planner that has forgotten the organisation.
    fn forgetful(&self, org: Uuid) -> Self {
        let condition = format!(".\"org\" = '{org}'::uuid");
        let mut sql = self.0.clone();
        let mut forgotten = 0;
        while let Some(at) = sql.find(&condition) {
            let from = sql[..at].rfind([' ', '(']).unwrap() + 1;
            sql.replace_range(from..at + condition.len(), "TRUE");
            forgotten += 1;
        }
        assert!(forgotten > 0, "{sql}");
        Self(sql)
    }

    /// All that it gives, as one text.
    async fn rows(&self, store: &Store, whose: Whose) -> String {
        let sql = format!("SELECT coalesce(string_agg(x::text, '; '), '') FROM ({}) x", self.0);
        text(store, whose, &sql).await
    }
}

async fn text(store: &Store, whose: Whose, sql: &str) -> String {
    match store.query(whose, sql, &Args::new(Dialect::Postgres), &[ColumnType::Text]).await.unwrap().remove(0).remove(0)
    {
        Value::Text(text) => text,
        other => panic!("no text: {other:?}"),
    }
}

/// The statements that an operation runs.
async fn statements(app: &App, user: &User, query: &str) -> Vec<Written> {
    app.statements.lock().unwrap().clear();
    app.data(user, query, json!({})).await;
    app.statements.lock().unwrap().iter().map(|sql| Written::with_values(sql, user.org)).collect()
}

const QUERIES: [&str; 7] = [
    "{ accounts { totalCount nodes { name contacts { nodes { lastName } } } } }",
    "{ contacts(filter: {account: {name: {isNull: false}}}) { nodes { lastName account { name } } } }",
    "{ accounts(filter: {contacts: {some: {lastName: {isNull: false}}}}) { nodes { name } } }",
    "{ accounts(search: \"secret\") { nodes { name } } }",
    "{ search(query: \"secret\") { title } }",
    "{ accountsAggregate { count } }",
    "{ users { nodes { email } } }",
];

/// An account and a contact of this name.
async fn fill(app: &App, user: &User, name: &str) {
    let create = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
    let account = app.data(user, create, json!({"n": name})).await["createAccount"]["id"].clone();
    let create = "mutation($n: String!, $a: ID!) { createContact(input: {lastName: $n, accountId: $a}) { id } }";
    app.data(user, create, json!({"n": name, "a": account})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planner_that_forgets_the_organization_shows_nothing_of_others() {
    if !on_postgres() {
        return;
    }
    let app = App::new(Backend::Postgres).await;
    let (ours, theirs) = (app.user("ours").await, app.user("theirs").await);
    fill(&app, &ours, "our secret").await;
    fill(&app, &theirs, "their secret").await;
    let store = app.engine.store();
    for query in QUERIES {
        let mut shown = 0;
        for statement in statements(&app, &ours, query).await {
            let forgetful = statement.forgetful(ours.org);
            let whole = statement.rows(store, Whose::Organization(ours.org)).await;
            assert_eq!(forgetful.rows(store, Whose::Organization(ours.org)).await, whole, "{query}");
            // Without the wall it would have been seen, and with the wall of another there is nothing at all.
            shown += usize::from(forgetful.rows(store, Whose::Platform).await != whole);
            let nobody = Whose::Organization(Uuid::now_v7());
            assert!(!statement.rows(store, nobody).await.contains("our"), "{query}");
        }
        assert!(shown > 0, "{query}");
    }
    // No organisation, no rows: in the role that is confined, what is not said is not allowed.
    let mut transaction = store.begin(Whose::Organization(ours.org)).await.unwrap();
    let args = Args::new(Dialect::Postgres);
    let count = "SELECT count(*)::text FROM accounts";
    assert_eq!(transaction.query(count, &args, &[ColumnType::Text]).await.unwrap(), [[Value::Text("1".to_owned())]]);
    transaction.execute("SET LOCAL kontor.organization = ''", &args).await.unwrap();
    assert_eq!(transaction.query(count, &args, &[ColumnType::Text]).await.unwrap(), [[Value::Text("0".to_owned())]]);
    transaction.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_for_another_organization() {
    if !on_postgres() {
        return;
    }
    let app = App::new(Backend::Postgres).await;
    let (ours, theirs) = (app.user("ours").await, app.user("theirs").await);
    fill(&app, &theirs, "theirs").await;
    let store = app.engine.store();
    let args = Args::new(Dialect::Postgres);
    let (a, b) = (ours.org, theirs.org);
    let insert = format!(
        "INSERT INTO counters (org, module, field, period, value) SELECT '{a}', name, 'x', '', 1 FROM accounts"
    );
    let counter = format!("INSERT INTO counters (org, module, field, period, value) VALUES ('{b}', 'x', 'x', '', 1)");
    let log = format!(
        "INSERT INTO record_events (id, org, transaction, record_type, record_id, kind, occurred_at) \
         VALUES (gen_random_uuid(), '{b}', '', 'Account', gen_random_uuid(), 'created', now())"
    );
    for sql in [counter, log] {
        let mut transaction = store.begin(Whose::Organization(a)).await.unwrap();
        let refused = transaction.execute(&sql, &args).await.unwrap_err();
        let refused = format!("{refused:?}");
        assert!(refused.contains("row-level security"), "{refused}");
        transaction.rollback().await.unwrap();
    }
    // What is not seen is not copied, changed or removed either.
    for sql in [insert, "UPDATE accounts SET name = 'ours now'".to_owned(), "DELETE FROM contacts".to_owned()] {
        let mut transaction = store.begin(Whose::Organization(a)).await.unwrap();
        assert_eq!(transaction.execute(&sql, &args).await.unwrap(), 0, "{sql}");
        transaction.rollback().await.unwrap();
    }
    let mut transaction = store.begin(Whose::Organization(b)).await.unwrap();
    let moved = format!("UPDATE accounts SET org = '{a}'");
    let refused = format!("{:?}", transaction.execute(&moved, &args).await.unwrap_err());
    assert!(refused.contains("row-level security"), "{refused}");
    drop(transaction);
    // A partition shows no more than the whole.
    let partitions = "SELECT string_agg(i.inhrelid::regclass::text, ' ') FROM pg_inherits i \
                      WHERE i.inhparent = 'record_events'::regclass";
    for partition in app.text(partitions).await.split(' ') {
        let events = format!("SELECT count(*)::text FROM {partition}");
        assert_eq!(text(store, Whose::Organization(a), &events).await, "0", "{partition}");
    }
    assert_ne!(app.text("SELECT count(*)::text FROM record_events").await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_knows_for_whom_it_stands() {
    const WHO: &str = "SELECT coalesce(kontor_organization()::text, current_user::text)";
    if !on_postgres() {
        return;
    }
    let app = App::with_connections(Backend::Postgres, 2).await;
    let store = app.engine.store();
    let (a, b) = (Uuid::now_v7(), Uuid::now_v7());
    let is = async |org: Uuid| assert_eq!(text(store, Whose::Organization(org), WHO).await, org.to_string());
    let args = Args::new(Dialect::Postgres);
    is(a).await;
    let turned = store.turned();
    for _ in 0..3 {
        is(a).await;
    }
    assert_eq!(store.turned(), turned, "a read of the same organization is one round trip");
    is(b).await;
    is(a).await;
    assert!(store.turned() > turned);
    // A transaction says it for itself, and leaves nothing behind, however it ends.
    for org in [a, b] {
        for ending in ["commit", "rollback", "error", "drop"] {
            let mut transaction = store.begin(Whose::Organization(org)).await.unwrap();
            let rows = transaction.query(WHO, &args, &[ColumnType::Text]).await.unwrap();
            assert_eq!(rows, [[Value::Text(org.to_string())]]);
            match ending {
                "commit" => transaction.commit().await.unwrap(),
                "rollback" => transaction.rollback().await.unwrap(),
                "error" => {
                    transaction.execute("SELECT 1 / 0", &args).await.unwrap_err();
                    transaction.rollback().await.unwrap();
                }
                _ => drop(transaction),
            }
            is(a).await;
            is(b).await;
        }
        let failed = store.query(Whose::Organization(org), "SELECT (1 / 0)::text", &args, &[ColumnType::Text]).await;
        failed.unwrap_err();
        is(b).await;
        is(a).await;
    }
    let owner = text(store, Whose::Platform, "SELECT current_user::text").await;
    assert_eq!(text(store, Whose::Platform, WHO).await, owner);
    assert_eq!(text(store, Whose::Organization(a), "SELECT current_user::text").await, "kontor_tenant");
    let alternating = |org: Uuid| async move {
        for n in 0..50 {
            if n % 5 == 0 {
                let transaction = store.begin(Whose::Organization(org)).await.unwrap();
                transaction.rollback().await.unwrap();
            }
            assert_eq!(text(store, Whose::Organization(org), WHO).await, org.to_string());
        }
    };
    let platform = async {
        for _ in 0..50 {
            assert_eq!(text(store, Whose::Platform, WHO).await, owner);
        }
    };
    tokio::join!(alternating(a), alternating(b), alternating(Uuid::now_v7()), alternating(a), platform);
}

/// The tables whose rows belong to an organisation and that no policy guards.
const OPEN: &str = "SELECT coalesce(string_agg(c.relname, ' ' ORDER BY c.relname), '') FROM pg_class c JOIN pg_attribute a \
    ON a.attrelid = c.oid WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace \
    AND (a.attname = 'org' OR c.relname = 'organizations' AND a.attname = 'id') AND NOT (c.relrowsecurity \
    AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname \
    AND p.policyname = 'kontor_tenant' AND p.roles = '{kontor_tenant}'))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_guarded_whenever_it_was_made() {
    if !on_postgres() {
        return;
    }
    let database = Database::new(Backend::Postgres);
    let mut settings = Settings::new(database.location.clone());
    // As it was before there were policies.
    settings.tenant_role = None;
    let folders = [crate::support::repository().join("config/packages")];
    let catalog = kontor_metadata::load_dirs(&folders).unwrap().catalog;
    let store = Store::open(settings).await.unwrap();
    store.apply(&catalog).await.unwrap();
    let count = "SELECT count(*)::text FROM pg_policies";
    assert_eq!(text(&store, Whose::Organization(Uuid::now_v7()), count).await, "0");

    let app = App::over(database, &["config/packages"]).await;
    assert_eq!(app.text(OPEN).await, "");
    let App { engine, database, .. } = app;
    drop(engine);
    let app = App::over(database, &["config/packages", "examples/packages"]).await;
    assert_eq!(app.text(OPEN).await, "");
    assert_ne!(app.text("SELECT to_regclass('shipments')::text").await, "");
    let store = app.engine.store();
    assert_eq!(store.apply(&app.catalog).await.unwrap().changes, Vec::<String>::new());

    app.execute("ALTER TABLE shipments NO FORCE ROW LEVEL SECURITY").await;
    app.execute("DROP POLICY kontor_tenant ON accounts").await;
    app.execute("ALTER POLICY kontor_tenant ON notes USING (true)").await;
    let wanting = ["+ row-level security of accounts, notes, shipments"];
    assert_eq!(store.pending(&app.catalog, &Terms::default()).await.unwrap().plan.summary(), wanting);
    let applied = store.apply(&app.catalog).await.unwrap();
    assert_eq!(applied.changes, wanting);
    assert!(store.pending(&app.catalog, &Terms::default()).await.unwrap().plan.is_empty());
}

/// The indexes that a statement is run with, by those who see the rows of `whose`.
async fn indexes(store: &Store, whose: Whose, statement: &Written) -> Vec<String> {
    let mut transaction = store.begin(whose).await.unwrap();
    let args = Args::new(Dialect::Postgres);
    // The tables of the demo are so small that reading them whole is no mistake.
    transaction.execute("SET LOCAL enable_seqscan = off", &args).await.unwrap();
    let explain = format!("EXPLAIN (COSTS OFF) {}", statement.0);
    let rows = transaction.query(&explain, &args, &[ColumnType::Text]).await.unwrap();
    transaction.rollback().await.unwrap();
    let line = |value: &Value| if let Value::Text(line) = value { line.trim().to_owned() } else { String::new() };
    let is_used = |line: &String| line.contains("Index") && (line.contains("Scan") || line.contains("Cond"));
    rows.iter().map(|row| line(&row[0])).filter(is_used).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_leave_the_indexes_in_use() {
    if !on_postgres() {
        return;
    }
    let app = App::new(Backend::Postgres).await;
    let user = app.demo().await;
    let store = app.engine.store();
    for query in &QUERIES[..4] {
        for statement in statements(&app, &user, query).await {
            let confined = indexes(store, Whose::Organization(user.org), &statement).await;
            assert_eq!(confined, indexes(store, Whose::Platform, &statement).await, "{query}");
            if query.contains("accounts(search") {
                assert!(confined.iter().any(|line| line.contains("accounts_kontor_search_idx")), "{confined:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prepared_statements_take_no_more_room_than_they_may() {
    const KEPT: &str = "SELECT sum(length(statement))::text FROM pg_prepared_statements";
    if !on_postgres() {
        return;
    }
    let app = App::with_connections(Backend::Postgres, 2).await;
    let store = app.engine.store();
    // Nobody else has a connection for it.
    let whose = Whose::Organization(Uuid::now_v7());
    let mut most = 0;
    for n in 0..40 {
        let statement = format!("SELECT '{n:030000}'");
        for _ in 0..2 {
            assert_eq!(text(store, whose, &statement).await.parse(), Ok(n));
        }
        let kept: usize = text(store, whose, KEPT).await.parse().unwrap();
        assert!(kept >= 30_000, "the last one is kept: {kept}");
        most = most.max(kept);
    }
    assert!((200_000..320_000).contains(&most), "{most}");
}
