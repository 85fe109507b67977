//! What follows from a change in other records: totals, stages, names, and that the logs tell of it once.

use crate::support::{App, User, backends};
use serde_json::{Value, json};

async fn one(app: &App, user: &User, query: &str, variables: Value) -> Value {
    let data = app.data(user, query, variables).await;
    data.as_object().unwrap().values().next().unwrap().clone()
}

async fn line(app: &App, user: &User, quote: &Value, quantity: &str, price: &str) -> Value {
    let query = "mutation($i: QuoteLineItemCreateInput!) { createQuoteLineItem(input: $i) { id total position } }";
    one(app, user, query, json!({"i": {"quoteId": quote, "quantity": quantity, "unitPrice": price}})).await
}

async fn quote(app: &App, user: &User, id: &Value) -> Value {
    one(app, user, "query($id: ID!) { quote(id: $id) { total version } }", json!({"id": id})).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_follow_lines_that_change_move_and_go() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation($s: String!) { createQuote(input: {subject: $s}) { id } }";
        let first = one(&app, &user, create, json!({"s": "A"})).await["id"].clone();
        let second = one(&app, &user, create, json!({"s": "B"})).await["id"].clone();
        let a = line(&app, &user, &first, "2", "10.05").await;
        let b = line(&app, &user, &first, "1.5", "3.33").await;
        assert_eq!(
            (&a["total"], &a["position"], &b["total"], &b["position"]),
            (&json!("20.10"), &json!(1), &json!("5.00"), &json!(2))
        );
        assert_eq!(quote(&app, &user, &first).await, json!({"total": "25.10", "version": 3}), "{backend:?}");

        let update =
            "mutation($id: ID!, $i: QuoteLineItemUpdateInput!) { updateQuoteLineItem(id: $id, input: $i) { total } }";
        one(&app, &user, update, json!({"id": a["id"], "i": {"discount": "50"}})).await;
        assert_eq!(quote(&app, &user, &first).await["total"], "15.05");
        one(&app, &user, update, json!({"id": a["id"], "i": {"description": "No other total"}})).await;
        assert_eq!(quote(&app, &user, &first).await["version"], 4);
        one(&app, &user, update, json!({"id": a["id"], "i": {"quoteId": second}})).await;
        assert_eq!(quote(&app, &user, &first).await["total"], "5.00");
        assert_eq!(quote(&app, &user, &second).await["total"], "10.05");
        let delete = "mutation($id: ID!) { deleteQuoteLineItem(id: $id) { id } }";
        one(&app, &user, delete, json!({"id": a["id"]})).await;
        assert_eq!(quote(&app, &user, &second).await["total"], "0.00");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stage_that_becomes_won_wins_its_opportunities() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let stages = "{ stages(filter: {name: {in: [\"Proposal\", \"Closed Lost\"]}}, orderBy: {name: DESC}) { nodes { id pipelineId } } }";
        let stages = one(&app, &user, stages, json!({})).await["nodes"].clone();
        let (proposal, lost) = (&stages[0]["id"], &stages[1]["id"]);
        let create = "mutation($i: OpportunityCreateInput!) { createOpportunity(input: $i) { id status probability weightedAmount stageChangedAt } }";
        let input =
            json!({"name": "Deal", "amount": "200", "stageId": proposal, "pipelineId": stages[0]["pipelineId"]});
        let deal = one(&app, &user, create, json!({"i": input})).await;
        assert_eq!(
            (&deal["status"], &deal["probability"], &deal["weightedAmount"]),
            (&json!("OPEN"), &json!("50.00"), &json!("100.00")),
            "{backend:?}"
        );
        assert!(deal["stageChangedAt"].is_string());
        let update =
            "mutation($id: ID!) { updateStage(id: $id, input: {isWon: true, probability: \"90\"}) { version } }";
        one(&app, &user, update, json!({"id": proposal})).await;
        let read = "query($id: ID!) { opportunity(id: $id) { status probability version } }";
        // What was copied stays; what is computed follows.
        let expected = json!({"status": "WON", "probability": "50.00", "version": 2});
        assert_eq!(one(&app, &user, read, json!({"id": deal["id"]})).await, expected);
        let update = "mutation($id: ID!, $i: OpportunityUpdateInput!) { updateOpportunity(id: $id, input: $i) { status probability } }";
        let input = json!({"id": deal["id"], "i": {"stageId": lost, "lostReason": "Price"}});
        assert_eq!(one(&app, &user, update, input).await, json!({"status": "LOST", "probability": "0.00"}));
        let other = "mutation { createPipeline(input: {name: \"Other\"}) { id } }";
        let other = one(&app, &user, other, json!({})).await["id"].clone();
        let moving = json!({"id": deal["id"], "i": {"pipelineId": other}});
        let answer = app.ask(&user, update, moving).await;
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["rule"], "where", "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_logs_tell_what_was_done_once_per_record() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createQuote(input: {subject: \"A\", currency: \" chf\"}) { id currency } }";
        let made = one(&app, &user, create, json!({})).await;
        assert_eq!(made["currency"], "CHF");
        let id = made["id"].clone();
        line(&app, &user, &id, "2", "10").await;
        let logs = "query($id: ID!) { auditLogs(filter: {recordId: {eq: $id}}, orderBy: {version: ASC}) { nodes { action version changes userId transaction } } }";
        let logs = one(&app, &user, logs, json!({"id": id})).await["nodes"].clone();
        assert_eq!(logs.as_array().unwrap().len(), 2, "{backend:?} {logs}");
        assert_eq!(
            (&logs[0]["action"], &logs[0]["version"], &logs[0]["userId"]),
            (&json!("create"), &json!(1), &json!(user.id))
        );
        assert_eq!(logs[0]["changes"]["subject"], json!({"before": null, "after": "A"}));
        assert_eq!(logs[0]["changes"]["status"], json!({"before": null, "after": "DRAFT"}));
        assert_eq!(logs[1]["changes"], json!({"total": {"before": "0.00", "after": "20.00"}}));
        let events = "query($id: ID!) { recordEvents(filter: {recordId: {eq: $id}}, orderBy: {id: ASC}) { nodes { kind changedFields before after transaction } } }";
        let events = one(&app, &user, events, json!({"id": id})).await["nodes"].clone();
        assert_eq!((&events[0]["kind"], &events[1]["kind"]), (&json!("CREATED"), &json!("UPDATED")));
        assert_eq!(events[0]["after"], events[1]["before"]);
        assert_eq!(events[1]["after"]["total"], "20.00");
        assert_eq!(events[1]["transaction"], logs[1]["transaction"]);
        // Personal values are not in the audit log.
        let contact = "mutation { createContact(input: {lastName: \"Lovelace\", email: \"ada@x.example\"}) { id } }";
        let contact = one(&app, &user, contact, json!({})).await["id"].clone();
        let logs = "query($id: ID!) { auditLogs(filter: {recordId: {eq: $id}}) { nodes { changes } } }";
        let logs = one(&app, &user, logs, json!({"id": contact})).await["nodes"][0]["changes"].clone();
        assert_eq!(logs["email"], json!({"before": null, "after": "***"}), "{logs}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deletion_follows_on_delete_and_restoring_brings_back() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let account = "mutation { createAccount(input: {name: \"Acme\", domain: \"acme.example\"}) { id } }";
        let account_id = one(&app, &user, account, json!({})).await["id"].clone();
        let contact = "mutation($a: ID!) { createContact(input: {lastName: \"L\", accountId: $a}) { id } }";
        let contact = one(&app, &user, contact, json!({"a": account_id})).await["id"].clone();
        let note =
            "mutation($a: ID!) { createNote(input: {content: \"N\", recordId: $a, recordType: Account}) { id } }";
        let note = one(&app, &user, note, json!({"a": account_id})).await["id"].clone();
        one(&app, &user, "mutation($id: ID!) { deleteAccount(id: $id) { id } }", json!({"id": account_id})).await;
        let read = "query($id: ID!) { contact(id: $id) { accountId version } }";
        assert_eq!(
            one(&app, &user, read, json!({"id": contact})).await,
            json!({"accountId": null, "version": 2}),
            "{backend:?}"
        );
        assert_eq!(app.code(&user, "query($id: ID!) { note(id: $id) { id } }", json!({"id": note})).await, "NOT_FOUND");
        // The value of a deleted record can be taken.
        one(&app, &user, account, json!({})).await;
    }
}
