//! That every root field is held against what the modules grant; and those paths of queries and subscriptions that the
//! walk over the modules does not take.

use super::rights_world::{World, demo};
use crate::support::{App, Asking, Who, backends, told};
use kontor_metadata::{
    model::{Action, Level, Module, Trait},
    naming,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Root fields that no test holds against rights. It may only get shorter.
const UNWALKED: [&str; 0] = [];

/// Root fields that read and write no record by rights: who one is, where the log is, and what modules there are.
const NOT_BY_RIGHTS: [&str; 25] = [
    "eventCursor",
    "acceptInvitation",
    "changePassword",
    "changeUserRole",
    "confirmTotp",
    "createApiKey",
    "deactivateUser",
    "disableTotp",
    "endSession",
    "enrolTotp",
    "finishSignIn",
    "inviteUser",
    "login",
    "logout",
    "logoutEverywhere",
    "module",
    "modules",
    "mySessions",
    "reactivateUser",
    "refreshToken",
    "reloadMetadata",
    "requestPasswordReset",
    "resetPassword",
    "resetTotp",
    "revokeApiKey",
];

/// Root fields besides those of modules that are walked: here, and in `rights_writes`.
const WALKED: [&str; 15] = [
    "activityFeed",
    "auditLog",
    "explainAccess",
    "exportPersonalData",
    "follow",
    "markAllNotificationsRead",
    "markNotificationsRead",
    "markNotificationsUnread",
    "me",
    "node",
    "nodes",
    "search",
    "share",
    "unfollow",
    "unshare",
];

/// Root fields of every module that are walked: in `rights`, `rights_writes` and `rights_feeds`, and persons here.
const OF_MODULE: [&str; 18] = [
    "{one}",
    "{many}",
    "{many}Aggregate",
    "create{One}",
    "create{Many}",
    "update{One}",
    "update{Many}",
    "upsert{One}",
    "upsert{Many}",
    "delete{One}",
    "delete{Many}",
    "restore{One}",
    "restore{Many}",
    "purge{One}",
    "convert{One}",
    "erase{One}",
    "{one}Events",
    "{one}AggregateEvents",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_root_field_is_walked_or_named() {
    let app = App::with_packages(backends()[0], &["config/packages", "tests/packages"]).await;
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } }
        subscriptionType { fields { name } } } }";
    let answer: Value = serde_json::from_str(&app.bytes(None, query, json!({})).await).unwrap();
    let roots =
        ["queryType", "mutationType", "subscriptionType"].map(|root| &answer["data"]["__schema"][root]["fields"]);
    let roots = roots.into_iter().flat_map(|fields| fields.as_array().unwrap());
    let mut open: BTreeSet<String> = roots.map(|field| field["name"].as_str().unwrap().to_owned()).collect();
    for name in WALKED.into_iter().chain(NOT_BY_RIGHTS) {
        assert!(open.remove(name), "there is no {name} any more");
    }
    for module in &app.catalog.modules {
        let upper = |name: &str| name[..1].to_uppercase() + &name[1..];
        let (one, many) = (&module.gql_one, &module.gql_many);
        for pattern in OF_MODULE {
            let name = pattern.replace("{one}", one).replace("{many}", many);
            open.remove(&name.replace("{One}", &upper(one)).replace("{Many}", &upper(many)));
        }
    }
    let known: BTreeSet<String> = UNWALKED.map(str::to_owned).into();
    assert_eq!(open, known, "a new root field is walked by a test of rights, and named in WALKED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_over_all_modules_show_what_the_role_may_read() {
    for backend in backends() {
        let (app, org, world, people) = demo(backend).await;
        let explain = "query($id: ID!, $a: Action!) { explainAccess(id: $id, action: $a) { allowed level } }";
        for who in &people {
            let asking = Asking::new(&app, org, who);
            let may = |name: &str| world.level(who, world.module(name), Action::Read) > Level::None;
            let me = asking.code("{ me { id } }", json!({})).await;
            assert_eq!(me.as_deref(), (!may("User")).then_some("FORBIDDEN"), "{who:?}");
            let log = asking.code("{ auditLog(first: 5) { nodes { recordId changes } } }", json!({})).await;
            assert_eq!(log.as_deref(), (!may("AuditLog")).then_some("FORBIDDEN"), "{who:?}");
            let mut ids = Vec::new();
            let mut shown = Vec::new();
            for module in world.catalog.modules.iter().filter(|module| module.operations.read) {
                for id in some(&world, who, module) {
                    let visible = world.is_visible(who, module, id);
                    ids.push(id);
                    shown.push(if visible { json!({"id": id}) } else { Value::Null });
                    for action in Action::ALL.into_iter().filter(|action| *action != Action::Create) {
                        let asked = json!({"id": id, "a": action.name().to_uppercase()});
                        let answer = asking.ask(explain, asked).await;
                        if visible {
                            let allowed = &answer["data"]["explainAccess"]["allowed"];
                            assert_eq!(*allowed, world.reaches(who, module, id, action), "{who:?} {id} {action:?}");
                        } else {
                            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{who:?} {id}");
                        }
                    }
                }
            }
            let nodes = asking.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": ids})).await;
            assert_eq!(nodes["nodes"], json!(shown), "{who:?}");
            persons(&world, who, &asking).await;
            feeds(&world, &asking).await;
            messages(&asking).await;
        }
    }
}

/// Persons are exported by who may, and by nobody else; nobody else makes the program forget one. (That it does for who
/// may is tested where it is seen what is left.) An API key that leaves modules out leaves out a part of every person.
async fn persons(world: &World, who: &Who, asking: &Asking<'_>) {
    for module in world.catalog.modules.iter().filter(|module| module.has(Trait::Person)) {
        let export = format!("mutation($id: ID!) {{ exportPersonalData({}: $id) {{ hasNextPage }} }}", module.gql_one);
        let erase = format!("mutation($id: ID!) {{ erase{}(id: $id) {{ __typename }} }}", module.name);
        for id in some(world, who, module) {
            let may = |action| {
                who.modules.is_none() && world.is_visible(who, module, id) && world.reaches(who, module, id, action)
            };
            for (document, action) in [(&export, Action::Export), (&erase, Action::Erase)] {
                if action == Action::Erase && may(action) {
                    continue;
                }
                let refused = asking.code(document, json!({"id": id})).await;
                let expected: &[Option<&str>] =
                    if may(action) { &[None] } else { &[Some("FORBIDDEN"), Some("NOT_FOUND")] };
                assert!(expected.contains(&refused.as_deref()), "{who:?} {} {id} {action:?}: {refused:?}", module.name);
            }
        }
    }
}

/// A few records that somebody sees, and a few that it does not.
fn some(world: &World, who: &Who, module: &Module) -> Vec<Uuid> {
    let alive = world.rows[&module.id].iter().filter(|(_, row)| !row.deleted).map(|(id, _)| *id);
    let (seen, hidden): (Vec<Uuid>, Vec<Uuid>) = alive.partition(|id| world.is_visible(who, module, *id));
    seen.into_iter().take(3).chain(hidden.into_iter().take(3)).chain(world.strangers(module)).collect()
}

/// Feeds begin for who may read something of what they tell.
async fn feeds(world: &World, asking: &Asking<'_>) {
    for module in world.catalog.modules.iter().filter(|module| module.operations.read) {
        let fields = [
            format!("{} {{ recordId }}", naming::subscription_field(&module.name)),
            format!("{} {{ count }}", naming::aggregate_subscription_field(&module.name)),
        ];
        for field in fields {
            let begun = asking.follow(&format!("subscription {{ {field} }}")).await.map(drop);
            if begun.as_ref().is_err_and(|code| code == "BAD_USER_INPUT") {
                continue;
            }
            let expected = match world.level(asking.who, module, Action::Read) {
                Level::None => Err("FORBIDDEN".to_owned()),
                _ => Ok(()),
            };
            assert_eq!(begun, expected, "{:?} {field}", asking.who);
        }
    }
    assert!(asking.follow("subscription { activityFeed { recordId } }").await.is_ok());
}

/// Everybody's own messages; not for an API key that leaves them out.
async fn messages(asking: &Asking<'_>) {
    let closed = asking.who.modules.is_some();
    for query in [
        "mutation @dryRun { markAllNotificationsRead { affected } }",
        "mutation @dryRun { markNotificationsRead(ids: []) { affected } }",
        "mutation @dryRun { markNotificationsUnread(ids: []) { affected } }",
    ] {
        let code = asking.code(query, json!({})).await;
        assert_eq!(code.as_deref(), closed.then_some("FORBIDDEN"), "{:?} {query}", asking.who);
    }
    let unfollow = "mutation($id: ID!) @dryRun { unfollow(record: $id) }";
    let code = asking.code(unfollow, json!({"id": Uuid::now_v7()})).await;
    assert_eq!(code.as_deref(), closed.then_some("FORBIDDEN"), "{:?}", asking.who);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_changes_hands_leaves_one_feed_and_enters_another() {
    for backend in backends() {
        let app = App::new(backend).await;
        let admin = app.user("acme").await;
        let (ada, bob) = (app.colleague(&admin, "ada.lovelace").await, app.colleague(&admin, "bob.dylan").await);
        let (ada, bob) = (Who::of(&ada, "sales_rep"), Who::of(&bob, "sales_rep"));
        let ask = |who| Asking::new(&app, admin.org, who);
        let query = "subscription { leadEvents { transition recordId after record { id } } }";
        let mut hers = ask(&ada).follow(query).await.unwrap();
        let mut his = ask(&bob).follow(query).await.unwrap();
        let key = ask(&bob).by_key(json!([{"module": "Account", "actions": ["READ"]}]));
        assert_eq!(key.follow(query).await.map(drop), Err("FORBIDDEN".to_owned()));
        let create = "mutation { createLead(input: {company: \"Berg\"}) { id } }";
        let lead = ask(&ada).data(create, json!({})).await["createLead"]["id"].clone();
        let entered = told(&mut hers).await;
        assert_eq!((&entered["transition"], &entered["recordId"]), (&json!("ENTERED"), &lead), "{backend:?}");
        let hand_over = "mutation($id: ID!, $o: ID!) { updateLead(id: $id, input: {ownerId: $o}) { id } }";
        app.data(&admin, hand_over, json!({"id": lead, "o": bob.id})).await;
        let left = json!({"transition": "LEFT", "recordId": lead, "after": null, "record": null});
        assert_eq!(told(&mut hers).await, left, "{backend:?}");
        let entered = told(&mut his).await;
        assert_eq!((&entered["transition"], &entered["record"]["id"]), (&json!("ENTERED"), &lead), "{backend:?}");
        assert_eq!(entered["after"]["company"], "Berg");
    }
}

/// What the audit log tells of values is what the records tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_keeps_what_the_record_keeps() {
    for backend in backends() {
        let app = App::with_packages(backend, &["config/packages", "tests/packages"]).await;
        let admin = app.user("acme").await;
        let create = "mutation { createLoan(input: {name: \"Drill\", fee: \"1.00\", deposit: \"9.00\"}) { id } }";
        app.data(&admin, create, json!({})).await;
        app.data(&admin, "mutation { createLead(input: {company: \"Berg\"}) { id } }", json!({})).await;
        let log = "{ auditLog(filter: {action: {eq: \"create\"}}) { nodes { recordType changes } } }";
        let of = |who: Who, keys: Option<Value>| {
            let app = &app;
            async move {
                let asking = Asking::new(app, admin.org, &who);
                let asking = if let Some(keys) = keys { asking.by_key(keys) } else { asking };
                asking.data(log, json!({})).await["auditLog"]["nodes"].clone()
            }
        };
        let all = of(Who::of(&admin, "admin"), None).await;
        assert_eq!(all[1]["changes"]["deposit"]["after"], "9.00", "{backend:?} {all}");
        let others = of(Who::of(&admin, "super_admin"), None).await;
        assert_eq!(others[1]["changes"]["fee"]["after"], "1.00", "{others}");
        assert_eq!(others[1]["changes"].get("deposit"), None, "{others}");
        let grants = json!([{"module": "AuditLog", "actions": ["READ"]}, {"module": "Lead", "actions": ["READ"]}]);
        let key = of(Who::of(&admin, "admin"), Some(grants)).await;
        assert_eq!(
            (&key[1]["changes"], &key[0]["changes"]["company"]["after"]),
            (&Value::Null, &json!("Berg")),
            "{key}"
        );
        let sought = "{ auditLog(filter: {changes: {path: \"deposit.after\", eq: \"9.00\"}}) { totalCount } }";
        let who = Who::of(&admin, "super_admin");
        assert_eq!(Asking::new(&app, admin.org, &who).data(sought, json!({})).await["auditLog"]["totalCount"], 0);
        assert_eq!(app.data(&admin, sought, json!({})).await["auditLog"]["totalCount"], 1);
    }
}
