//! What is linked to a record, and what belongs to it, is written by who may write the record at the other end too; and
//! what somebody may not see cannot be told from what is not there.

use super::rights_office::Office;
use crate::support::{Who, backends};
use serde_json::{Value, json};
use uuid::Uuid;

impl Office {
    async fn make(&self, who: &Who, module: &str, input: Value) -> Value {
        let create = format!("mutation($i: {module}CreateInput!) {{ made: create{module}(input: $i) {{ id }} }}");
        self.ask(who).data(&create, json!({"i": input})).await["made"]["id"].clone()
    }

    async fn make_as_admin(&self, module: &str, input: Value) -> Value {
        self.make(&Who::of(&self.admin, "admin"), module, input).await
    }
}

/// The code of an error, and what it says.
fn told(answer: &Value) -> (Option<&str>, Value) {
    let error = &answer["errors"][0];
    (error["extensions"]["code"].as_str(), json!([error["message"], error["extensions"]["violations"]]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_made_and_moved_by_who_may_change_what_they_belong_to() {
    for backend in backends() {
        let office = Office::new(backend, &["config/packages", "tests/sealed"]).await;
        let ask = office.ask(&office.ada);
        let line = json!({"description": "Pen", "quantity": "1", "unitPrice": "2.00"});
        let quote = |owner: &Who| json!({"subject": "Q", "ownerId": owner.id, "lineItems": {"create": [line.clone()]}});
        let (hers, his) = (
            office.make(&office.ada, "Quote", quote(&office.ada)).await,
            office.make(&office.bob, "Quote", quote(&office.bob)).await,
        );
        let total = "query($id: ID!) { quote(id: $id) { total lineItems { nodes { id } } } }";
        let before = ask.data(total, json!({"id": his})).await;
        assert_eq!(before["quote"]["total"], "2.00", "she sees it");
        let own = ask.data(total, json!({"id": hers})).await["quote"]["lineItems"]["nodes"][0]["id"].clone();
        let under = |quote: &Value| {
            let mut line = line.clone();
            line["quoteId"] = quote.clone();
            line
        };
        for (query, variables) in [
            (
                "mutation($i: QuoteLineItemCreateInput!) { createQuoteLineItem(input: $i) { id } }",
                json!({"i": under(&his)}),
            ),
            (
                "mutation($i: [QuoteLineItemCreateInput!]!) { createQuoteLineItems(inputs: $i) { id } }",
                json!({"i": [under(&hers), under(&his)]}),
            ),
            (
                "mutation($i: QuoteLineItemUpdateInput!, $id: ID!) { updateQuoteLineItem(id: $id, input: $i) { id } }",
                json!({"i": {"quoteId": his}, "id": own}),
            ),
            (
                "mutation($i: QuoteLineItemUpdateInput!, $id: ID!) { updateQuoteLineItem(id: $id, input: $i) { id } }",
                json!({"i": {"quote": {"link": his}}, "id": own}),
            ),
            (
                "mutation($i: QuoteLineItemUpdateInput!, $id: ID!) { updateQuoteLineItems(filter: {id: {eq: $id}}, input: $i) { affected } }",
                json!({"i": {"quoteId": his}, "id": own}),
            ),
        ] {
            assert_eq!(ask.code(query, variables).await.as_deref(), Some("FORBIDDEN"), "{backend:?} {query}");
        }
        assert_eq!(ask.data(total, json!({"id": his})).await, before, "{backend:?}");
        // With a quote that one makes for somebody else its lines are made too, and in one's own they come and go.
        office.make(&office.ada, "Quote", quote(&office.bob)).await;
        office.make(&office.ada, "QuoteLineItem", under(&hers)).await;
        let other = office.make(&office.ada, "Quote", quote(&office.ada)).await;
        let moved = "mutation($id: ID!, $q: ID!) { updateQuoteLineItem(id: $id, input: {quoteId: $q}) { quoteId } }";
        let moved = ask.data(moved, json!({"id": own, "q": other})).await;
        assert_eq!(moved["updateQuoteLineItem"]["quoteId"], other);
        // Who may change a quote by a share makes lines of it.
        let share = "mutation($r: ID!, $w: ID!) { share(record: $r, with: $w, level: WRITE) { id } }";
        office.ask(&office.bob).data(share, json!({"r": his, "w": office.ada.id})).await;
        office.make(&office.ada, "QuoteLineItem", under(&his)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_hidden_is_linked_and_unlinked_as_if_it_were_not_there() {
    for backend in backends() {
        let office = Office::new(backend, &["config/packages", "tests/sealed"]).await;
        let ask = office.ask(&office.ada);
        let hidden = office.make(&office.carl, "Lead", json!({"company": "Berg"})).await;
        let seen = office.make(&office.bob, "Lead", json!({"company": "Tal"})).await;
        let own = office.make(&office.ada, "Lead", json!({"company": "See"})).await;
        // Many to many.
        let dossier = json!({"name": "D", "leads": {"link": [hidden, own]}});
        let dossier = office.make_as_admin("Dossier", dossier).await;
        let update = "mutation($id: ID!, $i: DossierUpdateInput!) { updateDossier(id: $id, input: $i) { id version } }";
        let count = "query($id: ID!) { dossier(id: $id) { version leads { totalCount } } }";
        let before = office.app.data(&office.admin, count, json!({"id": dossier})).await;
        for gone in [&hidden, &json!(Uuid::now_v7())] {
            ask.data(update, json!({"id": dossier, "i": {"leads": {"unlink": [gone]}}})).await;
            let after = office.app.data(&office.admin, count, json!({"id": dossier})).await;
            assert_eq!(after, before, "{backend:?} {gone}");
        }
        ask.data(update, json!({"id": dossier, "i": {"leads": {"unlink": [own]}}})).await;
        let after = office.app.data(&office.admin, count, json!({"id": dossier})).await;
        assert_eq!(after["dossier"]["leads"]["totalCount"], 1, "{backend:?}");
        // One to many.
        let account = office.make(&office.ada, "Account", json!({"name": "A"})).await;
        let update = "mutation($id: ID!, $i: AccountUpdateInput!) { updateAccount(id: $id, input: $i) { id } }";
        for verb in ["link", "unlink"] {
            let with = |id: &Value| json!({"id": account, "i": {"leads": {verb: [id]}}});
            let (of_hidden, of_nothing) =
                (ask.ask(update, with(&hidden)).await, ask.ask(update, with(&json!(Uuid::now_v7()))).await);
            assert_eq!(told(&of_hidden), told(&of_nothing), "{backend:?} {verb}");
            let refused = (verb == "link").then_some("VALIDATION_FAILED");
            assert_eq!(told(&of_hidden).0, refused, "{backend:?} {verb}");
            assert_eq!(ask.code(update, with(&seen)).await.as_deref(), Some("FORBIDDEN"), "{backend:?} {verb}");
        }
        assert_eq!(ask.code(update, json!({"id": account, "i": {"leads": {"link": [own]}}})).await, None);
    }
}

/// A team that is deleted makes nobody anybody's colleague, and what is shared with it is shared with nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_team_that_is_deleted_gives_no_rights() {
    for backend in backends() {
        let office = Office::new(backend, &["config/packages", "tests/sealed"]).await;
        let ask = office.ask(&office.ada);
        let his = office.make(&office.bob, "Lead", json!({"company": "Tal"})).await;
        let shared = office.make(&office.carl, "Lead", json!({"company": "Berg"})).await;
        let of_team =
            office.make_as_admin("Lead", json!({"company": "See", "teamId": office.team, "ownerId": null})).await;
        let share = "mutation($r: ID!, $w: ID!) { share(record: $r, with: $w) { id } }";
        office.ask(&office.carl).data(share, json!({"r": shared, "w": office.team})).await;
        let mut all = vec![his, shared, of_team];
        all.sort_by_key(ToString::to_string);
        let seen = async |who: &Who| {
            let leads = office.ask(who).data("{ leads(orderBy: [{id: ASC}]) { nodes { id } } }", json!({})).await;
            leads["leads"]["nodes"].as_array().unwrap().iter().map(|lead| lead["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!((seen(&office.ada).await, seen(&office.bob).await), (all.clone(), all.clone()), "{backend:?}");
        office
            .app
            .data(&office.admin, "mutation($id: ID!) { deleteTeam(id: $id) { id } }", json!({"id": office.team}))
            .await;
        assert_eq!(seen(&office.ada).await, [] as [Value; 0], "{backend:?}");
        assert_eq!(seen(&office.bob).await.len(), 1, "{backend:?}");
        office
            .app
            .data(&office.admin, "mutation($id: ID!) { restoreTeam(id: $id) { id } }", json!({"id": office.team}))
            .await;
        assert_eq!(ask.code("query($id: ID!) { lead(id: $id) { id } }", json!({"id": all[0]})).await, None);
    }
}

/// Tags of what is deleted are tags of nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_does_not_count_what_is_deleted() {
    for backend in backends() {
        let office = Office::new(backend, &["config/packages", "tests/sealed"]).await;
        let tag = office.make_as_admin("Tag", json!({"name": "vip"})).await;
        let tagged = json!({"link": [tag]});
        office.make_as_admin("Lead", json!({"company": "Berg", "tags": tagged})).await;
        let gone = office.make_as_admin("Lead", json!({"company": "Tal", "tags": tagged})).await;
        let away = office.make_as_admin("Account", json!({"name": "A", "tags": tagged})).await;
        let records = "{ tags { nodes { records { totalCount nodes { __typename } edges { cursor } pageInfo { hasNextPage } } } } }";
        let count =
            async || office.app.data(&office.admin, records, json!({})).await["tags"]["nodes"][0]["records"].clone();
        assert_eq!(count().await["totalCount"], 3, "{backend:?}");
        office.app.data(&office.admin, "mutation($id: ID!) { deleteLead(id: $id) { id } }", json!({"id": gone})).await;
        office
            .app
            .data(&office.admin, "mutation($id: ID!) { deleteAccount(id: $id) { id } }", json!({"id": away}))
            .await;
        let left = count().await;
        assert_eq!((&left["totalCount"], &left["nodes"]), (&json!(1), &json!([{"__typename": "Lead"}])), "{backend:?}");
        assert_eq!(left["edges"].as_array().unwrap().len(), 1);
        office.app.data(&office.admin, "mutation($id: ID!) { restoreLead(id: $id) { id } }", json!({"id": gone})).await;
        assert_eq!(count().await["totalCount"], 2, "{backend:?}");
    }
}
