//! Feeds that look further than one record, and what all their subscribers have in common.

use super::{
    feeds::{next, subscribe},
    feeds_log::read,
};
use crate::support::{App, Backend, User, backends};
use kontor_domain::events;
use kontor_gateway::engine::{Subscription, Told};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

async fn create(app: &App, user: &User, module: &str, input: Value) -> Value {
    let query = format!("mutation($i: {module}CreateInput!) {{ created: create{module}(input: $i) {{ id }} }}");
    app.data(user, &query, json!({"i": input})).await["created"]["id"].clone()
}

async fn update(app: &App, user: &User, module: &str, id: &Value, input: Value) {
    let query =
        format!("mutation($id: ID!, $i: {module}UpdateInput!) {{ update{module}(id: $id, input: $i) {{ id }} }}");
    app.data(user, &query, json!({"id": id, "i": input})).await;
}

/// Whoever adds and removes what enters and leaves has what a list with the same filter has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_over_relations_means_the_same_for_a_feed_and_for_a_list() {
    let filters = json!([
        {"account": {"city": {"eq": "Kiel"}}},
        {"account": {"not": {"city": {"eq": "Kiel"}}}},
        {"not": {"account": {"city": {"eq": "Kiel"}}}},
        {"account": {"contacts": {"some": {"lastName": {"startsWith": "Z"}}}}},
        {"accountId": {"isNull": true}},
        {"or": [{"lastName": {"eq": "Zoe"}}, {"account": {"city": {"eq": "Bonn"}}}]},
        {"and": [{"lastName": {"ne": "Zoe"}}, {"account": {"city": {"in": ["Bonn", "Kiel"]}}}]},
        {"notes": {"some": {"content": {"contains": "x"}}}},
        {"notes": {"none": {"content": {"contains": "x"}}}},
        {"notes": {"every": {"content": {"contains": "x"}}}},
        {"tags": {"some": {}}},
        {"owner": {"email": {"startsWith": "admin@"}}},
        {"customFields": {"path": "size.value", "eq": 3}},
        {"customFields": {"path": "size.value", "exists": false}},
    ]);
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let kiel = create(&app, &user, "Account", json!({"name": "A", "city": "Kiel"})).await;
        let bonn = create(&app, &user, "Account", json!({"name": "B", "city": "Bonn"})).await;
        let none = create(&app, &user, "Account", json!({"name": "C"})).await;
        let start = events::last(app.engine.store()).await.unwrap();
        let query =
            "subscription($f: ContactFilter) { contactEvents(filter: $f) { transition recordId record { id } } }";
        let mut feeds = Vec::new();
        for filter in filters.as_array().unwrap() {
            let filter = json!({"or": [filter, {"lastName": {"eq": "END"}}]});
            let feed = subscribe(&app.engine, &user, query, json!({"f": filter})).await.unwrap();
            feeds.push((filter, feed, BTreeSet::new()));
        }
        let contacts = json!([
            {"lastName": "Zoe", "accountId": kiel},
            {"lastName": "Ann", "accountId": kiel, "customFields": {"size": {"value": 3}}},
            {"lastName": "Bob", "accountId": bonn, "ownerId": user.id},
            {"lastName": "Cyd", "customFields": {"size": {"value": 4}}},
            {"lastName": "Dan", "accountId": none, "tags": {"create": [{"name": "new"}]}},
        ]);
        let mut ids = Vec::new();
        for contact in contacts.as_array().unwrap() {
            ids.push(create(&app, &user, "Contact", contact.clone()).await);
        }
        create(&app, &user, "Note", json!({"content": "x", "recordId": ids[0], "recordType": "Contact"})).await;
        create(&app, &user, "Note", json!({"content": "y", "recordId": ids[1], "recordType": "Contact"})).await;
        for (n, input) in [
            (0, json!({"jobTitle": "Chief"})),
            (1, json!({"jobTitle": "Chief"})),
            (1, json!({"accountId": bonn, "customFields": {"size": {"value": 5}}})),
            (2, json!({"accountId": null, "ownerId": null})),
            (3, json!({"accountId": kiel, "customFields": {"size": {"value": 3}}})),
            (4, json!({"accountId": bonn, "lastName": "Zoe"})),
        ] {
            update(&app, &user, "Contact", &ids[n], input).await;
        }
        app.data(&user, "mutation($id: ID!) { deleteContact(id: $id) { id } }", json!({"id": ids[3]})).await;
        let end = create(&app, &user, "Contact", json!({"lastName": "END", "jobTitle": "x"})).await;
        for (filter, feed, there) in &mut feeds {
            loop {
                let event = next(feed).await;
                let id = event["recordId"].as_str().unwrap().to_owned();
                match event["transition"].as_str().unwrap() {
                    "LEFT" => {
                        assert_eq!(event["record"], json!(null));
                        there.remove(&id)
                    }
                    _ => there.insert(id),
                };
                if event["recordId"] == end {
                    break;
                }
            }
            let list = "query($f: ContactFilter) { contacts(filter: $f) { nodes { id } } }";
            let list = app.data(&user, list, json!({"f": filter})).await["contacts"]["nodes"].clone();
            let list: BTreeSet<_> =
                list.as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(*there, list, "{backend:?} {filter}");
            // Who comes later is told the same of what has not changed since: related records are looked up as they are.
            let query = "subscription($a: EventCursor, $f: ContactFilter) { contactEvents(after: $a, filter: $f) { recordId } }";
            let variables = json!({"a": start.to_string(), "f": filter});
            let mut replayed = subscribe(&app.engine, &user, query, variables).await.unwrap();
            while next(&mut replayed).await["recordId"] != end {}
        }
    }
}

/// What is told of an event is worked out once for all who subscribe to the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_read_once_for_all_who_are_told_the_same() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let query = "subscription($c: String, $a: EventCursor) {
            accountEvents(filter: {city: {eq: $c}}, after: $a) { cursor record { name contacts { totalCount } } } }";
        let reads = || {
            let statements = app.statements.lock().unwrap();
            let is_read = |sql: &&String| sql.contains("FROM \"contacts\"");
            statements.iter().filter(is_read).count()
        };
        let mut feeds = Vec::new();
        for _ in 0..20 {
            feeds.push(subscribe(&app.engine, &user, query, json!({"c": "Kiel"})).await.unwrap());
        }
        // At first some may still be catching up by themselves.
        let mut counts = Vec::new();
        while counts.last() != Some(&1) {
            assert!(counts.len() < 100, "{backend:?} {counts:?}");
            let before = reads();
            let name = counts.len().to_string();
            create(&app, &user, "Account", json!({"name": name, "city": "Kiel"})).await;
            for feed in &mut feeds {
                assert_eq!(next(feed).await["record"]["name"], name, "{backend:?}");
            }
            counts.push(reads() - before);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_activity_feed_of_a_record_has_what_is_linked_to_it() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let account = create(&app, &user, "Account", json!({"name": "Acme"})).await;
        let other = create(&app, &user, "Account", json!({"name": "Other"})).await;
        let query = "subscription($r: ID, $m: [ModuleName!]) { activityFeed(record: $r, modules: $m) {
            kind module recordId record { __typename id ... on Note { content } ... on Activity { subject } } } }";
        let mut of_account = subscribe(&app.engine, &user, query, json!({"r": account})).await.unwrap();
        let mut notes = subscribe(&app.engine, &user, query, json!({"m": ["Note"]})).await.unwrap();
        create(&app, &user, "Note", json!({"content": "Else", "recordId": other, "recordType": "Account"})).await;
        create(&app, &user, "Activity", json!({"subject": "Call", "accountId": account})).await;
        create(&app, &user, "Activity", json!({"subject": "Call", "accountId": other})).await;
        create(&app, &user, "Contact", json!({"lastName": "Nobody", "accountId": account})).await;
        create(&app, &user, "Note", json!({"content": "Here", "recordId": account, "recordType": "Account"})).await;
        let event = json!({"platform": "X", "verb": "MENTIONED", "direction": "INBOUND", "externalId": "1",
            "occurredAt": "2026-01-01T00:00:00Z", "accountId": account});
        create(&app, &user, "SocialEvent", event).await;
        let mut told = Vec::new();
        for _ in 0..3 {
            let item = next(&mut of_account).await;
            assert_eq!((&item["kind"], &item["module"]), (&json!("CREATED"), &item["record"]["__typename"]));
            told.push(item["module"].clone());
        }
        assert_eq!(json!(told), json!(["Activity", "Note", "SocialEvent"]), "{backend:?}");
        for content in ["Else", "Here"] {
            assert_eq!(next(&mut notes).await["record"]["content"], content);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_activity_feed_of_what_one_follows_keeps_to_it() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let other = app.colleague(&user, "ada.lovelace").await;
        let start = events::last(app.engine.store()).await.unwrap();
        let [near, far] = [
            create(&app, &user, "Account", json!({"name": "Near"})),
            create(&app, &user, "Account", json!({"name": "Far"})),
        ];
        let (near, far) = (near.await, far.await);
        let follow = "mutation($id: ID!) { follow(record: $id) { id } }";
        let unfollow = "mutation($id: ID!) { unfollow(record: $id) }";
        app.data(&other, follow, json!({"id": far})).await;
        let passed = create(&app, &user, "Account", json!({"name": "Passed"})).await;
        app.data(&user, follow, json!({"id": passed})).await;
        let query = "subscription($a: EventCursor, $f: Boolean) { activityFeed(following: $f, after: $a) { recordId record { ... on Note { content } } } }";
        let mut feed = subscribe(&app.engine, &user, query, json!({"f": true})).await.unwrap();
        let mut all = subscribe(&app.engine, &user, query, json!({"f": false})).await.unwrap();
        let note = |to: &Value, content: &str| json!({"content": content, "recordId": to, "recordType": "Account"});
        create(&app, &user, "Note", note(&near, "not yet")).await;
        // What is told in this order was worked out in this order: before anything else was followed.
        let mark = create(&app, &user, "Note", note(&passed, "passed")).await;
        assert_eq!(next(&mut feed).await["recordId"], mark);
        app.data(&user, unfollow, json!({"id": passed})).await;
        app.data(&user, follow, json!({"id": near})).await;
        let first = create(&app, &user, "Note", note(&near, "now")).await;
        create(&app, &user, "Note", note(&far, "never")).await;
        app.data(&user, follow, json!({"id": first})).await;
        app.data(&user, unfollow, json!({"id": near})).await;
        create(&app, &user, "Note", note(&near, "no more")).await;
        update(&app, &user, "Note", &first, json!({"content": "itself"})).await;
        let mut told = Vec::new();
        for _ in 0..2 {
            told.push(next(&mut feed).await["recordId"].clone());
        }
        assert_eq!(told, [first.clone(), first.clone()], "{backend:?}");
        for content in ["not yet", "passed", "itself", "never", "no more", "itself"] {
            assert_eq!(next(&mut all).await["record"]["content"], content);
        }
        // Of the past, what one follows now.
        let variables = json!({"a": start.to_string(), "f": true});
        let mut past = subscribe(&app.engine, &user, query, variables).await.unwrap();
        for _ in 0..2 {
            assert_eq!(next(&mut past).await["recordId"], first);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_stage_is_kept_and_stands_in_the_feed() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let query = "{ pipelines { nodes { id stages { nodes { id name } } } } }";
        let pipeline = app.data(&user, query, json!({})).await["pipelines"]["nodes"][0].clone();
        let stages = pipeline["stages"]["nodes"].as_array().unwrap();
        let stage = |n: usize| stages[n]["id"].clone();
        let query = "subscription { activityFeed(modules: [StageChange]) { kind record { ... on StageChange {
            opportunityId fromStageId toStageId amount changedById changedAt secondsInStage } } } }";
        let mut feed = subscribe(&app.engine, &user, query, json!({})).await.unwrap();
        let input = json!({"name": "Deal", "amount": "100", "pipelineId": pipeline["id"], "stageId": stage(0)});
        let deal = create(&app, &user, "Opportunity", input).await;
        update(&app, &user, "Opportunity", &deal, json!({"nextStep": "Call"})).await;
        update(&app, &user, "Opportunity", &deal, json!({"stageId": stage(1), "amount": "250.5"})).await;
        let many = "mutation($s: ID!) { updateOpportunities(filter: {name: {eq: \"Deal\"}}, input: {stageId: $s}) { affected } }";
        app.data(&user, many, json!({"s": stage(2)})).await;
        let expected =
            [(json!(null), stage(0), "100.00"), (stage(0), stage(1), "250.50"), (stage(1), stage(2), "250.50")];
        for (from, to, amount) in expected {
            let told = next(&mut feed).await;
            let change = &told["record"];
            assert_eq!((&told["kind"], &change["opportunityId"]), (&json!("CREATED"), &deal), "{backend:?}");
            assert_eq!((&change["fromStageId"], &change["toStageId"], &change["amount"]), (&from, &to, &json!(amount)));
            assert_eq!(change["changedById"], json!(user.id));
            assert!(change["changedAt"].is_string());
            assert_eq!(change["secondsInStage"].is_null(), from.is_null());
        }
        let query = "query($id: ID!) { opportunity(id: $id) { stageChanges { totalCount } } }";
        let kept = app.data(&user, query, json!({"id": deal})).await;
        assert_eq!(kept["opportunity"]["stageChanges"]["totalCount"], 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_can_be_of_the_modules_own_events() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let query = "{ pipelines { nodes { id stages { nodes { id name } } } } }";
        let pipeline = app.data(&user, query, json!({})).await["pipelines"]["nodes"][0].clone();
        let stage = |name: &str| {
            let stages = pipeline["stages"]["nodes"].as_array().unwrap();
            stages.iter().find(|stage| stage["name"] == name).unwrap()["id"].clone()
        };
        let query = "subscription { opportunityEvents(events: [WON, LOST]) { events changedFields } }";
        let mut feed = subscribe(&app.engine, &user, query, json!({})).await.unwrap();
        let input = json!({"name": "Deal", "pipelineId": pipeline["id"], "stageId": stage("Proposal")});
        let deal = create(&app, &user, "Opportunity", input).await;
        update(&app, &user, "Opportunity", &deal, json!({"nextStep": "Call"})).await;
        update(&app, &user, "Opportunity", &deal, json!({"stageId": stage("Closed Won")})).await;
        let won = next(&mut feed).await;
        assert_eq!(won["events"], json!(["WON"]), "{backend:?}");
        assert!(won["changedFields"].as_array().unwrap().contains(&json!("stage")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_that_is_behind_may_be_told_changes_of_a_record_as_one() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let start = events::last(app.engine.store()).await.unwrap();
        let id = create(&app, &user, "Account", json!({"name": "0", "city": "Kiel"})).await;
        let other = create(&app, &user, "Account", json!({"name": "Other"})).await;
        for name in ["1", "2", "3"] {
            update(&app, &user, "Account", &id, json!({"name": name})).await;
        }
        let query = "subscription($a: EventCursor, $c: Boolean) { accountEvents(after: $a, coalesce: $c) {
            kind transition recordId changedFields before after } }";
        // It finds them all at once.
        read(&app, start, 5).await;
        let variables = json!({"a": start.to_string(), "c": true});
        let mut feed = subscribe(&app.engine, &user, query, variables).await.unwrap();
        let first = next(&mut feed).await;
        assert_eq!(
            (&first["recordId"], &first["kind"], &first["transition"]),
            (&id, &json!("CREATED"), &json!("ENTERED"))
        );
        assert_eq!((&first["before"], &first["after"]["name"]), (&json!(null), &json!("3")), "{backend:?}");
        assert_eq!(next(&mut feed).await["recordId"], other);
        update(&app, &user, "Account", &id, json!({"name": "4"})).await;
        let live = next(&mut feed).await;
        assert_eq!((&live["before"]["name"], &live["after"]["name"]), (&json!("3"), &json!("4")));
    }
}

/// Not only what is audited: the program's own records have feeds too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_module_has_a_feed_but_the_logs() {
    let app = App::new(Backend::Sqlite).await;
    let user = app.user("acme").await;
    let fields = app.data(&user, "{ __schema { subscriptionType { fields { name } } } }", json!({})).await;
    let fields: BTreeSet<_> = fields["__schema"]["subscriptionType"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap().to_owned())
        .collect();
    for module in app.catalog.modules.iter().filter(|module| module.operations.read) {
        let is_log = matches!(module.name.as_str(), "AuditLog" | "RecordEvent");
        let name = kontor_metadata::naming::subscription_field(&module.name);
        assert_eq!(fields.contains(&name), !is_log, "{name}");
    }
}

/// Groups are told at once, and again when anything that they depend on has changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_are_kept_current_for_who_watches_them() {
    for backend in backends() {
        let app = App::new(backend).await;
        let (user, stranger) = (app.user("acme").await, app.user("umbrella").await);
        let account = create(&app, &user, "Account", json!({"name": "A", "city": "Kiel"})).await;
        let query = "subscription($c: String) { contactAggregateEvents(filter: {account: {city: {eq: $c}}}, groupBy: [{account: {city: true}}]) {
            group { account { city } } count } }";
        let mut feeds = Vec::new();
        for _ in 0..3 {
            feeds.push(subscribe(&app.engine, &user, query, json!({"c": "Kiel"})).await.unwrap());
        }
        let mut other = subscribe(&app.engine, &stranger, query, json!({"c": "Kiel"})).await.unwrap();
        assert_eq!(state(&mut other).await, json!([]));
        for feed in &mut feeds {
            assert_eq!(state(feed).await, json!([]), "{backend:?}");
        }
        create(&app, &user, "Contact", json!({"lastName": "Zoe", "accountId": account})).await;
        for feed in &mut feeds {
            assert_eq!(state(feed).await, json!([{"group": {"account": {"city": "Kiel"}}, "count": 1}]));
        }
        // Who comes later has what there is.
        let mut late = subscribe(&app.engine, &user, query, json!({"c": "Kiel"})).await.unwrap();
        assert_eq!(state(&mut late).await[0]["count"], 1);
        // The filter looks at the account, too.
        update(&app, &user, "Account", &account, json!({"city": "Bonn"})).await;
        for feed in feeds.iter_mut().chain([&mut late]) {
            assert_eq!(state(feed).await, json!([]), "{backend:?}");
        }
    }
}

async fn state(subscription: &mut Subscription) -> Value {
    let told = tokio::time::timeout(Duration::from_secs(60), subscription.next()).await.expect("there is a state");
    let Told::State(body) = told else { panic!("{told:?}") };
    let answer: Value = serde_json::from_slice(&body).unwrap();
    answer["data"]["contactAggregateEvents"].clone()
}
