//! Live feeds: what is told of changes, and that nothing is told twice or not at all.

use super::feeds_log::prune;
use crate::support::{App, Backend, Notifier, Random, User, backends};
use kontor_domain::{
    calendar,
    events::{self, Cursor},
    store::{Settings, Store},
};
use kontor_gateway::{
    auth::{Caller, Keys},
    engine::{Asker, Begun, Engine, GraphQlRequest, Subscription, Told},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Begins a subscription.
pub(super) async fn subscribe(
    engine: &Arc<Engine>,
    user: &User,
    query: &str,
    variables: Value,
) -> Result<Box<Subscription>, Value> {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    let request = GraphQlRequest { query: query.to_owned(), variables, ..GraphQlRequest::default() };
    let caller = Some(Caller::signed_in(user.id, user.org, "admin", uuid::Uuid::nil()));
    let asker = Asker { caller, language: "en".to_owned(), request_id: "test".to_owned(), ..Asker::default() };
    match engine.begin(request, asker, None).await {
        Begun::Subscribed(subscription) => Ok(subscription),
        Begun::Answered(answer) => Err(serde_json::from_slice(&answer.body).unwrap()),
    }
}

/// The next event that a subscription tells of.
pub(super) async fn next(subscription: &mut Subscription) -> Value {
    let told = tokio::time::timeout(Duration::from_secs(60), subscription.next()).await.expect("there is an event");
    let Told::Event(frame) = told else { panic!("the server does not stop") };
    let answer: Value = serde_json::from_slice(&frame.body).unwrap();
    assert_eq!(answer["errors"], json!(null), "{answer}");
    assert_eq!(answer["extensions"]["cursor"], frame.cursor.to_string());
    let data = answer["data"].as_object().unwrap();
    data.values().next().unwrap().clone()
}

const CREATE: &str = "mutation($n: String!, $c: String) { createAccount(input: {name: $n, city: $c}) { id } }";
const UPDATE: &str = "mutation($id: ID!, $i: AccountUpdateInput!) { updateAccount(id: $id, input: $i) { id } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_tells_each_change_and_what_it_means_for_its_filter() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (user, stranger) = (app.user("acme").await, app.user("umbrella").await);
        let query = "subscription($f: AccountFilter) { accountEvents(filter: $f) {
            kind transition recordId changedFields before after record { name } actor { id } actorId transactionId occurredAt } }";
        let filter = json!({"f": {"or": [{"city": {"istartsWith": "KI"}}, {"name": {"in": ["Never"]}}]}});
        let mut feed = subscribe(&app.engine, &user, query, filter).await.unwrap();

        app.data(&stranger, CREATE, json!({"n": "Other", "c": "Kiel"})).await;
        app.data(&user, CREATE, json!({"n": "Far", "c": "Bonn"})).await;
        let created = app.data(&user, CREATE, json!({"n": "Acme", "c": "Kiel"})).await;
        let id = created["createAccount"]["id"].clone();
        for input in
            [json!({"name": "Beta"}), json!({"city": "Bonn"}), json!({"name": "Gone"}), json!({"city": "Kiel"})]
        {
            app.data(&user, UPDATE, json!({"id": id, "i": input})).await;
        }
        app.data(&user, "mutation($id: ID!) { deleteAccount(id: $id) { id } }", json!({"id": id})).await;
        app.data(&user, "mutation($id: ID!) { restoreAccount(id: $id) { id } }", json!({"id": id})).await;

        let mut told = Vec::new();
        for _ in 0..6 {
            told.push(next(&mut feed).await);
        }
        let meanings: Vec<_> = told.iter().map(|event| [&event["kind"], &event["transition"]]).collect();
        let expected = [
            ["CREATED", "ENTERED"],
            ["UPDATED", "UPDATED"],
            ["UPDATED", "LEFT"],
            ["UPDATED", "ENTERED"],
            ["DELETED", "LEFT"],
            ["RESTORED", "ENTERED"],
        ];
        assert_eq!(json!(meanings), json!(expected), "{backend:?}");
        assert!(told.iter().all(|event| event["recordId"] == id));
        assert_eq!((&told[0]["before"], &told[0]["after"]["name"]), (&json!(null), &json!("Acme")));
        assert_eq!((&told[1]["before"]["name"], &told[1]["after"]["name"]), (&json!("Acme"), &json!("Beta")));
        assert!(told[1]["changedFields"].as_array().unwrap().contains(&json!("name")));
        assert_eq!((&told[1]["actor"]["id"], &told[1]["actorId"]), (&json!(user.id), &json!(user.id)));
        // The record is that of now, the images are those of then.
        assert_eq!(told[1]["record"]["name"], "Gone");
        let left = &told[2];
        for key in ["changedFields", "before", "after", "record", "actor", "actorId"] {
            assert_eq!(left[key], json!(null), "{key} of a record that has left");
        }
        assert!(left["transactionId"].is_string() && left["occurredAt"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_records_and_then_follows_them_misses_nothing() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        app.data(&user, CREATE, json!({"n": "Before"})).await;
        let read = app.data(&user, "{ accounts { nodes { name } } eventCursor }", json!({})).await;
        assert_eq!(read["accounts"]["nodes"], json!([{"name": "Before"}]), "{backend:?}");
        app.data(&user, CREATE, json!({"n": "Between"})).await;
        let query = "subscription($a: EventCursor) { accountEvents(after: $a) { record { name } } }";
        let mut feed = subscribe(&app.engine, &user, query, json!({"a": read["eventCursor"]})).await.unwrap();
        app.data(&user, CREATE, json!({"n": "After"})).await;
        // Transactions of other tests may hold the cursor back.
        let mut told = next(&mut feed).await["record"]["name"].clone();
        if told == "Before" {
            told = next(&mut feed).await["record"]["name"].clone();
        }
        assert_eq!((told, &next(&mut feed).await["record"]["name"]), (json!("Between"), &json!("After")));
        let answer: Value = serde_json::from_str(&app.bytes(None, "{ eventCursor }", json!({})).await).unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_can_be_of_some_kinds_and_refuses_what_it_cannot_answer() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let query = "subscription { accountEvents(kinds: [DELETED, UPDATED]) { __typename kind } }";
        let mut feed = subscribe(&app.engine, &user, query, json!({})).await.unwrap();
        let id = app.data(&user, CREATE, json!({"n": "Acme"})).await["createAccount"]["id"].clone();
        app.data(&user, "mutation($id: ID!) { deleteAccount(id: $id) { id } }", json!({"id": id})).await;
        let expected = json!({"__typename": "AccountEvent", "kind": "DELETED"});
        assert_eq!(next(&mut feed).await, expected, "{backend:?}");

        for refused in [
            "subscription { opportunityEvents(filter: {daysInStage: {gt: 3}}) { kind } }",
            "subscription { accountEvents(after: \"nonsense\") { kind } }",
            "subscription { accountEvents { kind } other: accountEvents { kind } }",
        ] {
            let answer = subscribe(&app.engine, &user, refused, json!({})).await.err().expect(refused);
            assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}: {answer}");
        }
        assert_eq!(app.code(&user, "subscription { accountEvents { kind } }", json!({})).await, "BAD_USER_INPUT");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_kept_any_more_is_told_as_a_gap() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let query = "subscription($a: EventCursor) { accountEvents(after: $a) { kind cursor after } }";
        let mut feed = subscribe(&app.engine, &user, query, json!({})).await.unwrap();
        app.data(&user, CREATE, json!({"n": "One"})).await;
        let first = next(&mut feed).await;
        app.data(&user, CREATE, json!({"n": "Two"})).await;
        next(&mut feed).await;
        Notifier::new(&app).catch_up().await;
        // A partition goes as a whole, those of the days to come as well.
        prune(app.engine.store(), calendar::now() + 10 * calendar::DAY).await;

        let mut resumed = subscribe(&app.engine, &user, query, json!({"a": first["cursor"]})).await.unwrap();
        let gap = next(&mut resumed).await;
        assert_eq!((&gap["kind"], &gap["after"]), (&json!("GAP"), &json!(null)), "{backend:?}");
        app.data(&user, CREATE, json!({"n": "Three"})).await;
        assert_eq!(next(&mut resumed).await["after"]["name"], "Three");
        // It goes on behind the gap, too, and who was there all the time has missed nothing.
        let mut behind = subscribe(&app.engine, &user, query, json!({"a": gap["cursor"]})).await.unwrap();
        assert_eq!(next(&mut behind).await["after"]["name"], "Three");
        assert_eq!(next(&mut feed).await["after"]["name"], "Three");
    }
}

/// Gateways of one database tell each other of their commits, so that feeds need not wait for the next look at the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_hears_what_another_has_committed() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let other = Store::open(Settings::new(app.database.location.clone())).await.unwrap();
        let heard = other.announcements().await.unwrap();
        assert_eq!(heard.is_some(), backend == Backend::Postgres);
        app.data(&user, CREATE, json!({"n": "Acme"})).await;
        if let Some(mut announcements) = heard {
            let told = tokio::time::timeout(Duration::from_secs(60), announcements.next());
            told.await.expect("the commit is announced").unwrap();
        }
        let keys = Keys::from_seeds(&[[7; 32]], Duration::from_secs(600));
        let other = Arc::new(Engine::new(app.catalog.clone(), Arc::new(other), keys).unwrap());
        let query = "subscription { accountEvents { after } }";
        let mut feed = subscribe(&other, &user, query, json!({})).await.unwrap();
        for name in ["One", "Two", "Three"] {
            app.data(&user, CREATE, json!({"n": name})).await;
            assert_eq!(next(&mut feed).await["after"]["name"], name, "{backend:?}");
        }
    }
}

/// What an image answers is what the database answers: the records that a list with the filter has are those that have
/// entered a feed with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_means_the_same_for_a_feed_and_for_a_list() {
    let accounts = json!([
        {"name": "Älter & Söhne", "city": "Kiel", "annualRevenue": "10.50", "employeeCount": 3, "accountType": "CUSTOMER"},
        {"name": "älter", "city": "", "annualRevenue": "0.00", "employeeCount": 0},
        {"name": "50% off_", "city": null, "annualRevenue": null, "employeeCount": null, "accountType": "PARTNER"},
        {"name": "\\", "city": "KIEL", "annualRevenue": "9.99", "employeeCount": 7, "phone": "+49 431 1"},
    ]);
    let filters = json!([
        {},
        {"name": {"eq": "älter"}},
        {"name": {"ne": "älter"}, "city": {"ne": "Kiel"}},
        {"name": {"icontains": "ÄLTER"}},
        {"name": {"contains": "%"}},
        {"name": {"endsWith": "_"}},
        {"name": {"like": "5_\\%%"}},
        {"name": {"startsWith": "\\"}},
        {"name": {"lt": "a"}},
        {"city": {"in": ["Kiel", "KIEL"]}},
        {"city": {"notIn": ["Kiel"]}},
        {"city": {"in": []}},
        {"city": {"notIn": []}},
        {"city": null},
        {"city": {"isNull": false}},
        {"not": {"city": {"eq": "Kiel"}}},
        {"not": {"or": [{"city": {"eq": "Kiel"}}, {"annualRevenue": {"gt": "0"}}]}},
        {"or": [{"city": {"eq": "Kiel"}}, {"annualRevenue": {"lt": "1"}}]},
        {"or": []},
        {"and": []},
        {"annualRevenue": {"gte": "9.990"}},
        {"annualRevenue": {"between": ["-1", "9.99"]}},
        {"employeeCount": {"lte": 0}},
        {"accountType": {"eq": "CUSTOMER"}},
        {"accountType": {"notIn": ["CUSTOMER"]}},
        {"createdAt": {"within": "TODAY"}},
        {"createdAt": {"lt": "2000-01-01T00:00:00Z"}},
        {"version": {"eq": 1}},
        {"ownerId": {"isNull": true}},
    ]);
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let start = events::last(app.engine.store()).await.unwrap();
        let create = "mutation($i: [AccountCreateInput!]!) { createAccounts(inputs: $i) { id } }";
        app.data(&user, create, json!({"i": accounts})).await;
        let end = app.data(&user, CREATE, json!({"n": "END"})).await["createAccount"].clone();
        for filter in filters.as_array().unwrap() {
            let filter = json!({"or": [filter, {"name": {"eq": "END"}}]});
            let list = "query($f: AccountFilter) { accounts(filter: $f, orderBy: [{id: ASC}]) { nodes { id } } }";
            let list = app.data(&user, list, json!({"f": filter})).await["accounts"]["nodes"].clone();
            let query = "subscription($a: EventCursor, $f: AccountFilter) { accountEvents(after: $a, filter: $f) { recordId } }";
            let mut feed =
                subscribe(&app.engine, &user, query, json!({"a": start.to_string(), "f": filter})).await.unwrap();
            let mut entered = Vec::new();
            while entered.last() != Some(&end) {
                entered.push(json!({"id": next(&mut feed).await["recordId"]}));
            }
            entered.sort_by_key(|record| record["id"].to_string());
            assert_eq!(json!(entered), list, "{backend:?} {filter}");
        }
    }
}

/// Writers write while a subscriber goes and comes back at any moment: what it was told is the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_subscriber_that_comes_and_goes_is_told_the_whole_log_once() {
    const WRITERS: usize = 3;
    const CHANGES: usize = 40;
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let start = events::last(app.engine.store()).await.unwrap();
        let writer = async |writer: usize| {
            for change in 0..CHANGES {
                app.data(&user, CREATE, json!({"n": format!("{writer}.{change}")})).await;
            }
        };
        let reader = async {
            let query = "subscription($a: EventCursor) { accountEvents(after: $a) { cursor recordId after } }";
            let mut random = Random::new(5);
            let (mut told, mut at) = (Vec::new(), start.to_string());
            while told.len() < WRITERS * CHANGES {
                let mut feed = subscribe(&app.engine, &user, query, json!({"a": at})).await.unwrap();
                for _ in 0..random.below(12) {
                    if told.len() == WRITERS * CHANGES {
                        break;
                    }
                    let event = next(&mut feed).await;
                    at = event["cursor"].as_str().unwrap().to_owned();
                    told.push((at.parse::<Cursor>().unwrap(), event["recordId"].clone()));
                }
            }
            told
        };
        let (told, ..) = tokio::join!(reader, writer(0), writer(1), writer(2));
        let log = events::read(app.engine.store(), start, 1_000).await.unwrap();
        let log: Vec<_> = log.into_iter().map(|event| (event.cursor, json!(event.record))).collect();
        assert_eq!(told, log, "{backend:?}");
    }
}
