//! Records that are shared one by one, on every path.

use crate::support::{App, Asking, Backend, User, Who, backends, told};
use serde_json::{Value, json};
use uuid::Uuid;

const SHARE: &str = "mutation($r: ID!, $w: ID!, $l: ShareLevel) { share(record: $r, with: $w, level: $l) { id level user { id } team { id } record { __typename ... on Lead { id } } createdBy { id } } }";
const SHARE_ANY: &str = "mutation($r: ID!, $w: ID!, $l: ShareLevel) { share(record: $r, with: $w, level: $l) { id } }";
const UNSHARE: &str = "mutation($r: ID!, $w: ID!) { unshare(record: $r, with: $w) }";
const UPDATE: &str = "mutation($id: ID!) { updateLead(id: $id, input: {company: \"Kiel Berg\"}) { company } }";

/// An organisation with two users who have nothing to do with each other.
struct Two {
    app: App,
    admin: User,
    ada: Who,
    bob: Who,
}

impl Two {
    async fn new(backend: Backend) -> Self {
        let app = App::new(backend).await;
        let admin = app.user("acme").await;
        let (ada, bob) = (app.colleague(&admin, "ada.lovelace").await, app.colleague(&admin, "bob.dylan").await);
        let (ada, bob) = (Who::of(&ada, "sales_rep"), Who::of(&bob, "sales_rep"));
        Self { app, admin, ada, bob }
    }

    fn ask<'a>(&'a self, who: &'a Who) -> Asking<'a> {
        Asking::new(&self.app, self.admin.org, who)
    }

    async fn lead(&self, who: &Who) -> Value {
        let made = self.ask(who).data("mutation { createLead(input: {company: \"Berg\"}) { id } }", json!({})).await;
        made["createLead"]["id"].clone()
    }

    async fn shares(&self) -> i64 {
        self.app.number("SELECT count(*) FROM shares").await
    }
}

/// Whether a lead is there on every path, which all say the same.
async fn sees(asking: &Asking<'_>, lead: &Value) -> bool {
    let query = "query($id: ID!) {
        leads(filter: {id: {eq: $id}}) { totalCount nodes { id } }
        leadsAggregate(filter: {id: {eq: $id}}) { count }
        nodes(ids: [$id]) { id }
        search(query: \"Berg\") { id } }";
    let data = asking.data(query, json!({"id": lead})).await;
    let listed = data["leads"]["totalCount"] == 1;
    assert_eq!(data["leads"]["nodes"].as_array().unwrap().len() == 1, listed, "{data}");
    assert_eq!(data["leadsAggregate"][0]["count"] == 1, listed, "{data}");
    assert_eq!(data["nodes"][0]["id"] == *lead, listed, "{data}");
    assert_eq!(data["search"].as_array().unwrap().iter().any(|hit| hit["id"] == *lead), listed, "{data}");
    let one = asking.ask("query($id: ID!) { lead(id: $id) { id } }", json!({"id": lead})).await;
    assert_eq!(one["data"]["lead"]["id"] == *lead, listed, "{one}");
    let node = asking.ask("query($id: ID!) { node(id: $id) { id } }", json!({"id": lead})).await;
    assert_eq!(node["data"]["node"]["id"] == *lead, listed, "{node}");
    listed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shared_record_is_there_on_every_path_and_written_at_the_level_of_writing_only() {
    for backend in backends() {
        let two = Two::new(backend).await;
        let (ada, bob) = (two.ask(&two.ada), two.ask(&two.bob));
        let (lead, other) = (two.lead(&two.ada).await, two.lead(&two.ada).await);
        assert!(sees(&ada, &lead).await && !sees(&bob, &lead).await);
        // What one does not see, one does not share; what one may not change neither.
        let to_bob = json!({"r": lead, "w": two.bob.id});
        assert_eq!(bob.code(SHARE, to_bob.clone()).await.as_deref(), Some("NOT_FOUND"));
        let shared = ada.data(SHARE, to_bob.clone()).await["share"].clone();
        assert_eq!(shared["level"], "READ");
        assert_eq!((&shared["user"]["id"], &shared["team"]), (&json!(two.bob.id), &json!(null)));
        assert_eq!(shared["record"], json!({"__typename": "Lead", "id": lead}));
        assert_eq!(shared["createdBy"]["id"], json!(two.ada.id));
        assert!(sees(&bob, &lead).await && !sees(&bob, &other).await, "{backend:?}");
        let related = "query($id: ID!) { shares(filter: {recordId: {eq: $id}}) { nodes { record { ... on Lead { id } } } } lead(id: $id) { shares { totalCount } } }";
        let related = bob.data(related, json!({"id": lead})).await;
        assert_eq!(related["shares"]["nodes"], json!([{"record": {"id": lead}}]));
        assert_eq!(related["lead"]["shares"]["totalCount"], 1);
        let explain = "query($id: ID!) { explainAccess(id: $id, action: READ) { allowed reasons { ground field } } }";
        let explained = bob.data(explain, json!({"id": lead})).await["explainAccess"].clone();
        assert_eq!(explained, json!({"allowed": true, "reasons": [{"ground": "SHARED", "field": null}]}));
        // To read is not to write, nor to hand on.
        assert_eq!(bob.code(UPDATE, json!({"id": lead})).await.as_deref(), Some("FORBIDDEN"));
        assert_eq!(bob.code(SHARE, to_bob.clone()).await.as_deref(), Some("FORBIDDEN"));
        assert_eq!(bob.code(UNSHARE, to_bob.clone()).await.as_deref(), Some("FORBIDDEN"));
        let many = "mutation { updateLeads(filter: {}, input: {company: \"Kiel Berg\"}) { affected } }";
        assert_eq!(bob.data(many, json!({})).await["updateLeads"]["affected"], 0);
        let write = json!({"r": lead, "w": two.bob.id, "l": "WRITE"});
        assert_eq!(ada.data(SHARE, write.clone()).await["share"]["id"], shared["id"]);
        assert_eq!(two.shares().await, 1);
        assert_eq!(bob.data(UPDATE, json!({"id": lead})).await["updateLead"]["company"], "Kiel Berg");
        assert_eq!(bob.data(many, json!({})).await["updateLeads"]["affected"], 1);
        let delete = "mutation($id: ID!) { deleteLead(id: $id) { id } }";
        assert_eq!(bob.code(delete, json!({"id": lead})).await.as_deref(), Some("FORBIDDEN"));
        let explained = bob.data(&explain.replace("READ", "UPDATE"), json!({"id": lead})).await;
        assert_eq!(explained["explainAccess"]["allowed"], true);
        // Whoever may change it may share it; again is no second share, and the end of it is one.
        bob.data(SHARE, json!({"r": lead, "w": two.admin.id, "l": "WRITE"})).await;
        assert_eq!(ada.data(UNSHARE, to_bob.clone()).await, json!({"unshare": true}));
        assert!(!sees(&bob, &lead).await);
        assert_eq!(ada.data(UNSHARE, to_bob.clone()).await, json!({"unshare": false}));
        // It is in the audit log.
        let log = "{ auditLog(filter: {recordType: {eq: Share}}) { nodes { action user { id } changes } } }";
        let log = two.app.data(&two.admin, log, json!({})).await["auditLog"]["nodes"].clone();
        let actions: Vec<_> = log.as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["purge", "create", "update", "create"], "{log}");
        assert_eq!(log[3]["changes"]["userId"]["after"], json!(two.bob.id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_is_shared_with_and_shares_end_with_what_they_are_of() {
    for backend in backends() {
        let two = Two::new(backend).await;
        let (ada, bob) = (two.ask(&two.ada), two.ask(&two.bob));
        let lead = two.lead(&two.ada).await;
        let team = "mutation($n: String!, $l: ID) { createTeam(input: {name: $n, leadId: $l}) { id } }";
        let north =
            two.app.data(&two.admin, team, json!({"n": "North", "l": two.bob.id})).await["createTeam"]["id"].clone();
        let stranger = two.app.user("umbrella").await;
        for unknown in [json!(stranger.id), json!(Uuid::now_v7()), lead.clone()] {
            let refused = ada.code(SHARE, json!({"r": lead, "w": unknown})).await;
            assert_eq!(refused.as_deref(), Some("NOT_FOUND"), "{unknown}");
        }
        ada.data(SHARE, json!({"r": lead, "w": north})).await;
        assert!(sees(&bob, &lead).await, "{backend:?}");
        // Lines are seen with what they belong to.
        let quote = "mutation { createQuote(input: {subject: \"Q\", lineItems: {create: [{description: \"Pen\", quantity: \"1\", unitPrice: \"2.00\"}]}}) { id lineItems { nodes { id } } } }";
        let quote = ada.data(quote, json!({})).await["createQuote"].clone();
        let lines = "{ quoteLineItems { totalCount } }";
        assert_eq!(bob.data(lines, json!({})).await["quoteLineItems"]["totalCount"], 0);
        ada.data(SHARE_ANY, json!({"r": quote["id"], "w": north, "l": "WRITE"})).await;
        assert_eq!(bob.data(lines, json!({})).await["quoteLineItems"]["totalCount"], 1);
        let line = "mutation($id: ID!) { updateQuoteLineItem(id: $id, input: {quantity: \"3\"}) { quantity } }";
        let id = &quote["lineItems"]["nodes"][0]["id"];
        assert!(bob.data(line, json!({"id": id})).await["updateQuoteLineItem"]["quantity"].is_string());
        // A record that is gone for good takes its shares along, and so do a team and a user.
        ada.data(SHARE, json!({"r": lead, "w": two.bob.id})).await;
        assert_eq!(two.shares().await, 3);
        two.app.data(&two.admin, "mutation($id: ID!) { purgeTeam(id: $id) }", json!({"id": north})).await;
        assert_eq!(two.shares().await, 1);
        assert!(sees(&bob, &lead).await);
        let purge = "mutation($id: ID!) { purgeLead(id: $id) }";
        two.app.data(&two.admin, purge, json!({"id": lead})).await;
        assert_eq!(two.shares().await, 0);
        let lead = two.lead(&two.ada).await;
        ada.data(SHARE, json!({"r": lead, "w": two.bob.id})).await;
        // Users are removed past the API.
        two.app.execute("DELETE FROM users WHERE email LIKE 'bob.dylan@%'").await;
        assert_eq!(two.shares().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn feeds_judge_events_by_the_shares_of_their_time() {
    for backend in backends() {
        let two = Two::new(backend).await;
        let (ada, bob) = (two.ask(&two.ada), two.ask(&two.bob));
        let (lead, other) = (two.lead(&two.ada).await, two.lead(&two.ada).await);
        let mut feed = bob
            .follow("subscription { leadEvents { recordId transition after changedFields record { id } } }")
            .await
            .unwrap();
        ada.data(SHARE, json!({"r": lead, "w": two.bob.id})).await;
        let change = "mutation($id: ID!) { updateLead(id: $id, input: {company: \"Bonn\"}) { id } }";
        ada.data(change, json!({"id": other})).await;
        ada.data(change, json!({"id": lead})).await;
        let entered = told(&mut feed).await;
        assert_eq!((&entered["recordId"], &entered["transition"]), (&lead, &json!("ENTERED")), "{backend:?} {entered}");
        assert_eq!((&entered["changedFields"], &entered["record"]["id"]), (&json!(["shares"]), &lead), "{entered}");
        let event = told(&mut feed).await;
        assert_eq!((&event["recordId"], &event["transition"]), (&lead, &json!("UPDATED")), "{backend:?} {event}");
        assert_eq!(event["after"]["company"], "Bonn");
        ada.data(UNSHARE, json!({"r": lead, "w": two.bob.id})).await;
        ada.data(UPDATE, json!({"id": lead})).await;
        let left = told(&mut feed).await;
        assert_eq!((&left["recordId"], &left["transition"]), (&lead, &json!("LEFT")), "{backend:?} {left}");
        assert_eq!((&left["changedFields"], &left["record"]), (&json!(null), &json!(null)), "{left}");
        // A share with a team that one is not in, and one of what one sees anyway, mean nothing.
        let team = "mutation($l: ID) { createTeam(input: {name: \"North\", leadId: $l}) { id } }";
        let team = two.app.data(&two.admin, team, json!({"l": two.ada.id})).await;
        let first = two.lead(&two.bob).await;
        assert_eq!(told(&mut feed).await["recordId"], first);
        ada.data(SHARE, json!({"r": lead, "w": team["createTeam"]["id"]})).await;
        bob.data(SHARE, json!({"r": first, "w": two.bob.id})).await;
        bob.data(UNSHARE, json!({"r": first, "w": two.bob.id})).await;
        ada.data(UPDATE, json!({"id": lead})).await;
        let mine = two.lead(&two.bob).await;
        let event = told(&mut feed).await;
        assert_eq!((&event["recordId"], &event["transition"]), (&mine, &json!("ENTERED")), "{backend:?} {event}");
    }
}

/// Roles that read all of a module do not pay for shares.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_all_looks_at_no_share() {
    for backend in backends() {
        let two = Two::new(backend).await;
        let asked = async |who: &Who, query: &str| {
            two.app.statements.lock().unwrap().clear();
            two.ask(who).data(query, json!({})).await;
            two.app.statements.lock().unwrap().iter().any(|sql| sql.contains("\"shares\""))
        };
        let manager = Who::of(&two.admin, "manager");
        let leads = "{ leads(filter: {account: {name: {eq: \"A\"}}}) { nodes { id account { name } } } }";
        assert!(!asked(&manager, leads).await && asked(&two.bob, leads).await, "{backend:?}");
        assert!(!asked(&two.bob, "{ accounts { nodes { id } } products { nodes { id } } }").await);
    }
}
