//! Feeds of those who see a record by what goes with it: its shares, and what it belongs to. And who follows a record, or
//! has it shared, is told to who sees the record.

use super::rights_office::Office;
use crate::support::{Who, backends, told};
use serde_json::{Value, json};

impl Office {
    async fn lead(&self, who: &Who, company: &str) -> Value {
        let create = "mutation($c: String) { createLead(input: {company: $c}) { id } }";
        self.ask(who).data(create, json!({"c": company})).await["createLead"]["id"].clone()
    }

    async fn share(&self, record: &Value, with: &Value) {
        let share = "mutation($r: ID!, $w: ID!) { share(record: $r, with: $w) { id } }";
        self.ask(&self.carl).data(share, json!({"r": record, "w": with})).await;
    }

    async fn purge(&self, module: &str, id: &Value) {
        self.app
            .data(&self.admin, &format!("mutation($id: ID!) {{ purge{module}(id: $id) }}"), json!({"id": id}))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_purged_leaves_the_feeds_of_all_who_saw_it() {
    for backend in backends() {
        let office = Office::new(backend, &["config/packages"]).await;
        let feed = |filter: &str| {
            format!("subscription {{ leadEvents(kinds: [PURGED]{filter}) {{ recordId transition kind before }} }}")
        };
        let mut hers = office.ask(&office.ada).follow(&feed("")).await.unwrap();
        let mut some = office.ask(&office.ada).follow(&feed(", filter: {company: {eq: \"Berg\"}}")).await.unwrap();
        let mut his = office.ask(&office.bob).follow(&feed("")).await.unwrap();
        let (ada, team) = (json!(office.ada.id), office.team.clone());
        let hidden = office.lead(&office.carl, "Berg").await;
        let (of_user, of_team, of_both) = (
            office.lead(&office.carl, "Tal").await,
            office.lead(&office.carl, "Berg").await,
            office.lead(&office.carl, "Berg").await,
        );
        let (of_bob, of_ada) = (office.lead(&office.bob, "Tal").await, office.lead(&office.ada, "Berg").await);
        for (record, with) in [(&of_user, &ada), (&of_team, &team), (&of_both, &ada), (&of_both, &team)] {
            office.share(record, with).await;
        }
        for lead in [&hidden, &of_user, &of_team, &of_both, &of_bob, &of_ada] {
            office.purge("Lead", lead).await;
        }
        let left = |lead: &Value| json!({"recordId": lead, "transition": "LEFT", "kind": "PURGED", "before": null});
        for lead in [&of_user, &of_team, &of_both, &of_bob, &of_ada] {
            assert_eq!(told(&mut hers).await, left(lead), "{backend:?}");
        }
        for lead in [&of_team, &of_both, &of_ada] {
            assert_eq!(told(&mut some).await, left(lead), "{backend:?}");
        }
        for lead in [&of_team, &of_both, &of_bob] {
            assert_eq!(told(&mut his).await, left(lead), "{backend:?}");
        }
        // Behind a cursor too.
        let all = "subscription($a: EventCursor) { leadEvents(kinds: [PURGED], after: $a) { recordId } }";
        let start = office.app.data(&office.admin, "{ eventCursor }", json!({})).await["eventCursor"].clone();
        let last = office.lead(&office.carl, "Berg").await;
        office.share(&last, &ada).await;
        office.purge("Lead", &last).await;
        let all = all.replace("($a: EventCursor)", "").replace("$a", &start.to_string());
        assert_eq!(
            told(&mut office.ask(&office.ada).follow(&all).await.unwrap()).await["recordId"],
            last,
            "{backend:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_leave_with_what_they_belong_to() {
    for backend in backends() {
        let office = Office::new(backend, &["config/packages"]).await;
        let feed = "subscription { quoteLineItemEvents(kinds: [DELETED, PURGED]) { recordId transition kind } }";
        let mut feed = office.ask(&office.ada).follow(feed).await.unwrap();
        let quote = "mutation { createQuote(input: {subject: \"Q\", lineItems: {create: [{description: \"Pen\", quantity: \"1\", unitPrice: \"2.00\"}]}}) { id lineItems { nodes { id } } } }";
        let quote = async |who: &Who| {
            let made = office.ask(who).data(quote, json!({})).await["createQuote"].clone();
            (made["id"].clone(), made["lineItems"]["nodes"][0]["id"].clone())
        };
        let (hidden, _) = quote(&office.carl).await;
        let (his, of_his) = quote(&office.bob).await;
        let (shared, of_shared) = quote(&office.carl).await;
        office.share(&shared, &json!(office.ada.id)).await;
        office.purge("Quote", &hidden).await;
        let delete = "mutation($id: ID!) { deleteQuote(id: $id) { id } }";
        office.ask(&office.bob).data(delete, json!({"id": his})).await;
        office.purge("Quote", &his).await;
        office.purge("Quote", &shared).await;
        for (line, kind) in [(&of_his, "DELETED"), (&of_shared, "PURGED")] {
            let left = json!({"recordId": line, "transition": "LEFT", "kind": kind});
            assert_eq!(told(&mut feed).await, left, "{backend:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn follows_and_shares_are_seen_with_their_record() {
    for backend in backends() {
        let office = Office::new(backend, &["config/packages"]).await;
        let (ada, carl) = (office.ask(&office.ada), office.ask(&office.carl));
        let mut shares =
            ada.follow("subscription { shareEvents { recordId transition record { recordType } } }").await.unwrap();
        let mut follows = ada.follow("subscription { followEvents { recordId transition } }").await.unwrap();
        let follow = "mutation($r: ID!) { follow(record: $r) { id } }";
        let (hidden, seen) = (office.lead(&office.carl, "Berg").await, office.lead(&office.bob, "Tal").await);
        carl.data(follow, json!({"r": hidden})).await;
        let of_hidden = office.app.data(&office.admin, follow, json!({"r": hidden})).await["follow"]["id"].clone();
        let of_seen = office.app.data(&office.admin, follow, json!({"r": seen})).await["follow"]["id"].clone();
        let share = "mutation($r: ID!, $w: ID!) { share(record: $r, with: $w) { id } }";
        let with_bob = carl.data(share, json!({"r": hidden, "w": office.bob.id})).await["share"]["id"].clone();
        let bob = office.ask(&office.bob);
        let with_carl = bob.data(share, json!({"r": seen, "w": office.carl.id})).await["share"]["id"].clone();
        // The log is told in order, so that nothing was told of the share before.
        assert_eq!(told(&mut shares).await["recordId"], with_carl, "{backend:?}");
        let query = "{ follows(orderBy: [{id: ASC}]) { totalCount nodes { id } } shares(orderBy: [{id: ASC}]) { totalCount nodes { id } } sharesAggregate { count } }";
        let there = |follows: &[&Value], shares: &[&Value]| {
            let nodes = |ids: &[&Value]| ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>();
            json!({"follows": {"totalCount": follows.len(), "nodes": nodes(follows)},
                "shares": {"totalCount": shares.len(), "nodes": nodes(shares)}, "sharesAggregate": [{"count": shares.len()}]})
        };
        assert_eq!(ada.data(query, json!({})).await, there(&[&of_seen], &[&with_carl]), "{backend:?}");
        for id in [&of_hidden, &with_bob] {
            assert_eq!(
                ada.code("query($id: ID!) { node(id: $id) { id } }", json!({"id": id})).await.as_deref(),
                Some("NOT_FOUND")
            );
        }
        let followed = told(&mut follows).await;
        assert_eq!((&followed["recordId"], &followed["transition"]), (&of_seen, &json!("ENTERED")), "{backend:?}");
        // A share with her team is with her, and she sees the other one of what she sees now.
        let with_team = carl.data(share, json!({"r": hidden, "w": office.team})).await["share"]["id"].clone();
        let event = told(&mut shares).await;
        assert_eq!(
            (&event["recordId"], &event["record"]["recordType"]),
            (&with_team, &json!("Lead")),
            "{backend:?} {event}"
        );
        let now = ada.data(query, json!({})).await;
        assert_eq!(now["shares"], there(&[], &[&with_bob, &with_carl, &with_team])["shares"], "{backend:?}");
        assert_eq!(now["follows"]["totalCount"], 3, "{backend:?}");
        let own = "query($id: ID!) { lead(id: $id) { followers { totalCount } shares { totalCount } } }";
        let own = ada.data(own, json!({"id": hidden})).await["lead"].clone();
        assert_eq!(own, json!({"followers": {"totalCount": 2}, "shares": {"totalCount": 2}}), "{backend:?}");
        let explain =
            "query($id: ID!) { explainAccess(id: $id, action: READ) { allowed level reasons { ground field } } }";
        let explained = ada.data(explain, json!({"id": with_bob})).await["explainAccess"].clone();
        assert_eq!(
            explained,
            json!({"allowed": true, "level": "OWN", "reasons": [{"ground": "PARENT", "field": "record"}]})
        );
        // One who follows a record and sees it no more sees that still, and ends it.
        ada.data(follow, json!({"r": hidden})).await;
        let unshare = "mutation($r: ID!, $w: ID!) { unshare(record: $r, with: $w) }";
        carl.data(unshare, json!({"r": hidden, "w": office.team})).await;
        let now = ada.data(query, json!({})).await;
        assert_eq!(
            (&now["follows"]["totalCount"], &now["shares"]["totalCount"]),
            (&json!(2), &json!(1)),
            "{backend:?}"
        );
        assert_eq!(
            ada.data("mutation($r: ID!) { unfollow(record: $r) }", json!({"r": hidden})).await["unfollow"],
            true
        );
        // Whoever sees all records sees all that is said of them.
        let manager = Who::of(&office.admin, "manager");
        let all = office.ask(&manager).data(query, json!({})).await;
        assert_eq!(
            (&all["follows"]["totalCount"], &all["shares"]["totalCount"]),
            (&json!(3), &json!(2)),
            "{backend:?}"
        );
    }
}
