//! What the plans of organisations allow.

use crate::support::{App, Post, User, backends};
use kontor_domain::{
    context::Whose,
    mutation::{self, Difference, Writing},
    processes,
    quota::{Quota, Quotas},
};
use kontor_gateway::{
    auth::{Caller, Identity},
    engine::{Asker, Engine, GraphQlRequest},
};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Records that an organisation begins with: a pipeline and its stages.
const FIRST: u64 = 7;

const CREATE: &str = "mutation($n: String!) { createAccount(input: {name: $n}) { id } }";
const MANY: &str = "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { id } }";

fn records(most: u64) -> Quotas {
    let starter = Quota { users: None, records: Some(FIRST + most) };
    Quotas { otherwise: Quota::default(), plans: [("starter".to_owned(), starter)].into() }
}

fn users(most: u64) -> Quotas {
    Quotas { otherwise: Quota { users: Some(most), records: None }, plans: Default::default() }
}

async fn created(app: &App, user: &User, name: &str) -> Value {
    app.data(user, CREATE, json!({"n": name})).await["createAccount"]["id"].clone()
}

async fn set_plan(app: &App, user: &User, plan: &str) {
    let mut transaction = app.engine.store().begin(Whose::Platform).await.unwrap();
    processes::set_plan(&mut transaction, user.org, plan, 0).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn differences(app: &App) -> Vec<Difference> {
    let writing = Writing::new(app.catalog.clone(), app.engine.store().dialect());
    let mut differences = Vec::new();
    mutation::verify(app.engine.store(), &writing, &mut |difference| differences.push(difference)).await.unwrap();
    differences
}

/// What a gateway answers an administrator: the code of the first error, if there is one.
async fn code(gateway: &Engine, user: &User, query: &str, variables: Value) -> Option<String> {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    let request = GraphQlRequest { query: query.to_owned(), variables, ..GraphQlRequest::default() };
    let caller = Some(Caller::signed_in(user.id, user.org, "admin", Uuid::nil()));
    let asker = Asker { caller, language: "en".to_owned(), request_id: "test".to_owned(), ..Asker::default() };
    let answer: Value = serde_json::from_slice(&gateway.execute(request, &asker).await.body).unwrap();
    answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)
}

/// Another gateway, which can send messages.
async fn posting(app: &App) -> Engine {
    app.gateway().await.with_identity(Identity::default().with_mailer(Arc::new(Post::default()), None))
}

/// The records that were counted of the organisation that has most.
async fn counted(app: &App) -> i64 {
    app.number("SELECT max(records) FROM usages").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organization_has_as_many_records_as_its_plan_allows() {
    for backend in backends() {
        let app = App::with_quotas(backend, records(3)).await;
        let (user, other) = (app.user("acme").await, app.user("umbrella").await);
        let first = created(&app, &user, "1").await;
        let deal = "mutation { createOpportunity(input: {name: \"2\"}) { id } }";
        let deal = app.data(&user, deal, json!({})).await["createOpportunity"]["id"].clone();
        let nested = "mutation { createContact(input: {lastName: \"C\", account: {create: {name: \"n\"}}}) { id } }";
        assert_eq!(app.code(&user, nested, json!({})).await, "LIMIT_EXCEEDED", "two more");
        created(&app, &user, "3").await;
        let answer = app.ask(&user, CREATE, json!({"n": "4"})).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED", "{answer}");
        assert_eq!(error["extensions"]["limit"], json!({"name": "maxRecords", "most": 10, "found": 11}));
        let message = "The plan `starter` of your organization allows 10 records, and it would have 11: delete some, or ask \
            for a larger plan.";
        assert_eq!(error["message"], message);
        let dry = "mutation @dryRun { createAccount(input: {name: \"4\"}) { id } }";
        assert_eq!(app.code(&user, dry, json!({})).await, "LIMIT_EXCEEDED");
        // What is there may be changed, and others have room of their own.
        app.data(
            &user,
            "mutation($i: ID!) { updateAccount(id: $i, input: {name: \"one\"}) { id } }",
            json!({"i": first}),
        )
        .await;
        created(&app, &other, "theirs").await;
        // So may what keeps a history: nobody has made the entry.
        let stage = "{ stages(filter: {name: {eq: \"Negotiation\"}}) { nodes { id } } }";
        let stage = app.data(&user, stage, json!({})).await["stages"]["nodes"][0]["id"].clone();
        let moved = "mutation($i: ID!, $s: ID!) { updateOpportunity(id: $i, input: {stageId: $s}) { stageChanges { totalCount } } }";
        let moved = app.data(&user, moved, json!({"i": deal, "s": stage})).await;
        assert_ne!(moved["updateOpportunity"]["stageChanges"]["totalCount"], 0);

        // What is deleted makes room, and what is brought back takes it.
        let delete = "mutation($i: ID!) { deleteAccount(id: $i) { id } }";
        app.data(&user, delete, json!({"i": first})).await;
        let fourth = created(&app, &user, "4").await;
        let restore = "mutation($i: ID!) { restoreAccount(id: $i) { id } }";
        assert_eq!(app.code(&user, restore, json!({"i": first})).await, "LIMIT_EXCEEDED");
        let both = "mutation($a: ID!, $b: ID!) { restoreAccount(id: $a) { id } deleteAccount(id: $b) { id } }";
        app.data(&user, both, json!({"a": first, "b": fourth})).await;
        // What is removed for good was deleted before, or not.
        let purge = "mutation($i: ID!) { purgeAccount(id: $i) }";
        app.data(&user, purge, json!({"i": fourth})).await;
        assert_eq!(app.code(&user, CREATE, json!({"n": "5"})).await, "LIMIT_EXCEEDED");
        app.data(&user, purge, json!({"i": first})).await;
        let two = json!([{"name": "5"}, {"name": "6"}]);
        assert_eq!(app.code(&user, MANY, json!({"i": two})).await, "LIMIT_EXCEEDED");
        created(&app, &user, "5").await;
        assert_eq!(app.data(&user, "{ accounts { totalCount } }", json!({})).await["accounts"]["totalCount"], 2);
        assert_eq!((counted(&app).await, differences(&app).await), (10, vec![]), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn creators_at_once_get_no_more_than_there_is_room_for() {
    for backend in backends() {
        let app = App::with_quotas(backend, records(5)).await;
        let user = app.user("acme").await;
        let mut creators = tokio::task::JoinSet::new();
        for _ in 0..3 {
            let gateway = Arc::new(app.gateway().await);
            for n in 0..4 {
                let (gateway, user) = (gateway.clone(), user.clone());
                creators.spawn(async move { code(&gateway, &user, CREATE, json!({"n": n.to_string()})).await });
            }
        }
        let mut codes = creators.join_all().await;
        codes.sort_unstable();
        let refused = Some("LIMIT_EXCEEDED".to_owned());
        assert_eq!(codes, [vec![None; 5], vec![refused; 7]].concat(), "{backend:?}");
        assert_eq!(app.data(&user, "{ accounts { totalCount } }", json!({})).await["accounts"]["totalCount"], 5);
        assert_eq!((counted(&app).await, differences(&app).await), (12, vec![]), "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_are_invited_as_long_as_the_plan_allows() {
    for backend in backends() {
        let app = App::with_quotas(backend, users(4)).await;
        let (user, other) = (app.user("acme").await, app.user("umbrella").await);
        app.colleague(&user, "ada.lovelace").await;
        let invite = "mutation($e: String!) { inviteUser(email: $e, role: SALES_REP) { id } }";
        let mut invitations = tokio::task::JoinSet::new();
        for n in 0..6 {
            let (gateway, user) = (posting(&app).await, user.clone());
            let email = json!({"e": format!("{n}@acme.example")});
            invitations.spawn(async move { code(&gateway, &user, invite, email).await });
        }
        let mut codes = invitations.join_all().await;
        codes.sort_unstable();
        let refused = Some("LIMIT_EXCEEDED".to_owned());
        assert_eq!(codes, [vec![None; 2], vec![refused; 4]].concat(), "{backend:?}");
        let answer = app.ask(&user, invite, json!({"e": "7@acme.example"})).await;
        let limit = json!({"name": "maxUsers", "most": 4, "found": 5});
        assert_eq!(answer["errors"][0]["extensions"]["limit"], limit, "{answer}");
        // Whoever may not sign in any more takes no room.
        let gone = app.colleague(&other, "grace.hopper").await;
        let gateway = posting(&app).await;
        for n in 0..2 {
            let email = json!({"e": format!("{n}@umbrella.example")});
            assert_eq!(code(&gateway, &other, invite, email).await, None);
        }
        assert_eq!(app.code(&other, invite, json!({"e": "3@umbrella.example"})).await, "LIMIT_EXCEEDED");
        app.set_user(&gone, "is_active = FALSE").await;
        assert_eq!(code(&gateway, &other, invite, json!({"e": "3@umbrella.example"})).await, None);
        assert_eq!(app.number("SELECT count(*) FROM usages").await, 0, "records are not counted for that");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_plan_holds_at_once() {
    for backend in backends() {
        let app = App::with_quotas(backend, records(2)).await;
        let user = app.user("acme").await;
        created(&app, &user, "1").await;
        set_plan(&app, &user, "pro").await;
        for n in 2..6 {
            created(&app, &user, &n.to_string()).await;
        }
        assert_eq!(app.number("SELECT count(*) FROM usages").await, 0, "nobody counts what is not limited");
        set_plan(&app, &user, "starter").await;
        assert_eq!(app.code(&user, CREATE, json!({"n": "6"})).await, "LIMIT_EXCEEDED");
        // Who has too many may have fewer.
        let delete = "mutation { deleteAccounts(filter: {name: {in: [\"1\", \"2\"]}}) { affected } }";
        app.data(&user, delete, json!({})).await;
        assert_eq!((counted(&app).await, differences(&app).await), (10, vec![]), "{backend:?}");
        // A wrong count is told and mended.
        app.execute("UPDATE usages SET records = 99").await;
        let told = differences(&app).await;
        let told: Vec<_> = told.iter().map(|d| (&*d.module, &*d.field, &*d.stored, &*d.computed)).collect();
        assert_eq!(told, [("Organization", "records", "99", "10")]);
        let writing = Writing::new(app.catalog.clone(), app.engine.store().dialect());
        let mut transaction = app.engine.store().begin(Whose::Platform).await.unwrap();
        assert_eq!(mutation::recompute(&mut transaction, &writing).await.unwrap(), 1);
        transaction.commit().await.unwrap();
        assert_eq!(differences(&app).await, []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_limits_nothing_is_counted() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        app.statements.lock().unwrap().clear();
        created(&app, &user, "1").await;
        let statements = app.statements.lock().unwrap();
        let counting = |sql: &String| sql.contains("usages") || sql.contains("SELECT plan");
        assert!(!statements.iter().any(counting), "{statements:?}");
    }
}
