//! Other metadata in the place of those that are served: requests end with those they began with, subscriptions go on.

use super::{
    feeds::{next, subscribe},
    feeds_stream::open,
};
use crate::support::{App, Served, User, backends, repository};
use futures_util::poll;
use http_body_util::BodyExt as _;
use kontor_domain::{column::ColumnType, context::Whose, store::Args, value::Value as Stored};
use kontor_gateway::{
    auth::Caller,
    engine::{Asker, Begun, GraphQlRequest, Next, Subscription, Told},
    http::Options,
};
use kontor_metadata::{Source, Sources, model::Catalog};
use serde_json::{Value, json};
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// The shipped packages and one module more, with these fields and rights.
fn catalog(fields: &str, sales: &str) -> Arc<Catalog> {
    let mut sources = Sources::read(&[repository().join("config/packages")]).files().to_vec();
    sources.push(Source::new("workshop/package.yaml", "format: 1\npackage: workshop\nversion: 1.0.0\n"));
    let module = format!(
        "format: 1\nmodule: Gadget\nplural: Gadgets\ntitle: name\ntraits: [owned]\nblocks:\n  gadget:\n    fields:\n      \
         name: {{type: text, required: true}}\n{fields}access:\n  admin: {{all: true}}\n  sales_rep: {{read: {sales}}}\n"
    );
    sources.push(Source::new("workshop/modules/gadget.yaml", module));
    match kontor_metadata::load_sources(sources) {
        Ok(loaded) => Arc::new(loaded.catalog),
        Err(report) => panic!("{}", report.render_text(false)),
    }
}

const COLOR: &str = "      color: {type: text}\n";
const WEIGHT: &str = "      weight: {type: integer}\n";

/// Serves a catalog from now on, whose tables are made first.
async fn serve(app: &App, catalog: &Arc<Catalog>) {
    app.engine.store().apply(catalog).await.unwrap();
    put(app, catalog);
}

/// Serves a catalog whose tables are there.
fn put(app: &App, catalog: &Arc<Catalog>) {
    app.engine.adopt(Next::of(catalog.clone(), app.engine.store().dialect()).unwrap());
}

async fn make(app: &App, user: &User, name: &str) {
    let create = "mutation($n: String!) { createGadget(input: {name: $n, color: \"red\"}) { id } }";
    app.data(user, create, json!({"n": name})).await;
}

async fn follow(app: &App, user: &User, role: &str, query: &str) -> Box<Subscription> {
    let caller = Some(Caller::signed_in(user.id, user.org, role, uuid::Uuid::nil()));
    let asker = Asker { caller, language: "en".to_owned(), ..Asker::default() };
    let request = GraphQlRequest { query: query.to_owned(), ..GraphQlRequest::default() };
    match app.engine.begin(request, asker, None).await {
        Begun::Subscribed(subscription) => subscription,
        Begun::Answered(answer) => panic!("{}", String::from_utf8_lossy(&answer.body)),
    }
}

async fn told(subscription: &mut Subscription) -> Told {
    tokio::time::timeout(Duration::from_secs(60), subscription.next()).await.expect("something is told")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_can_be_asked_for_as_soon_as_it_is_served_and_no_longer() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let (before, after) = (catalog(COLOR, "all"), catalog(&format!("{COLOR}{WEIGHT}"), "all"));
        let document = "{ gadgets { nodes { name weight } } }";
        assert_eq!(app.code(&user, document, json!({})).await, "BAD_USER_INPUT", "{backend:?}");
        serve(&app, &before).await;
        make(&app, &user, "One").await;
        assert_eq!(app.code(&user, document, json!({})).await, "BAD_USER_INPUT", "{backend:?}");
        serve(&app, &after).await;
        let answer = app.data(&user, document, json!({})).await;
        assert_eq!(answer["gadgets"]["nodes"], json!([{"name": "One", "weight": null}]), "{backend:?}");
        // Its plan was kept for that version alone.
        put(&app, &before);
        assert_eq!(app.code(&user, document, json!({})).await, "BAD_USER_INPUT", "{backend:?}");
        put(&app, &after);
        assert_eq!(app.data(&user, document, json!({})).await, answer, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_ends_with_the_metadata_it_began_with() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        serve(&app, &catalog(COLOR, "all")).await;
        make(&app, &user, "One").await;
        let id = app.data(&user, "{ gadgets { nodes { id } } }", json!({})).await["gadgets"]["nodes"][0]["id"].clone();
        // Somebody writes the record: who wants to change it waits.
        let mut lock = app.engine.store().begin(Whose::Platform).await.unwrap();
        let name = Stored::Text("Two".to_owned());
        let mut args = Args::new(lock.dialect());
        let sql = format!("UPDATE gadgets SET name = {}", args.add(ColumnType::Text, &name));
        assert_eq!(lock.execute(&sql, &args).await.unwrap(), 1);
        let change = "mutation($id: ID!) { updateGadget(id: $id, input: {name: \"Three\"}) { name color } }";
        let mut answer = pin!(app.ask(&user, change, json!({"id": id})));
        assert!(poll!(&mut answer).is_pending(), "{backend:?}");
        put(&app, &catalog("", "all"));
        let gone = app.code(&user, "{ gadgets { nodes { color } } }", json!({})).await;
        assert_eq!(gone, "BAD_USER_INPUT", "{backend:?}");
        lock.commit().await.unwrap();
        let answer = answer.await;
        let expected = json!({"data": {"updateGadget": {"name": "Three", "color": "red"}}});
        assert_eq!(answer, expected, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_go_on_across_other_metadata_and_lose_nothing() {
    const SWAPS: usize = 6;
    for backend in backends() {
        let app = Arc::new(App::new(backend).await);
        let user = app.user("acme").await;
        let versions = [catalog(COLOR, "all"), catalog(&format!("{COLOR}{WEIGHT}"), "all")];
        serve(&app, &versions[0]).await;
        let query = "subscription { gadgetEvents { cursor after record { name color } } }";
        let mut feeds = Vec::new();
        for _ in 0..3 {
            feeds.push(subscribe(&app.engine, &user, query, json!({})).await.unwrap());
        }
        let swapped = Arc::new(AtomicBool::new(false));
        let (writing, writer, enough) = (app.clone(), user.clone(), swapped.clone());
        let writes = tokio::spawn(async move {
            let mut written = 0;
            while !enough.load(Ordering::Acquire) {
                make(&writing, &writer, &written.to_string()).await;
                written += 1;
            }
            make(&writing, &writer, "END").await;
            written
        });
        let serving = app.clone();
        let swaps = tokio::spawn(async move {
            serve(&serving, &versions[1]).await;
            for n in 0..SWAPS {
                put(&serving, &versions[n % 2]);
                tokio::task::yield_now().await;
            }
            swapped.store(true, Ordering::Release);
        });
        let mut heard = Vec::new();
        for feed in &mut feeds {
            let mut count = 0;
            loop {
                let event = next(feed).await;
                let name = if event["after"]["name"] == "END" { "END".to_owned() } else { count.to_string() };
                assert_eq!(event["after"]["name"], name, "{backend:?}");
                assert_eq!(event["record"], json!({"name": name, "color": "red"}), "{backend:?}");
                if name == "END" {
                    break;
                }
                count += 1;
            }
            heard.push(count);
        }
        swaps.await.unwrap();
        assert_eq!(heard, [writes.await.unwrap(); 3], "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_are_kept_current_across_other_metadata() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        serve(&app, &catalog(COLOR, "all")).await;
        let query = "subscription { gadgetAggregateEvents(groupBy: [{color: true}]) { count } }";
        let mut watching = follow(&app, &user, "admin", query).await;
        let state = |told| match told {
            Told::State(body) => {
                let answer: Value = serde_json::from_slice(&body).unwrap();
                answer["data"]["gadgetAggregateEvents"].clone()
            }
            told => panic!("{told:?}"),
        };
        assert_eq!(state(told(&mut watching).await), json!([]), "{backend:?}");
        serve(&app, &catalog(&format!("{COLOR}{WEIGHT}"), "all")).await;
        // What it knows already it is not told again.
        make(&app, &user, "One").await;
        assert_eq!(state(told(&mut watching).await), json!([{"count": 1}]), "{backend:?}");
        put(&app, &catalog(WEIGHT, "all"));
        let Told::Ended(errors) = told(&mut watching).await else { panic!("{backend:?}") };
        assert_eq!(errors[0].extensions["code"], "METADATA_CHANGED", "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_does_not_fit_any_more_says_so_and_another_goes_on_behind_it() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        serve(&app, &catalog(&format!("{COLOR}{WEIGHT}"), "all")).await;
        let query = "subscription { gadgetEvents { record { name weight } } }";
        let mut feed = subscribe(&app.engine, &user, query, json!({})).await.unwrap();
        make(&app, &user, "One").await;
        assert_eq!(next(&mut feed).await["record"]["name"], "One", "{backend:?}");
        put(&app, &catalog(COLOR, "all"));
        make(&app, &user, "Two").await;
        let Told::Ended(errors) = told(&mut feed).await else { panic!("{backend:?}") };
        assert_eq!(errors[0].extensions["code"], "METADATA_CHANGED", "{backend:?}");
        assert!(errors[1].message.contains("weight"), "{backend:?}: {}", errors[1].message);
        let cursor = &errors[0].extensions["cursor"];
        let query = "subscription($a: EventCursor) { gadgetEvents(after: $a) { record { name } } }";
        let mut feed = subscribe(&app.engine, &user, query, json!({"a": cursor})).await.unwrap();
        assert_eq!(next(&mut feed).await["record"]["name"], "Two", "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_go_on_by_the_rights_that_there_are_now() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let colleague = app.colleague(&user, "ada.lovelace").await;
        serve(&app, &catalog(COLOR, "all")).await;
        let query = "subscription { gadgetEvents { record { name } } }";
        // Both see everything, so that they are told the same.
        let mut feeds = Vec::new();
        for who in [&user, &colleague] {
            feeds.push(follow(&app, who, "sales_rep", query).await);
        }
        make(&app, &user, "All").await;
        for feed in &mut feeds {
            assert_eq!(next(feed).await["record"]["name"], "All", "{backend:?}");
        }
        put(&app, &catalog(COLOR, "own"));
        for (who, name) in [(&user, "Mine"), (&colleague, "Yours"), (&user, "Mine, too"), (&colleague, "The last")] {
            make(&app, who, name).await;
        }
        for (feed, names) in feeds.iter_mut().zip([["Mine", "Mine, too"], ["Yours", "The last"]]) {
            for name in names {
                assert_eq!(next(feed).await["record"]["name"], name, "{backend:?}");
            }
        }
        put(&app, &catalog(COLOR, "false"));
        for feed in &mut feeds {
            let Told::Ended(errors) = told(feed).await else { panic!("{backend:?}") };
            assert!(errors[1].is(kontor_gateway::error::Code::Forbidden), "{backend:?}: {errors:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_tells_why_it_ends_and_is_complete() {
    for backend in backends() {
        let served = Served::new(backend, Options::default()).await;
        serve(&served.app, &catalog(COLOR, "all")).await;
        let stream = open(&served, json!({"query": "subscription { gadgetEvents { after } }"}), None).await;
        put(&served.app, &served.app.catalog.clone());
        let body = tokio::time::timeout(Duration::from_secs(60), stream.into_body().collect()).await;
        let text = String::from_utf8(body.expect("it ends").unwrap().to_bytes().to_vec()).unwrap();
        let ["event: next", data, "", "event: complete", "data:", ""] = &text.lines().collect::<Vec<_>>()[..] else {
            panic!("{backend:?}: {text}")
        };
        let told: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(told["errors"][0]["extensions"]["code"], "METADATA_CHANGED", "{backend:?}: {told}");
        assert!(told["errors"][0]["extensions"]["cursor"].is_string(), "{backend:?}: {told}");
    }
}
