//! What follows from the values of a record when it is written: computed fields, rules, conditional `required`.

use crate::support::{App, User, backends};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn computed_fields_follow_their_record() {
    for backend in backends() {
        let app = App::new(backend).await;
        let user = app.user("acme").await;
        let create = "mutation { createContact(input: {firstName: \"Ada\", lastName: \"Lovelace\"}) { id name } }";
        let contact = app.data(&user, create, json!({})).await["createContact"].clone();
        assert_eq!(contact["name"], "Ada Lovelace");
        let update = "mutation($id: ID!, $i: ContactUpdateInput!) { updateContact(id: $id, input: $i) { name } }";
        let input = json!({"id": contact["id"], "i": {"firstName": null}});
        assert_eq!(app.data(&user, update, input).await["updateContact"]["name"], "Lovelace");
        let input = json!({"id": contact["id"], "i": {"jobTitle": "Countess"}});
        assert_eq!(app.data(&user, update, input).await["updateContact"]["name"], "Lovelace");

        let stages = "{ stages(filter: {or: [{isWon: {eq: true}}, {isLost: {eq: true}}]}, orderBy: {isWon: DESC}) { nodes { id } } }";
        let stages = app.data(&user, stages, json!({})).await["stages"]["nodes"].clone();
        let create = "mutation($stage: ID) { createOpportunity(input: {name: \"Deal\", amount: \"99.99\", probability: \"12.5\", \
                      stageId: $stage}) { id status weightedAmount daysInStage } }";
        let deal = app.data(&user, create, json!({"stage": null})).await["createOpportunity"].clone();
        assert_eq!(deal["status"], "OPEN");
        // 12.49875, half away from zero
        assert_eq!(deal["weightedAmount"], "12.50");
        assert_eq!(deal["daysInStage"], Value::Null);
        let update = "mutation($id: ID!, $i: OpportunityUpdateInput!) { updateOpportunity(id: $id, input: $i) \
                      { status weightedAmount } }";
        let input = json!({"id": deal["id"], "i": {"stageId": stages[0]["id"], "probability": "100"}});
        let won = app.data(&user, update, input).await["updateOpportunity"].clone();
        assert_eq!(won, json!({"status": "WON", "weightedAmount": "99.99"}));
        let input = json!({"id": deal["id"], "i": {"stageId": stages[1]["id"]}});
        let answer = app.ask(&user, update, input.clone()).await;
        let violation = &answer["errors"][0]["extensions"]["violations"][0];
        assert_eq!(violation["path"], json!(["input", "lostReason"]), "{answer}");
        assert_eq!(violation["rule"], "required");
        let input = json!({"id": deal["id"], "i": {"stageId": stages[1]["id"], "lostReason": "Price", "amount": null}});
        let lost = app.data(&user, update, input).await["updateOpportunity"].clone();
        assert_eq!(lost, json!({"status": "LOST", "weightedAmount": null}));
    }
}

/// The violations of an answer, without their messages.
fn violations(answer: &Value) -> Vec<(String, Value)> {
    let list = answer["errors"][0]["extensions"]["violations"].as_array().unwrap_or_else(|| panic!("{answer}"));
    list.iter().map(|v| (v["rule"].as_str().unwrap().to_owned(), v["path"].clone())).collect()
}

async fn create(app: &App, user: &User, input: Value) -> Value {
    let query = "mutation($i: LoanCreateInput!) { createLoan(input: $i) { id days total titleLine overdue } }";
    app.ask(user, query, json!({"i": input})).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_of_a_record_refuse_what_breaks_them() {
    for backend in backends() {
        let app = App::with_packages(backend, &["config/packages", "tests/packages"]).await;
        let user = app.user("acme").await;
        let contact = "mutation { createContact(input: {lastName: \"Straße\"}) { id } }";
        let contact = app.data(&user, contact, json!({})).await["createContact"]["id"].clone();
        let input =
            json!({"name": "Drill", "from": "2026-01-01", "until": "2026-01-11", "fee": "1.10", "borrowerId": contact});
        let loan = create(&app, &user, input).await["data"]["createLoan"].clone();
        let id = loan["id"].clone();
        let expected = json!({"id": id, "days": 10, "total": "11.00", "titleLine": "Drill / STRASSE", "overdue": true});
        assert_eq!(loan, expected, "{backend:?}");

        let answer = create(&app, &user, json!({"name": "Saw", "from": "2026-01-02", "until": "2026-01-01"})).await;
        assert_eq!(violations(&answer), [("ends_later".to_owned(), json!(["input", "until"]))]);
        let message = &answer["errors"][0]["extensions"]["violations"][0]["message"];
        assert_eq!(message, "A loan cannot end before it begins.");
        // All at once: the rule, what is computed as too much, and a text that is too long.
        let input = json!({"name": "A name of more than 20", "from": "0001-01-01", "until": "9999-12-31",
                           "fee": "9999999999999999.99", "closed": true, "reason": null});
        let answer = create(&app, &user, input).await;
        assert_eq!(
            violations(&answer),
            [("max".to_owned(), json!(["input", "total"])), ("max".to_owned(), json!(["input", "titleLine"]))]
        );

        let update = "mutation($id: ID!, $i: LoanUpdateInput!) { updateLoan(id: $id, input: $i) { closed days } }";
        let answer = app.ask(&user, update, json!({"id": id, "i": {"closed": true}})).await;
        assert_eq!(violations(&answer), [("required".to_owned(), json!(["input", "reason"]))]);
        let closing = json!({"id": id, "i": {"closed": true, "reason": "Lost"}});
        assert_eq!(app.data(&user, update, closing).await["updateLoan"]["closed"], true);
        let answer = app.ask(&user, update, json!({"id": id, "i": {"closed": false}})).await;
        assert_eq!(violations(&answer), [("stays_closed".to_owned(), json!(["input"]))]);
        let opening = json!({"id": id, "i": {"closed": false, "until": "2026-01-21"}});
        assert_eq!(app.data(&user, update, opening).await["updateLoan"]["days"], 20);
        let delete = "mutation($id: ID!) { deleteLoan(id: $id) { id } }";
        app.data(&user, delete, json!({"id": id})).await;
        let gone = json!({"id": id, "i": {"until": "2025-01-01"}});
        assert_eq!(app.code(&user, update, gone).await, "NOT_FOUND");
        let other = app.user("other").await;
        assert_eq!(app.code(&other, update, json!({"id": id, "i": {"until": "2026-01-22"}})).await, "NOT_FOUND");
    }
}
