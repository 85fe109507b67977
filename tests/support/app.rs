use super::{Backend, Clock, Database};
use kontor_domain::{
    calendar,
    column::ColumnType,
    context::Whose,
    demo::Spec,
    events,
    processes::{self, NewUser},
    quota::Quotas,
    store::{Args, Settings, Store},
    value::Value as Stored,
};
use kontor_gateway::{
    auth::{Caller, Identity, Keys},
    engine::{Asker, Engine, GraphQlRequest, Introspection},
    files::Files,
    limits::Limits,
    rates::Rates,
};
use kontor_metadata::model::Catalog;
use serde_json::{Value, json};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use uuid::Uuid;

/// Folder of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The demo of the test cases: the same bytes every time.
fn demo_spec() -> Spec {
    Spec {
        scale: 1,
        seed: 1,
        now: calendar::parse_timestamp("2026-06-15T12:00:00Z").unwrap(),
        org: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
        email_domain: "demo.kontor.example".to_owned(),
        password_hash: "no password".to_owned(),
    }
}

/// Somebody who asks.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// Its organisation.
    pub(crate) org: Uuid,
    /// Its id.
    pub(crate) id: Uuid,
}

/// How users sign in, and by which clock tokens end.
#[derive(Default)]
struct Standing {
    clock: Option<kontor_gateway::auth::Clock>,
    identity: Identity,
    limits: Limits,
    rates: Rates,
    introspection: Introspection,
}

/// An engine over a database of its own.
pub(crate) struct App {
    /// The engine.
    pub(crate) engine: Arc<Engine>,
    /// The catalog.
    pub(crate) catalog: Arc<Catalog>,
    /// Statements that ran, in order.
    pub(crate) statements: Arc<Mutex<Vec<String>>>,
    /// What organisations may have, at other gateways too.
    quotas: Quotas,
    /// Dropped last.
    pub(crate) database: Database,
}

impl App {
    /// With the shipped packages.
    pub(crate) async fn new(backend: Backend) -> Self {
        Self::with_packages(backend, &["config/packages"]).await
    }

    /// With the packages of some folders of the repository.
    pub(crate) async fn with_packages(backend: Backend, folders: &[&str]) -> Self {
        Self::over(Database::new(backend), folders).await
    }

    /// Over a database that may hold something already.
    pub(crate) async fn over(database: Database, folders: &[&str]) -> Self {
        Self::open(database, folders, |_| {}, Standing::default()).await
    }

    /// With the shipped packages, a clock, and other ways to sign in.
    pub(crate) async fn with_identity(
        backend: Backend,
        clock: &Clock,
        change: impl FnOnce(Identity) -> Identity,
    ) -> Self {
        let identity = change(Identity::default().with_clock(clock.reader()));
        let standing = Standing { clock: Some(clock.reader()), identity, ..Standing::default() };
        Self::open(Database::new(backend), &["config/packages"], |_| {}, standing).await
    }

    /// With limits of a request beside that of a statement.
    pub(crate) async fn with_limits(backend: Backend, statement: Duration, limits: Limits) -> Self {
        let standing = Standing { limits, ..Standing::default() };
        let set = |settings: &mut Settings| settings.statement_timeout = statement;
        Self::open(Database::new(backend), &["config/packages"], set, standing).await
    }

    /// With limits on how often anybody may ask.
    pub(crate) async fn with_rates(backend: Backend, rates: Rates) -> Self {
        let standing = Standing { rates, ..Standing::default() };
        Self::open(Database::new(backend), &["config/packages"], |_| {}, standing).await
    }

    /// Where not everybody may ask about the schema.
    pub(crate) async fn with_introspection(backend: Backend, introspection: Introspection) -> Self {
        let standing = Standing { introspection, ..Standing::default() };
        Self::open(Database::new(backend), &["config/packages"], |_| {}, standing).await
    }

    /// Where plans limit what organisations have.
    pub(crate) async fn with_quotas(backend: Backend, quotas: Quotas) -> Self {
        let set = |settings: &mut Settings| settings.quotas = quotas;
        Self::open(Database::new(backend), &["config/packages"], set, Standing::default()).await
    }

    /// The same database, opened anew with other ways to sign in.
    pub(crate) async fn reopened(app: Self, clock: &Clock, change: impl FnOnce(Identity) -> Identity) -> Self {
        let identity = change(Identity::default().with_clock(clock.reader()));
        let standing = Standing { clock: Some(clock.reader()), identity, ..Standing::default() };
        Self::open(app.database, &["config/packages"], |_| {}, standing).await
    }

    /// Another gateway of the same database.
    pub(crate) async fn gateway(&self) -> Engine {
        let mut settings = Settings::new(self.database.location.clone());
        settings.quotas = self.quotas.clone();
        let store = Store::open(settings).await.unwrap();
        let keys = Keys::from_seeds(&[[7; 32]], Duration::from_secs(600));
        let engine = Engine::new(self.catalog.clone(), Arc::new(store), keys).unwrap();
        engine.learn_admission().await.unwrap();
        engine
    }

    /// Runs a statement.
    pub(crate) async fn execute(&self, sql: &str) {
        let mut transaction = self.engine.store().begin(Whose::Platform).await.unwrap();
        transaction.execute(sql, &Args::new(self.engine.store().dialect())).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// The one text that a query gives.
    pub(crate) async fn text(&self, sql: &str) -> String {
        match self.cell(sql, ColumnType::Text).await {
            Stored::Text(text) => text,
            other => panic!("no text: {other:?}"),
        }
    }

    /// The one number that a query gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        match self.cell(sql, ColumnType::BigInt).await {
            Stored::Integer(number) => number,
            other => panic!("no number: {other:?}"),
        }
    }

    async fn cell(&self, sql: &str, ty: ColumnType) -> Stored {
        let store = self.engine.store();
        let mut rows = store.query(Whose::Platform, sql, &Args::new(store.dialect()), &[ty]).await.unwrap();
        rows.remove(0).remove(0)
    }

    /// With the shipped packages and another time limit for statements.
    pub(crate) async fn with_time_limit(backend: Backend, limit: Duration) -> Self {
        Self::open(Database::new(backend), &["config/packages"], |s| s.statement_timeout = limit, Standing::default())
            .await
    }

    /// With the shipped packages and so many connections to PostgreSQL.
    pub(crate) async fn with_connections(backend: Backend, connections: usize) -> Self {
        Self::open(Database::new(backend), &["config/packages"], |s| s.connections = connections, Standing::default())
            .await
    }

    async fn open(database: Database, folders: &[&str], set: impl FnOnce(&mut Settings), standing: Standing) -> Self {
        let folders: Vec<_> = folders.iter().map(|f| repository().join(f)).collect();
        let catalog = match kontor_metadata::load_dirs(&folders) {
            Ok(loaded) => Arc::new(loaded.catalog),
            Err(report) => panic!("{}", report.render_text(false)),
        };
        let statements = Arc::new(Mutex::new(Vec::new()));
        let observed = statements.clone();
        let mut settings = Settings::new(database.location.clone());
        settings.connections = 4;
        set(&mut settings);
        let quotas = settings.quotas.clone();
        settings.observer = Some(Arc::new(move |sql: &str| observed.lock().unwrap().push(sql.to_owned())));
        let store = Store::open(settings).await.unwrap();
        store.apply(&catalog).await.unwrap();
        events::extend(&store, calendar::now(), 7 * calendar::DAY).await.unwrap();
        let keys = Keys::from_seeds(&[[7; 32]], Duration::from_secs(600));
        let keys = match standing.clock {
            Some(clock) => keys.with_clock(clock),
            None => keys,
        };
        let files = Files {
            folder: database.folder.path().join("files"),
            base: "http://kontor.test/files/".to_owned(),
            size_limit: 300_000,
            count_limit: 3,
        };
        files.prepare().unwrap();
        let engine = Engine::new(catalog.clone(), Arc::new(store), keys).unwrap();
        let engine = engine.with_files(files).with_identity(standing.identity).with_limits(standing.limits);
        let engine = engine.with_rates(standing.rates).with_introspection(standing.introspection);
        let engine = Arc::new(engine);
        Self { engine, catalog, statements, quotas, database }
    }

    /// A new user in an organisation of its own, which has the default pipeline.
    pub(crate) async fn user(&self, slug: &str) -> User {
        let org = Uuid::now_v7();
        let mut transaction = self.engine.store().begin(Whose::Platform).await.unwrap();
        processes::create_organization(&mut transaction, org, slug, slug, processes::DEFAULT_PLAN, true).await.unwrap();
        let user = NewUser {
            org,
            email: format!("admin@{slug}.example"),
            password_hash: Some(kontor_gateway::auth::hash("correct horse")),
            role: "admin".to_owned(),
            first_name: None,
            last_name: Some("Admin".to_owned()),
        };
        let id = processes::create_user(&mut transaction, user).await.unwrap();
        transaction.commit().await.unwrap();
        User { org, id }
    }

    /// Another user of the same organisation: `ada.lovelace` is Ada Lovelace.
    pub(crate) async fn colleague(&self, of: &User, name: &str) -> User {
        let (first, last) = name.split_once('.').unwrap();
        let capital = |word: &str| Some(format!("{}{}", word[..1].to_uppercase(), &word[1..]));
        let user = NewUser {
            org: of.org,
            email: format!("{name}@{}.example", of.org.simple()),
            password_hash: Some("no password".to_owned()),
            role: "sales_rep".to_owned(),
            first_name: capital(first),
            last_name: capital(last),
        };
        let mut transaction = self.engine.store().begin(Whose::Platform).await.unwrap();
        let id = processes::create_user(&mut transaction, user).await.unwrap();
        transaction.commit().await.unwrap();
        User { org: of.org, id }
    }

    /// Sets columns of a user, past the API.
    pub(crate) async fn set_user(&self, user: &User, columns: &str) {
        let id = Stored::Uuid(user.id);
        let mut transaction = self.engine.store().begin(Whose::Platform).await.unwrap();
        let mut args = Args::new(transaction.dialect());
        let sql = format!("UPDATE users SET {columns} WHERE id = {}", args.add(ColumnType::Uuid, &id));
        assert_eq!(transaction.execute(&sql, &args).await.unwrap(), 1);
        transaction.commit().await.unwrap();
    }

    /// The demo organisation, filled; its administrator.
    pub(crate) async fn demo(&self) -> User {
        self.fill(("Kontor Demo", "demo"), demo_spec()).await
    }

    /// Another organisation with records like those of the demo; its administrator.
    pub(crate) async fn demo_of_others(&self) -> User {
        let org = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);
        let spec = Spec { org, email_domain: "others.kontor.example".to_owned(), ..demo_spec() };
        self.fill(("Others", "others"), spec).await
    }

    async fn fill(&self, named: (&str, &str), spec: Spec) -> User {
        let org = spec.org;
        let summary =
            processes::fill_with_demo(self.engine.store(), &self.catalog, named, spec, &mut |_| {}).await.unwrap();
        User { org, id: summary.sign_ins[0].id }
    }

    /// The bytes of the answer.
    pub(crate) async fn bytes(&self, user: Option<&User>, query: &str, variables: Value) -> String {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let request = GraphQlRequest { query: query.to_owned(), variables, ..GraphQlRequest::default() };
        let caller = user.map(|u| Caller::signed_in(u.id, u.org, "admin", Uuid::nil()));
        let asker = Asker { caller, language: "en".to_owned(), request_id: "test".to_owned(), ..Asker::default() };
        String::from_utf8(self.engine.execute(request, &asker).await.body).unwrap()
    }

    /// The answer, with what was done for it.
    pub(crate) async fn traced(&self, user: &User, query: &str, variables: Value) -> Value {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let request = GraphQlRequest { query: query.to_owned(), variables, trace: true, ..GraphQlRequest::default() };
        let caller = Some(Caller::signed_in(user.id, user.org, "admin", Uuid::nil()));
        let asker = Asker { caller, language: "en".to_owned(), request_id: "test".to_owned(), ..Asker::default() };
        serde_json::from_slice(&self.engine.execute(request, &asker).await.into_bytes()).unwrap()
    }

    /// The answer.
    pub(crate) async fn ask(&self, user: &User, query: &str, variables: Value) -> Value {
        serde_json::from_str(&self.bytes(Some(user), query, variables).await).unwrap()
    }

    /// The data of an answer without errors.
    pub(crate) async fn data(&self, user: &User, query: &str, variables: Value) -> Value {
        let answer = self.ask(user, query, variables).await;
        assert_eq!(answer["errors"], json!(null), "{query}");
        answer["data"].clone()
    }

    /// The code of the first error of an answer.
    pub(crate) async fn code(&self, user: &User, query: &str, variables: Value) -> String {
        let answer = self.ask(user, query, variables).await;
        answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {answer}")).to_owned()
    }
}
